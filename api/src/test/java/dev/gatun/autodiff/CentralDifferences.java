package dev.gatun.autodiff;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.Backends;
import dev.gatun.DType;
import dev.gatun.Gradients;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.spi.Backend;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.DynamicTest;

/** Compares gradients with (f(x + h) - f(x - h)) / 2h in F64 on the reference backend, whose error is some 1e-10 here. */
final class CentralDifferences {
    private static final double H = 1e-5;
    private static final double TOLERANCE = 1e-7;
    private static final Backend REFERENCE = Backends.open("reference");

    private CentralDifferences() {
    }

    /** An operand: its type, F64, and its values. */
    record Operand(TensorType type, double[] values) {
        /** Returns an operand with evenly distributed values from {@code low} to {@code high}. */
        static Operand between(double low, double high, int... dims) {
            TensorType type = TensorType.of(DType.F64, dims);
            SplittableRandom random = new SplittableRandom(31 * Arrays.hashCode(dims) + Double.hashCode(low + 3 * high));
            return new Operand(type, random.doubles(type.elements(), low, high).toArray());
        }

        static Operand of(double[] values, int... dims) {
            return new Operand(TensorType.of(DType.F64, dims), values);
        }

        Tensor tensor() {
            return Tensor.of(type, MemorySegment.ofArray(values));
        }

        Operand moved(int element, double by) {
            double[] v = values.clone();
            v[element] += by;
            return new Operand(type, v);
        }
    }

    /** Returns a test of the first and second derivatives of a function with one result. */
    static DynamicTest test(String name, Function<List<Tensor>, Tensor> f, Operand... operands) {
        return testAll(name, x -> List.of(f.apply(x)), operands);
    }

    /** Returns a test of the first and second derivatives of a function with several results. */
    static DynamicTest testAll(String name, Function<List<Tensor>, List<Tensor>> f, Operand... operands) {
        return DynamicTest.dynamicTest(name, () -> check(f, List.of(operands)));
    }

    /** Checks the first and second derivatives of all results of {@code f} by all operands. */
    static void check(Function<List<Tensor>, List<Tensor>> f, List<Operand> operands) {
        checkGradient(x -> loss(f.apply(x)), operands, "");
        checkGradient(x -> weighted(Gradients.of(loss(f.apply(x)), x)), operands, "second derivatives: ");
    }

    /** Checks the first derivatives of a scalar function. */
    static void checkGradient(Function<List<Tensor>, Tensor> f, List<Operand> operands, String label) {
        List<Tensor> xs = operands.stream().map(Operand::tensor).toList();
        List<Tensor> gradients = Gradients.of(f.apply(xs), xs);
        Tensor.evalAll(REFERENCE, gradients);
        for (int i = 0; i < operands.size(); i++) {
            double[] g = gradients.get(i).toDoubleArray();
            for (int e = 0; e < g.length; e++) {
                double expected = (value(f, operands, i, e, H) - value(f, operands, i, e, -H)) / (2 * H);
                assertEquals(expected, g[e], TOLERANCE * Math.max(1, Math.abs(expected)), label + "operand " + i + ", element " + e);
            }
        }
    }

    private static double value(Function<List<Tensor>, Tensor> f, List<Operand> operands, int operand, int element, double by) {
        List<Operand> moved = new ArrayList<>(operands);
        moved.set(operand, operands.get(operand).moved(element, by));
        return f.apply(moved.stream().map(Operand::tensor).toList()).eval(REFERENCE).item();
    }

    /** Returns Σ r · (y + y²/2) over all floating results, with fixed numbers r: its dy depends on y, so that linear ops have second derivatives. */
    private static Tensor loss(List<Tensor> ys) {
        return weighted(ys.stream().filter(y -> y.dtype().isFloating()).map(y -> y.add(y.square().mul(0.5))).toList());
    }

    /** Returns Σ r · t over all tensors, with fixed numbers r. */
    private static Tensor weighted(List<Tensor> ts) {
        Tensor sum = Tensor.scalar(DType.F64, 0);
        for (Tensor t : ts) {
            SplittableRandom random = new SplittableRandom(t.type().elements());
            double[] r = random.doubles(t.type().elements(), 0.5, 1.5).toArray();
            sum = sum.add(t.mul(Tensor.of(t.type(), MemorySegment.ofArray(r))).sum());
        }
        return sum;
    }
}
