package dev.gatun.graph;

import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Ints;
import dev.gatun.op.Movement;
import java.util.List;
import java.util.stream.IntStream;

/** Types of ops that place elements elsewhere. */
final class MovementRules {
    private MovementRules() {
    }

    static TensorType infer(Movement op, List<TensorType> inputs) {
        return switch (op) {
            case Movement.Reshape r -> reshape(r, Operands.of(op, inputs, "x"));
            case Movement.Permute p -> permute(p, Operands.of(op, inputs, "x"));
            case Movement.Expand e -> expand(e, Operands.of(op, inputs, "x"));
            case Movement.Slice s -> slice(s, Operands.of(op, inputs, "x"));
            case Movement.Pad p -> pad(p, Operands.of(op, inputs, "x", "value"));
            case Movement.Concat c -> concat(c, inputs);
            case Movement.Detach d -> Operands.of(op, inputs, "x").type(0);
        };
    }

    private static TensorType reshape(Movement.Reshape op, Operands o) {
        o.check(o.shape(0).elements() == op.shape().elements(), o.text(0) + " has " + o.shape(0).elements() + " elements but " + op.shape() + " has "
                + op.shape().elements());
        return o.type(0).with(op.shape());
    }

    private static TensorType permute(Movement.Permute op, Operands o) {
        Shape x = o.shape(0);
        boolean isPermutation = op.axes().size() == x.rank() && IntStream.range(0, x.rank()).allMatch(op.axes()::contains);
        o.check(isPermutation, "axes " + op.axes() + " are not a permutation of the " + x.rank() + " axes of " + o.text(0));
        return o.type(0).with(Shape.of(op.axes().stream().map(x::dim).toArray()));
    }

    private static TensorType expand(Movement.Expand op, Operands o) {
        o.check(o.shape(0).expandsTo(op.shape()), o.text(0) + " does not expand to " + op.shape()
                + ": from the right, each size must be equal or 1 in x");
        return o.type(0).with(op.shape());
    }

    private static TensorType slice(Movement.Slice op, Operands o) {
        Shape x = o.shape(0);
        onePerAxis(o, op.starts(), "starts");
        onePerAxis(o, op.sizes(), "sizes");
        onePerAxis(o, op.steps(), "steps");
        for (int axis = 0; axis < x.rank(); axis++) {
            int start = op.starts().get(axis);
            int size = op.sizes().get(axis);
            int step = op.steps().get(axis);
            o.check(step != 0, "the step along axis " + axis + " is 0");
            o.check(size >= 0, "the size along axis " + axis + " must not be negative, got " + size);
            long last = start + (size - 1L) * step;
            boolean inside = start >= 0 && start < x.dim(axis) && last >= 0 && last < x.dim(axis);
            o.check(size == 0 || inside, "positions " + start + " to " + last + " along axis " + axis + " are outside of " + o.text(0));
        }
        return o.type(0).with(Shape.of(op.sizes().toArray()));
    }

    private static TensorType pad(Movement.Pad op, Operands o) {
        Shape x = o.shape(0);
        o.rank(1, 0, "a scalar");
        o.sameDtype(0, 1);
        onePerAxis(o, op.before(), "before");
        onePerAxis(o, op.after(), "after");
        onePerAxis(o, op.interior(), "interior");
        int[] dims = new int[x.rank()];
        for (int axis = 0; axis < x.rank(); axis++) {
            int before = op.before().get(axis);
            int after = op.after().get(axis);
            int interior = op.interior().get(axis);
            o.check(before >= 0 && after >= 0 && interior >= 0, "padding along axis " + axis + " must not be negative, got " + before + " before, " + after
                    + " after, " + interior + " between; cut with a slice");
            long size = (long) before + x.dim(axis) + Math.max(0, x.dim(axis) - 1L) * interior + after;
            dims[axis] = size(o, axis, size);
        }
        return o.type(0).with(Shape.of(dims));
    }

    private static TensorType concat(Movement.Concat op, List<TensorType> inputs) {
        Operands o = Operands.of(op, inputs, IntStream.range(0, inputs.size()).mapToObj(i -> "x" + i).toList());
        o.check(!inputs.isEmpty(), "needs at least one operand");
        o.axis(0, op.axis());
        long size = 0;
        for (int i = 0; i < inputs.size(); i++) {
            o.sameDtype(0, i);
            o.check(o.rank(i) == o.rank(0) && o.shape(i).without(op.axis()).equals(o.shape(0).without(op.axis())), o.text(0) + " and " + o.text(i)
                    + ": sizes must be equal on all axes but " + op.axis());
            size += o.dim(i, op.axis());
        }
        return o.type(0).with(o.shape(0).with(op.axis(), size(o, op.axis(), size)));
    }

    private static void onePerAxis(Operands o, Ints attribute, String name) {
        o.check(attribute.size() == o.rank(0), name + " " + attribute + " must have an entry for each of the " + o.rank(0) + " axes of " + o.text(0));
    }

    private static int size(Operands o, int axis, long size) {
        o.check(size <= Integer.MAX_VALUE, "axis " + axis + " of the result would have " + size + " positions, an axis holds at most " + Integer.MAX_VALUE);
        return (int) size;
    }
}
