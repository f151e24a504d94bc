package dev.gatun.reference;

import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Movement;
import java.util.List;

/** Elements placed elsewhere, bit by bit. Each op reads its operand, or writes its result, through a strided view: start + Σ iₖ·strideₖ. */
final class MovementLoops {
    private MovementLoops() {
    }

    static Loop of(Movement op, List<TensorType> in, List<TensorType> out) {
        return switch (op) {
            case Movement.Reshape r -> (x, y) -> y[0].copyAll(x[0]);
            case Movement.Permute p -> (x, y) -> permute(p, x[0], y[0]);
            case Movement.Expand e -> (x, y) -> expand(x[0], y[0]);
            case Movement.Slice s -> (x, y) -> slice(s, x[0], y[0]);
            case Movement.Pad p -> (x, y) -> pad(p, x[0], x[1], y[0]);
            case Movement.Concat c -> (x, y) -> concat(c, x, y[0]);
            case Movement.Detach d -> (x, y) -> y[0].copyAll(x[0]);
        };
    }

    /** Axis i of y is axis axes[i] of x, so it has that axis' stride. */
    private static void permute(Movement.Permute op, Elements x, Elements y) {
        long[] strides = x.shape().strides();
        read(x, 0, op.axes().stream().mapToLong(axis -> strides[axis]).toArray(), y);
    }

    /** Along a repeated axis x stays where it is: stride 0. */
    private static void expand(Elements x, Elements y) {
        Shape from = x.shape();
        int lead = y.shape().rank() - from.rank();
        long[] strides = new long[y.shape().rank()];
        for (int axis = 0; axis < from.rank(); axis++) {
            strides[lead + axis] = from.dim(axis) == 1 ? 0 : from.strides()[axis];
        }
        read(x, 0, strides, y);
    }

    /** y[i₀, i₁, ...] = x[starts₀ + i₀·steps₀, ...]. */
    private static void slice(Movement.Slice op, Elements x, Elements y) {
        long[] strides = x.shape().strides();
        long start = 0;
        for (int axis = 0; axis < strides.length; axis++) {
            start += op.starts().get(axis) * strides[axis];
            strides[axis] *= op.steps().get(axis);
        }
        read(x, start, strides, y);
    }

    /** y = value, then y[before₀ + i₀·(interior₀ + 1), ...] = x[i₀, ...]. */
    private static void pad(Movement.Pad op, Elements x, Elements value, Elements y) {
        for (long i = 0; i < y.size(); i++) {
            y.copy(i, value, 0);
        }
        long[] strides = y.shape().strides();
        long start = 0;
        for (int axis = 0; axis < strides.length; axis++) {
            start += op.before().get(axis) * strides[axis];
            strides[axis] *= op.interior().get(axis) + 1L;
        }
        write(x, y, start, strides);
    }

    /** y[..., offset + p, ...] = x[..., p, ...], where offset is the size of the operands before. */
    private static void concat(Movement.Concat op, Elements[] operands, Elements y) {
        long[] strides = y.shape().strides();
        long offset = 0;
        for (Elements x : operands) {
            write(x, y, offset * strides[op.axis()], strides);
            offset += x.shape().dim(op.axis());
        }
    }

    /** y[i] = x[start + Σ iₖ·strideₖ]. */
    private static void read(Elements x, long start, long[] strides, Elements y) {
        Places places = new Places(y.shape(), start, strides);
        for (long i = 0; i < y.size(); i++, places.next()) {
            y.copy(i, x, places.offset());
        }
    }

    /** y[start + Σ iₖ·strideₖ] = x[i]. */
    private static void write(Elements x, Elements y, long start, long[] strides) {
        Places places = new Places(x.shape(), start, strides);
        for (long i = 0; i < x.size(); i++, places.next()) {
            y.copy(places.offset(), x, i);
        }
    }
}
