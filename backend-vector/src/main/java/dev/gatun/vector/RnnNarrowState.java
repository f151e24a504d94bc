package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;

import dev.gatun.op.Recurrent;
import java.util.Optional;

/**
 * The products of all samples of a step with the recurrent weights, by a library in bfloat16: sums = v·w, where the rows v are what the step before has left,
 * rounded. The weights are packed once a launch.
 *
 * <pre>
 * forward    v = h [N, H]         w = wHhᵀ [H, G·H]
 * backward   v = da [N, G·H]      w = wHh [G·H, H]
 * </pre>
 */
final class RnnNarrowState {
    /** In the name of a kernel that multiplies so. */
    static final String LABEL = "library's products";

    /** Of numbers in a step. With half as many, two threads take as long as with a kernel of floats; with eight times as many .7 of it, backward .6. */
    private static final long LEAST_PRODUCTS = 1 << 20;

    private final NarrowProduct product;
    private final int columns;
    private final int summed;

    // Offsets in the scratch memory.
    private final long rows;
    private final long sums;
    private final long packed;
    private final long workspace;

    private RnnNarrowState(NarrowProduct product, NarrowProduct.Sizes sizes, RnnMemory memory) {
        this.product = product;
        columns = sizes.K();
        summed = sizes.N();
        rows = memory.take(BFloat16.SIZE * sizes.M() * columns);
        // The last vector of the last row may reach over its end.
        sums = memory.take(FLOAT * sizes.M() * summed + Simd.BYTES);
        packed = memory.take(product.packedBytes());
        workspace = memory.take(product.scratchBytes());
    }

    /** Returns whether a layer has one product a step, not so if a reset comes before it, and no peepholes, whose gradients read the reserve in float32. */
    static boolean suits(RnnShape s) {
        return !s.cell().peephole() && s.cell().kind() != Recurrent.Kind.GRU_RESET_BEFORE && (long) s.T() * s.N() * s.I() * s.H() > 0;
    }

    /** Returns the products of a layer, or empty if the library has none. */
    static Optional<RnnNarrowState> of(RnnShape s, boolean backward, NarrowProducts library, RnnMemory memory) {
        var sizes = backward ? NarrowProduct.Sizes.dense(s.N(), s.H(), s.stacked(), false, false)
                : NarrowProduct.Sizes.dense(s.N(), s.stacked(), s.H(), false, true);
        return library.of(sizes.packing()).map(product -> new RnnNarrowState(product, sizes, memory));
    }

    /** Packs the weights, before all else. */
    void pack(long weights, long scratch) {
        product.pack(weights, scratch + packed);
    }

    /** Puts {@code count} floats into row {@code n} of v, from column {@code first} on. */
    void put(long scratch, int n, int first, int count, long floats) {
        BFloat16.round(count, floats, scratch + rows + BFloat16.SIZE * ((long) n * columns + first));
    }

    /** Zeroes a part of row {@code n} of v. */
    void clear(long scratch, int n, int first, int count) {
        Native.zero(scratch + rows + BFloat16.SIZE * ((long) n * columns + first), BFloat16.SIZE * count);
    }

    /** Multiplies; nobody may read or write the rows meanwhile. */
    void multiply(long scratch) {
        product.run(scratch + rows, scratch + packed, scratch + sums, scratch + workspace);
    }

    /** Returns where column {@code first} of row {@code n} of the sums lies. */
    long sums(long scratch, int n, int first) {
        return scratch + sums + FLOAT * ((long) n * summed + first);
    }

    /** Returns the bytes between rows of the sums. */
    long sumStride() {
        return FLOAT * summed;
    }
}
