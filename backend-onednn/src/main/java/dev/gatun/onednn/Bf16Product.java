package dev.gatun.onednn;

import dev.gatun.vector.NarrowProduct;

/**
 * A product of bfloat16 matrices, and the copy of its right operand. All launches share bound primitives: each says where its operands lie and runs as one job
 * on the runner's thread.
 */
final class Bf16Product implements NarrowProduct {
    private final Session session;
    private final BoundPrimitive product;
    private final BoundPrimitive packing;
    private final long packedBytes;
    private final long scratchBytes;

    Bf16Product(PrimitiveKernel product, PrimitiveKernel packing, long packedBytes) {
        this.session = product.session();
        this.product = new BoundPrimitive(product);
        this.packing = new BoundPrimitive(packing);
        this.packedBytes = packedBytes;
        this.scratchBytes = product.workspaceBytes();
        session.own(this, this.product::close);
        session.own(this, this.packing::close);
    }

    @Override
    public long packedBytes() {
        return packedBytes;
    }

    @Override
    public long scratchBytes() {
        return scratchBytes;
    }

    @Override
    public void pack(long b, long packed) {
        if (session.runner().isCurrent()) {
            copy(b, packed);
        } else {
            session.runner().run(() -> copy(b, packed));
        }
    }

    private void copy(long b, long packed) {
        packing.set(0, b);
        packing.set(1, packed);
        packing.execute();
    }

    @Override
    public void run(long a, long b, long c, long scratch) {
        if (session.runner().isCurrent()) {
            multiply(a, b, c, scratch);
        } else {
            session.runner().run(() -> multiply(a, b, c, scratch));
        }
    }

    private void multiply(long a, long b, long c, long scratch) {
        product.set(0, a);
        product.set(1, b);
        product.set(2, c);
        if (scratchBytes > 0) {
            product.set(3, scratch);
        }
        product.execute();
    }
}
