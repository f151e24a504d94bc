package dev.gatun.testkit;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.op.Random;
import dev.gatun.op.Random.Distribution;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Counter-based random numbers, which are equal in every bit everywhere. */
final class RandomCases {
    private static final Domain KEYS = new Domain(-1L << 62, 1L << 62);

    private RandomCases() {
    }

    static List<Case> of(int n) {
        List<Case> cases = new ArrayList<>();
        for (Distribution d : Distribution.values()) {
            cases.add(draw(d, n));
            cases.add(draw(d, 3, n));
            cases.add(draw(d, n, 129));
        }
        cases.add(Case.of("dropout", Tolerance.ROUNDED, in -> {
            Tensor mask = Tensor.record(new Random.Draw(Distribution.UNIFORM, Shape.of(3, n)), in.get(1)).getFirst()
                    .lt(Tensor.scalar(DType.F32, 0.75));
            return List.of(mask.where(in.get(0).div(0.75), Tensor.scalar(in.get(0).dtype(), 0)));
        }, Input.of(3, n), key()).differentiable(Smoothness.TWICE));
        return cases;
    }

    static List<Case> large() {
        return Stream.of(Distribution.values()).map(d -> draw(d, 10_007)).toList();
    }

    static Case draw(Distribution d, int... dims) {
        return Case.of("random " + d.label() + " " + Shape.of(dims), Tolerance.EXACT, new Random.Draw(d, Shape.of(dims)), key()).in(Types.ONE);
    }

    private static Input key() {
        return Input.fixed(DType.I64, KEYS, 2);
    }
}
