package dev.gatun.graph;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Op;
import java.util.List;

/** The operands of one application of an op, under the names that its messages use, with the checks that type rules share. */
final class Operands {
    private final String op;
    private final List<TensorType> types;
    private final List<String> names;

    private Operands(String op, List<TensorType> types, List<String> names) {
        this.op = op;
        this.types = types;
        this.names = names;
    }

    /** Names the operands. @throws IllegalArgumentException if there are fewer or more than {@code names} */
    static Operands of(Op op, List<TensorType> types, List<String> names) {
        if (types.size() != names.size()) {
            String takes = names.isEmpty() ? "no operands" : names.size() + (names.size() == 1 ? " operand (" : " operands (")
                    + String.join(", ", names) + ")";
            throw new IllegalArgumentException(op.name() + ": takes " + takes + " but got " + types.size());
        }
        return new Operands(op.name(), types, names);
    }

    /** Names the operands. @throws IllegalArgumentException if there are fewer or more than {@code names} */
    static Operands of(Op op, List<TensorType> types, String... names) {
        return of(op, types, List.of(names));
    }

    TensorType type(int i) {
        return types.get(i);
    }

    DType dtype(int i) {
        return types.get(i).dtype();
    }

    Shape shape(int i) {
        return types.get(i).shape();
    }

    int rank(int i) {
        return shape(i).rank();
    }

    int dim(int i, int axis) {
        return shape(i).dim(axis);
    }

    /** Returns name and shape of operand {@code i}, e.g. {@code a[3, 4]}. */
    String text(int i) {
        return names.get(i) + shape(i);
    }

    /** Returns the exception that names the op in front of {@code message}. */
    IllegalArgumentException error(String message) {
        return new IllegalArgumentException(op + ": " + message);
    }

    /** Checks what {@code message} says is violated otherwise; for attributes and relations of sizes. */
    void check(boolean holds, String message) {
        if (!holds) {
            throw error(message);
        }
    }

    // Checks of element types return these operands: a rule that chooses one by an enum is then a switch expression, which must name every constant.

    /** Checks that operand {@code i} has an element type that {@code allowed} describes. */
    Operands kind(int i, boolean holds, String allowed, DType remedy) {
        check(holds, names.get(i) + " is " + dtype(i).label() + " but must be " + allowed + ", write " + cast(i, remedy));
        return this;
    }

    /** Checks that operand {@code i} has a floating type. */
    Operands floating(int i) {
        return kind(i, dtype(i).isFloating(), "floating", DType.F32);
    }

    /** Checks that operand {@code i} has an arithmetic type: floating or integer, not BOOL. */
    Operands numeric(int i) {
        return kind(i, dtype(i) != DType.BOOL, "floating or integer", DType.I32);
    }

    /** Checks that operand {@code i} can index: I32 or I64. */
    Operands index(int i) {
        return kind(i, dtype(i) == DType.I32 || dtype(i) == DType.I64, "i32 or i64", DType.I64);
    }

    /** Checks that operand {@code i} is exactly of {@code dtype}. */
    Operands exactly(int i, DType dtype) {
        return kind(i, dtype(i) == dtype, dtype.label(), dtype);
    }

    /** Checks that operands {@code first} and {@code other} have one element type. */
    void sameDtype(int first, int other) {
        check(dtype(first) == dtype(other), names.get(first) + " is " + dtype(first).label() + " and " + names.get(other) + " is "
                + dtype(other).label() + "; types must be equal, write " + cast(other, dtype(first)));
    }

    /** Checks that operands {@code first} to {@code last} have one element type. */
    void sameDtypes(int first, int last) {
        for (int i = first + 1; i <= last; i++) {
            sameDtype(first, i);
        }
    }

    /** Checks that operand {@code i} has {@code rank} axes. @param letters what they are, e.g. {@code [N, C, H, W]} */
    void rank(int i, int rank, String letters) {
        check(rank(i) == rank, text(i) + " has " + rank(i) + " axes but must have " + rank + ": " + letters);
    }

    /** Checks that operand {@code i} has at least {@code rank} axes. @param letters what they are */
    void rankAtLeast(int i, int rank, String letters) {
        check(rank(i) >= rank, text(i) + " has " + rank(i) + " axes but must have at least " + rank + ": " + letters);
    }

    /** Checks that operand {@code i} has the shape {@code expected}. @param reason what that is, e.g. {@code [C], one a channel of x} */
    void shape(int i, Shape expected, String reason) {
        check(shape(i).equals(expected), text(i) + " must be " + expected + ": " + reason);
    }

    /** Checks that {@code axis}, counted from the start, is one of operand {@code i}. */
    void axis(int i, int axis) {
        check(axis >= 0 && axis < rank(i), "axis " + axis + " is outside of " + text(i) + ", whose axes are " + axes(rank(i)));
    }

    private static String axes(int rank) {
        return rank == 0 ? "none" : rank == 1 ? "0" : "0 to " + (rank - 1);
    }

    private String cast(int i, DType to) {
        return names.get(i) + ".cast(DType." + to + ")";
    }
}
