package dev.gatun.onednn;

import dev.gatun.vector.NarrowProduct;

/** A product of bfloat16 matrices, and the copy of its right operand. All launches are on the runner's thread, in turn: they share bound primitives. */
final class Bf16Product implements NarrowProduct {
    private final Session session;
    private final BoundPrimitive product;
    private final BoundPrimitive packing;
    private final Runnable multiplying;
    private final Runnable copying;
    private final long packedBytes;
    private final long scratchBytes;

    Bf16Product(PrimitiveKernel product, PrimitiveKernel packing, long packedBytes) {
        this.session = product.session();
        this.product = new BoundPrimitive(product);
        this.packing = new BoundPrimitive(packing);
        this.multiplying = this.product::execute;
        this.copying = this.packing::execute;
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
        packing.set(0, b);
        packing.set(1, packed);
        session.runner().run(copying);
    }

    @Override
    public void run(long a, long b, long c, long scratch) {
        product.set(0, a);
        product.set(1, b);
        product.set(2, c);
        if (scratchBytes > 0) {
            product.set(3, scratch);
        }
        session.runner().run(multiplying);
    }
}
