package dev.gatun.testkit;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.Backends;
import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.spi.Backend;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * Every gradient rule against central differences in F64 on the reference: with L = Σ dy · f(x) and a random direction v of one operand,
 * Σ ∂L/∂x · v must be (L(x + h·v) - L(x - h·v)) / 2h. Where a case is smooth the same holds for its gradient as a function.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DerivativesTest {
    private static final int SIZE = 4;

    /** Balances the h² of the formula, 1e-10, against the rounding of L over h, 1e-11. */
    private static final double H = 1e-5;

    /** Of Σ |∂L/∂x · v| and |L| · h: ten times what the largest third derivatives in the catalogue leave. */
    private static final double TOLERANCE = 1e-6;

    private final Backend reference = Backends.open("reference");

    @AfterAll
    void close() {
        reference.close();
    }

    @TestFactory
    Stream<DynamicTest> gradientsAreCentralDifferences() {
        return differentiable(Smoothness.ONCE).map(c -> DynamicTest.dynamicTest(c.name(), () -> check(c)));
    }

    @TestFactory
    Stream<DynamicTest> gradientsOfGradientsAreCentralDifferences() {
        return differentiable(Smoothness.TWICE).map(c -> DynamicTest.dynamicTest(c.name(), () -> check(c.gradient())));
    }

    private static Stream<Case> differentiable(Smoothness least) {
        return Cases.of(SIZE).stream().filter(c -> c.smoothness().compareTo(least) >= 0);
    }

    private void check(Case f) {
        Case gradient = f.gradient();
        Sample at = Sample.of(gradient, DType.F64, f.name().hashCode());
        Outcome g = Interpreter.run(reference, gradient, at);
        int operands = f.inputs().size();
        List<MemorySegment> dy = at.data().subList(operands, at.data().size());
        int floating = 0;
        for (int k = 0; k < operands; k++) {
            TensorType type = at.types().get(k);
            if (!type.dtype().isFloating()) {
                continue;
            }
            double[] v = direction(type, k);
            double analytic = 0;
            double size = 0;
            for (int i = 0; i < v.length; i++) {
                double term = Numbers.read(DType.F64, g.data().get(floating), i) * v[i];
                analytic += term;
                size += Math.abs(term);
            }
            double ahead = loss(f, at, k, v, H, dy);
            double behind = loss(f, at, k, v, -H, dy);
            double numeric = (ahead - behind) / (2 * H);
            double bound = TOLERANCE * (size + Math.abs(ahead) * H) + 1e-9;
            assertTrue(Math.abs(numeric - analytic) <= bound, f.name() + ": along a direction of operand " + k + " " + type + " the gradient says "
                    + analytic + " but differences " + numeric + ", which is more than " + bound + " apart");
            floating++;
        }
    }

    private static double[] direction(TensorType type, int seed) {
        return new SplittableRandom(seed).doubles(type.elements(), -1, 1).toArray();
    }

    /** L at x + h·v. */
    private double loss(Case f, Sample at, int operand, double[] v, double h, List<MemorySegment> dy) {
        List<MemorySegment> data = new ArrayList<>(at.data().subList(0, f.inputs().size()));
        MemorySegment moved = Sample.empty(at.types().get(operand));
        for (int i = 0; i < v.length; i++) {
            Numbers.write(DType.F64, moved, i, Numbers.read(DType.F64, data.get(operand), i) + h * v[i]);
        }
        data.set(operand, moved);
        Outcome y = Interpreter.run(reference, f, new Sample(at.types().subList(0, data.size()), data));
        double loss = 0;
        int floating = 0;
        for (int r = 0; r < y.types().size(); r++) {
            if (!y.types().get(r).dtype().isFloating()) {
                continue;
            }
            for (long i = 0; i < y.types().get(r).elements(); i++) {
                loss += Numbers.read(DType.F64, y.data().get(r), i) * Numbers.read(DType.F64, dy.get(floating), i);
            }
            floating++;
        }
        return loss;
    }
}
