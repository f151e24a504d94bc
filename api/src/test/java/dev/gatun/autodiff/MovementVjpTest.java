package dev.gatun.autodiff;

import static dev.gatun.autodiff.CentralDifferences.test;

import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.autodiff.CentralDifferences.Operand;
import dev.gatun.op.Ints;
import dev.gatun.op.Movement;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Derivatives of ops that place elements elsewhere. */
final class MovementVjpTest {
    private static final Operand X = Operand.between(-1, 1, 2, 3, 4);

    @TestFactory
    List<DynamicTest> derivativesAreThoseOfCentralDifferences() {
        return List.of(
                test("reshape", in -> in.getFirst().reshape(4, 6), X),
                test("permute", in -> in.getFirst().permute(2, 0, 1), X),
                test("expand of a new axis", in -> in.getFirst().expand(Shape.of(3, 2)), Operand.between(-1, 1, 2)),
                test("expand of axes of size 1", in -> in.getFirst().expand(Shape.of(2, 3, 2, 3)), Operand.between(-1, 1, 3, 1, 3)),
                test("expand of a scalar", in -> in.getFirst().expand(Shape.of(2, 3)), Operand.between(-1, 1)),
                test("expand to one more axis of size 1", in -> in.getFirst().expand(Shape.of(1, 3)), Operand.between(-1, 1, 3)),
                test("slice", in -> in.getFirst().slice(1, 1, 3), X),
                test("slice of nothing", in -> in.getFirst().slice(1, 1, 1), X),
                test("slice with steps", in -> slice(in, Ints.of(1, 0, 0), Ints.of(1, 2, 2), Ints.of(1, 2, 3)), X),
                test("slice with steps that leave a rest", in -> slice(in, Ints.of(0, 0, 1), Ints.of(2, 3, 1), Ints.of(1, 1, 2)), X),
                test("slice backwards", in -> slice(in, Ints.of(1, 2, 3), Ints.of(2, 2, 2), Ints.of(-1, -1, -2)), X),
                test("flip", in -> in.getFirst().flip(2), X),
                test("pad with its value", in -> Notation.apply(new Movement.Pad(Ints.of(1, 0), Ints.of(0, 2), Ints.of(2, 1)), in.get(0), in.get(1)),
                        Operand.between(-1, 1, 2, 3), Operand.between(-1, 1)),
                test("concat", in -> Tensor.concat(1, in), X, Operand.between(-1, 1, 2, 1, 4), Operand.between(-2, 2, 2, 2, 4)),
                test("concat of one tensor twice", in -> Tensor.concat(0, List.of(in.getFirst(), in.getFirst().square(), in.getFirst())), X));
    }

    private static Tensor slice(List<Tensor> in, Ints starts, Ints sizes, Ints steps) {
        return Notation.apply(new Movement.Slice(starts, sizes, steps), in.getFirst());
    }
}
