package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;

import dev.gatun.op.Recurrent;
import java.util.List;
import java.util.Optional;

/**
 * The products of {@link RnnWeightGradients} by a library in bfloat16: dx = da·wIh, dwIh = daᵀ·x, dwHh = daᵀ·h, from da and the states before each step,
 * which are kept here rounded. A GRU's da is dr, dz, dq, dn: the input sees the first two and the last, the state the first three.
 */
final class RnnNarrowGradients {
    private final RnnShape s;
    private final int columns;
    private final boolean inGroups;
    private final List<NarrowProduct> products;

    // Offsets in the scratch memory.
    private final long gradients;
    private final long before;
    private final long input;
    private final long workspace;

    private RnnNarrowGradients(RnnShape s, int columns, List<NarrowProduct> products, RnnMemory memory) {
        this.s = s;
        this.columns = columns;
        this.inGroups = isInGroups(s);
        this.products = products;
        long places = (long) s.T() * s.N();
        gradients = memory.take(BFloat16.SIZE * places * columns);
        before = memory.take(BFloat16.SIZE * places * s.H());
        input = memory.take(s.cell().lengths() ? BFloat16.SIZE * places * s.I() : 0);
        workspace = memory.take(products.stream().mapToLong(NarrowProduct::scratchBytes).max().orElse(0));
    }

    private static boolean isInGroups(RnnShape s) {
        return s.cell().kind() == Recurrent.Kind.GRU;
    }

    /** Returns the products, or empty if the library lacks one. @param columns of da */
    static Optional<RnnNarrowGradients> of(RnnShape s, int columns, NarrowProducts library, RnnMemory memory) {
        int places = s.T() * s.N();
        int common = isInGroups(s) ? 2 * s.H() : s.stacked();
        var dx = NarrowProduct.Sizes.dense(places, s.I(), common, false, false).withRowA(columns);
        var dwIh = NarrowProduct.Sizes.dense(common, s.I(), places, true, false).withRowA(columns);
        var dwHh = NarrowProduct.Sizes.dense(s.stacked(), s.H(), places, true, false).withRowA(columns);
        var dxRest = NarrowProduct.Sizes.dense(places, s.I(), s.H(), false, false).withRowA(columns).accumulating();
        var dwIhRest = NarrowProduct.Sizes.dense(s.H(), s.I(), places, true, false).withRowA(columns);
        var sizes = isInGroups(s) ? List.of(dx, dwIh, dwHh, dxRest, dwIhRest) : List.of(dx, dwIh, dwHh);
        List<NarrowProduct> found = sizes.stream().map(library::of).flatMap(Optional::stream).toList();
        return found.size() == sizes.size() ? Optional.of(new RnnNarrowGradients(s, columns, found, memory)) : Optional.empty();
    }

    /** Keeps {@code count} floats of da, from column {@code first} of a place on. */
    void put(long scratch, long place, int first, int count, long floats) {
        BFloat16.round(count, floats, at(scratch, place, first));
    }

    /** Keeps {@code count} units of the state before a place, from unit {@code first} on. */
    void putBefore(long scratch, long place, int first, int count, long h) {
        Native.copy(h, scratch + before + BFloat16.SIZE * (place * s.H() + first), BFloat16.SIZE * count);
    }

    /** Zeroes units of all gates, and of the state before, of a place that a sample does not reach. */
    void clear(long scratch, long place, int first, int count) {
        for (int column = first; column < columns; column += s.H()) {
            Native.zero(at(scratch, place, column), BFloat16.SIZE * count);
        }
        Native.zero(scratch + before + BFloat16.SIZE * (place * s.H() + first), BFloat16.SIZE * count);
    }

    private long at(long scratch, long place, int column) {
        return scratch + gradients + BFloat16.SIZE * (place * columns + column);
    }

    /** Computes all three from the memory of a launch of {@code kernel}. */
    void run(RnnBackwardKernel kernel, long frame) {
        long scratch = kernel.scratch(frame);
        if (s.cell().lengths()) {
            RnnWeightGradients.readInput(kernel, frame, scratch + input, BFloat16.SIZE);
        }
        long x = s.cell().lengths() ? scratch + input : kernel.address(frame, 0);
        long wIh = kernel.address(frame, 1);
        long toInput = kernel.address(frame, kernel.result(0));
        long toWeights = kernel.address(frame, kernel.result(1));
        run(0, at(scratch, 0, 0), wIh, toInput, scratch);
        run(1, at(scratch, 0, 0), x, toWeights, scratch);
        run(2, at(scratch, 0, 0), scratch + before, kernel.address(frame, kernel.result(2)), scratch);
        if (inGroups) {
            long group = 2L * s.H() * s.I();
            run(3, at(scratch, 0, 3 * s.H()), wIh + BFloat16.SIZE * group, toInput, scratch);
            run(4, at(scratch, 0, 3 * s.H()), x, toWeights + FLOAT * group, scratch);
        }
        if (s.cell().lengths()) {
            RnnWeightGradients.clearEnds(kernel, frame);
        }
    }

    private void run(int product, long a, long b, long c, long scratch) {
        products.get(product).run(a, b, c, scratch + workspace);
    }
}
