package dev.gatun.vector.blocked;

import dev.gatun.spi.Layout;
import dev.gatun.vector.Workers;

/** A way to compute a convolution: what it wants its operands to look like, and the work. Immutable; a call allocates nothing. */
sealed interface ConvMethod permits DirectConv, WinogradConv, DepthwiseConv, StridedGradient, PhaseGradient {
    /** Returns the name that plans print. */
    String name();

    /** Returns the layout of x. */
    Layout source();

    /** Returns the layout of w. */
    PackedWeights weights();

    /** Returns the bytes of scratch memory that {@link #run} needs with a pool of {@code threads}. */
    long scratchBytes(int threads);

    /** Computes y from the operands that {@link ConvFrame} names. */
    void run(long frame, Workers workers);
}
