package dev.gatun.testkit;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Convolution;
import dev.gatun.spi.Backend;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * What a case should give: the results of the reference's loops in F64 for the same operands and how far they move with them, or for what must be
 * exact those in the type itself.
 *
 * @param moves for each result how far its furthest element moves, 0 where bits count
 * @param spreads whether a number may become NaN because another operand holds an infinity or NaN: a convolution may multiply these with the zeros of
 *         its padding, and Winograd's transforms add up whole tiles; a NaN must never get lost
 */
record Expectation(Case of, Outcome outcome, double[] moves, boolean spreads) {
    private static final int TRIALS = 2;

    /** The furthest of few elements may by chance not move in two trials. */
    private static final int TRIALS_OF_FEW = 6;
    private static final int FEW = 32;

    /** Asks the reference. */
    static Expectation of(Case c, DType dtype, Sample sample, Backend reference) {
        if (c.tolerance().isExact() || !dtype.isFloating()) {
            Outcome exact = Interpreter.run(reference, c, sample);
            return new Expectation(c, exact, new double[exact.types().size()], false);
        }
        Sample widened = sample.widened();
        Outcome wide = Interpreter.run(reference, c, widened);
        double[] moves = new double[wide.types().size()];
        boolean few = wide.types().stream().anyMatch(t -> t.elements() < FEW);
        int trials = !c.tolerance().allowsMoves() ? 0 : few ? TRIALS_OF_FEW : TRIALS;
        for (int trial = 0; trial < trials; trial++) {
            Outcome moved = Interpreter.run(reference, c, widened, Numbers.epsilon(dtype), trial);
            for (int k = 0; k < moves.length; k++) {
                moves[k] = Math.max(moves[k], furthest(wide.types().get(k), wide.data().get(k), moved.data().get(k)));
            }
        }
        return new Expectation(c, wide, moves, !sample.isFinite() && Recorded.ops(c).anyMatch(op -> op instanceof Convolution));
    }

    private static double furthest(TensorType type, MemorySegment a, MemorySegment b) {
        double most = 0;
        for (long i = 0; type.dtype().isFloating() && i < type.elements(); i++) {
            double move = Math.abs(Numbers.read(type.dtype(), a, i) - Numbers.read(type.dtype(), b, i));
            most = Double.isFinite(move) ? Math.max(most, move) : most;
        }
        return most;
    }

    /** Returns how {@code actual} differs by more than the tolerance, if it does. */
    Optional<String> difference(Outcome actual) {
        List<TensorType> types = actual.types();
        if (types.size() != outcome.types().size()) {
            return Optional.of("there are " + types.size() + " results, expected " + outcome.types().size());
        }
        for (int k = 0; k < types.size(); k++) {
            TensorType type = types.get(k);
            TensorType expected = outcome.types().get(k);
            boolean sameKind = type.dtype() == expected.dtype() || type.dtype().isFloating() && expected.dtype() == DType.F64;
            if (!type.shape().equals(expected.shape()) || !sameKind) {
                return Optional.of("result " + k + " is " + type + ", expected " + expected);
            }
            Optional<String> wrong = wrongElement(type, actual.data().get(k), expected, outcome.data().get(k), moves[k]);
            if (wrong.isPresent()) {
                return Optional.of("result " + k + " " + type + ": " + wrong.get());
            }
        }
        return Optional.empty();
    }

    private Optional<String> wrongElement(TensorType type, MemorySegment actual, TensorType expectedType, MemorySegment expected, double moves) {
        DType dtype = type.dtype();
        boolean exact = of.tolerance().isExact() || !dtype.isFloating();
        for (long i = 0; i < type.elements(); i++) {
            if (exact && Numbers.bits(dtype, actual, i) == Numbers.bits(expectedType.dtype(), expected, i)) {
                continue;
            }
            if (dtype.isFloating()) {
                double y = Numbers.read(dtype, actual, i);
                double r = Numbers.read(expectedType.dtype(), expected, i);
                double bound = of.tolerance().bound(dtype, of.terms(), r, moves);
                if (exact ? Double.isNaN(y) && Double.isNaN(r) : isNear(dtype, y, r, bound) || spreads && Double.isNaN(y)) {
                    continue;
                }
                double ulps = Math.abs(y - r) / (Numbers.epsilon(dtype) * Math.max(Math.abs(r), Numbers.minNormal(dtype)));
                return Optional.of("element " + i + " is " + y + ", expected " + r + (exact ? " exactly" : " within " + bound)
                        + String.format(" (off by %.1f digits of the last place)", ulps));
            }
            return Optional.of("element " + i + " is " + Numbers.text(dtype, actual, i) + ", expected "
                    + Numbers.text(expectedType.dtype(), expected, i));
        }
        return Optional.empty();
    }

    /** Of one class, NaN, an infinity or finite, and if finite within {@code bound}; near the largest number rounding may go either way. */
    private static boolean isNear(DType dtype, double y, double r, double bound) {
        if (Double.isNaN(r)) {
            return Double.isNaN(y);
        }
        double rounded = Numbers.round(dtype, r);
        if (Double.isInfinite(rounded)) {
            return y == rounded || Double.isFinite(r) && Math.abs(y - r) <= bound;
        }
        return Math.abs(y - r) <= bound || Double.isInfinite(y) && Math.abs(r) + bound >= Numbers.max(dtype) && Math.signum(y) == Math.signum(r);
    }
}
