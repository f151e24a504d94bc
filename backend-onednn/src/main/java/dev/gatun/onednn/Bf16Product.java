package dev.gatun.onednn;

import dev.gatun.vector.NarrowProduct;

/**
 * A product of bfloat16 matrices, and the copy of its right operand. All launches share bound primitives: each says where its operands lie and runs as one job
 * on the runner's thread, or, if it is one that its caller makes alone, on the caller's.
 */
final class Bf16Product implements NarrowProduct {
    private final Session session;
    private final BoundPrimitive product;
    private final BoundPrimitive packing;
    private final long packedBytes;
    private final long scratchBytes;
    private final boolean alone;
    private final int result;

    /** @param alone whether both are primitives of one thread */
    Bf16Product(PrimitiveKernel product, PrimitiveKernel packing, long packedBytes, boolean alone) {
        this.session = product.session();
        this.product = new BoundPrimitive(product);
        this.packing = new BoundPrimitive(packing);
        this.packedBytes = packedBytes;
        this.scratchBytes = product.workspaceBytes();
        this.alone = alone;
        this.result = product.firstResult();
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
    public void run(long a, long b, long bias, long c, long scratch) {
        if (alone) {
            synchronized (this) {                // two callers set the same arguments
                multiply(a, b, bias, c, scratch);
            }
        } else if (session.runner().isCurrent()) {
            multiply(a, b, bias, c, scratch);
        } else {
            session.runner().run(() -> multiply(a, b, bias, c, scratch));
        }
    }

    private void multiply(long a, long b, long bias, long c, long scratch) {
        product.set(0, a);
        product.set(1, b);
        if (result > 2) {
            product.set(2, bias);
        }
        product.set(result, c);
        if (scratchBytes > 0) {
            product.set(result + 1, scratch);
        }
        product.execute();
    }
}
