package dev.gatun.testkit;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import java.util.Optional;

/**
 * An operand of a {@link Case}.
 *
 * @param fixed its element type, where that is not the one that the case is run for: indices, truth values, keys
 */
public record Input(Shape shape, Domain domain, Optional<DType> fixed) {
    /** Returns an operand with elements of {@code domain} in whatever type the case is run for. */
    public static Input of(Domain domain, int... dims) {
        return new Input(Shape.of(dims), domain, Optional.empty());
    }

    /** Returns an operand with elements from -2 to 2 in whatever type the case is run for. */
    public static Input of(int... dims) {
        return of(Domain.SIGNED, dims);
    }

    /** Returns an I64 operand with places of an axis of {@code size}, counted from its start or its end. */
    public static Input indices(int size, int... dims) {
        return fixed(DType.I64, new Domain(-size, size - 1), dims);
    }

    /** Returns a BOOL operand. */
    public static Input truth(int... dims) {
        return fixed(DType.BOOL, new Domain(0, 1), dims);
    }

    /** Returns an operand of one type only. */
    public static Input fixed(DType dtype, Domain domain, int... dims) {
        return new Input(Shape.of(dims), domain, Optional.of(dtype));
    }

    /** Returns its type when the case is run for {@code dtype}. */
    public TensorType type(DType dtype) {
        return new TensorType(fixed.orElse(dtype), shape);
    }
}
