package dev.gatun.reference;

/**
 * One op as a plain loop over its operands, made for fixed types by the {@code of} method of its family ({@code MovementLoops.of}). It is the op's
 * specification in running form: readable above all, computed in double or, for integers, exactly in long. Stateless and thread-safe.
 */
@FunctionalInterface
interface Loop {
    /** Computes every element of {@code out}, which overlaps none of {@code in}. */
    void run(Elements[] in, Elements[] out);
}
