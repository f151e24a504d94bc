package dev.gatun.testkit;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Convolution;
import dev.gatun.op.Elementwise;
import dev.gatun.spi.Backend;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.DoubleStream;

/**
 * What a case should give: the results of the reference's loops in F64 for the same operands and how far they move with digits that may be lost, or for
 * what must be exact those in the type itself.
 *
 * @param narrow the type in which a plan may store what it likes, if it is compiled with less precision
 * @param moves for each result how far its furthest element moves with digits of arithmetic, 0 where bits count
 * @param narrowMoves for each result how far each of its elements moves with what is stored in a narrow type, the root mean square; empty if nothing is
 * @param spreads whether a number may become NaN because another operand holds an infinity or NaN: a convolution may multiply these with the zeros of
 *         its padding, and Winograd's transforms add up whole tiles; a NaN must never get lost
 */
record Expectation(Case of, Outcome outcome, Optional<DType> narrow, double[] moves, List<double[]> narrowMoves, boolean spreads) {
    private static final int TRIALS = 2;

    /** The furthest of few elements may by chance not move in two trials. */
    private static final int TRIALS_OF_FEW = 6;
    private static final int FEW = 32;

    /** So many that no element's mean is below a third of what it is of infinitely many. */
    private static final int TRIALS_OF_STORING = 16;

    /** Asks the reference what a case gives that is recorded for {@code dtype}. */
    static Expectation of(Case c, DType dtype, Sample sample, Backend reference) {
        return of(c, dtype, sample, reference, false);
    }

    /** Asks the reference what a case gives that is recorded for {@code dtype}, all operands but the first of which are constants. */
    static Expectation ofFrozen(Case c, DType dtype, Sample sample, Backend reference) {
        boolean scales = Recorded.ops(c).anyMatch(op -> op.equals(new Elementwise.Binary(Elementwise.BinaryFunction.MUL))
                || op.equals(new Elementwise.Binary(Elementwise.BinaryFunction.DIV)));
        return of(c, dtype, sample, reference, scales);
    }

    private static Expectation of(Case c, DType dtype, Sample sample, Backend reference, boolean folds) {
        if (c.tolerance().isExact() || !dtype.isFloating()) {
            Outcome exact = Interpreter.run(reference, c, sample);
            return new Expectation(c, exact, Optional.empty(), new double[exact.types().size()], List.of(), false);
        }
        Optional<Disturbance> stored = Numbers.isNarrow(dtype) ? Optional.of(new Disturbance.AsRecorded(folds)) : Optional.empty();
        return of(c, sample, reference, Optional.empty(), Numbers.isNarrow(dtype) ? DType.F32 : dtype, stored);
    }

    /** Asks the reference what a case gives that is recorded for F32 and planned in {@code narrow}. */
    static Expectation ofPlan(Case c, DType narrow, Sample sample, Backend reference) {
        return of(c, sample, reference, Optional.of(narrow), DType.F32, Optional.of(new Disturbance.Planned(narrow)));
    }

    private static Expectation of(Case c, Sample sample, Backend reference, Optional<DType> narrow, DType arithmetic, Optional<Disturbance> stored) {
        Outcome wide = Interpreter.inF64(reference, c, sample);
        boolean few = wide.types().stream().anyMatch(t -> t.elements() < FEW);
        double[] moves = new double[wide.types().size()];
        if (!c.tolerance().allowsMoves()) {
            return new Expectation(c, wide, narrow, moves, List.of(), false);
        }
        Disturbance everywhere = new Disturbance.Everywhere(Numbers.epsilon(arithmetic));
        for (int trial = 0; trial < (few ? TRIALS_OF_FEW : TRIALS); trial++) {
            Outcome moved = Interpreter.inF64(reference, c, sample, everywhere, trial);
            for (int k = 0; k < moves.length; k++) {
                moves[k] = Math.max(moves[k], furthest(wide.types().get(k), wide.data().get(k), moved.data().get(k)));
            }
        }
        List<double[]> narrowMoves = stored.map(d -> means(wide, c, sample, reference, d)).orElse(List.of());
        return new Expectation(c, wide, narrow, moves, narrowMoves, !sample.isFinite() && Recorded.ops(c).anyMatch(op -> op instanceof Convolution));
    }

    /** Returns √(Σ m² / trials) of the moves m of each element. */
    private static List<double[]> means(Outcome wide, Case c, Sample sample, Backend reference, Disturbance disturbance) {
        List<double[]> squares = wide.types().stream().map(t -> new double[Math.toIntExact(t.elements())]).toList();
        for (int trial = 0; trial < TRIALS_OF_STORING; trial++) {
            Outcome moved = Interpreter.inF64(reference, c, sample, disturbance, trial);
            for (int k = 0; k < squares.size(); k++) {
                DType dtype = wide.types().get(k).dtype();
                double[] sums = squares.get(k);
                for (int i = 0; dtype.isFloating() && i < sums.length; i++) {
                    double move = Numbers.read(dtype, moved.data().get(k), i) - Numbers.read(dtype, wide.data().get(k), i);
                    sums[i] += Double.isFinite(move) ? move * move / TRIALS_OF_STORING : 0;
                }
            }
            if (squares.stream().flatMapToDouble(DoubleStream::of).allMatch(m -> m == 0)) {
                return List.of();
            }
        }
        return squares.stream().map(sums -> DoubleStream.of(sums).map(Math::sqrt).toArray()).toList();
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
            Optional<String> wrong = wrongElement(type, actual.data().get(k), expected, outcome.data().get(k), k);
            if (wrong.isPresent()) {
                return Optional.of("result " + k + " " + type + ": " + wrong.get());
            }
        }
        return Optional.empty();
    }

    private Optional<String> wrongElement(TensorType type, MemorySegment actual, TensorType expectedType, MemorySegment expected, int result) {
        DType dtype = type.dtype();
        DType stored = narrow.orElse(dtype);
        boolean exact = of.tolerance().isExact() || !dtype.isFloating();
        for (long i = 0; i < type.elements(); i++) {
            if (exact && Numbers.bits(dtype, actual, i) == Numbers.bits(expectedType.dtype(), expected, i)) {
                continue;
            }
            if (dtype.isFloating()) {
                double y = Numbers.read(dtype, actual, i);
                double r = Numbers.read(expectedType.dtype(), expected, i);
                double narrowMove = narrowMoves.isEmpty() ? 0 : narrowMoves.get(result)[(int) i];
                double bound = of.floor() + of.tolerance().bound(dtype, stored, of.terms(), r, moves[result], narrowMove);
                if (exact ? Double.isNaN(y) && Double.isNaN(r) || Math.abs(y - r) < of.floor() : isNear(stored, y, r, bound) || spreads && Double.isNaN(y)) {
                    continue;
                }
                double ulps = Math.abs(y - r) / Numbers.unit(stored, r);
                return Optional.of("element " + i + " is " + y + ", expected " + r + (exact ? " exactly" : " within " + bound)
                        + String.format(Locale.ROOT, " (off by %.1f digits of the last place)", ulps));
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
