package dev.gatun.testkit;

import dev.gatun.DType;
import dev.gatun.op.Convolution;
import dev.gatun.op.Elementwise;
import dev.gatun.spi.Backend;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * A case with random op, attributes, shapes, element type and values, all from one seed.
 *
 * @param frozen whether all operands but the first are constants of the compiled function
 * @param special whether some elements are zeros, denormal, infinite or no numbers
 */
record RandomConfiguration(long seed, Case of, DType dtype, boolean frozen, boolean special) {
    /** Returns the configuration of {@code seed}. */
    static RandomConfiguration of(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Case c = new RandomCase(random).next();
        boolean differentiated = c.smoothness() != Smoothness.NONE && random.nextInt(8) == 0;
        DType dtype = c.types().contains(DType.F32) && random.nextInt(3) > 0 ? DType.F32 : anyOf(c, random);
        if (differentiated && dtype.isFloating()) {
            c = c.gradient();
        }
        boolean frozen = c.inputs().size() > 1 && random.nextInt(3) == 0;
        return new RandomConfiguration(seed, c, dtype, frozen, random.nextInt(12) == 0 && !asksWhatIsNaN(c));
    }

    /** Where a convolution may spread NaN, a comparison of its results with themselves may choose either operand. */
    private static boolean asksWhatIsNaN(Case c) {
        return Recorded.ops(c).anyMatch(op -> op instanceof Convolution)
                && Recorded.ops(c).anyMatch(new Elementwise.Binary(Elementwise.BinaryFunction.EQ)::equals);
    }

    private static DType anyOf(Case c, SplittableRandom random) {
        List<DType> types = List.copyOf(c.types()).stream().sorted().toList();
        return types.get(random.nextInt(types.size()));
    }

    /** Runs it on both and returns how they differ, if they do. */
    Optional<String> difference(Backend backend, Backend reference) {
        Sample drawn = Sample.of(of, dtype, seed);
        Sample sample = special ? SpecialNumbers.in(of, drawn, seed) : drawn;
        return frozen ? Expectation.ofFrozen(of, dtype, sample, reference).difference(Outcome.ofFrozen(backend, of, sample))
                : Expectation.of(of, dtype, sample, reference).difference(Outcome.of(backend, of, sample));
    }

    /** Returns what is needed to run this again. */
    String describe() {
        return of.describe(dtype) + (frozen ? ", frozen" : "") + (special ? ", special numbers" : "");
    }
}
