package dev.gatun.autodiff;

import static dev.gatun.autodiff.Notation.apply;
import static dev.gatun.autodiff.Vjp.NONE;

import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.op.Ints;
import dev.gatun.op.Movement;
import dev.gatun.op.Movement.Pad;
import dev.gatun.op.Movement.Slice;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Rules of ops that place elements elsewhere: what went there comes back, what was repeated adds up, what was left out gets zero. */
final class MovementVjp {
    private MovementVjp() {
    }

    static List<Supplier<Tensor>> of(Movement op, Step s) {
        return switch (op) {
            case Movement.Reshape r -> List.of(() -> s.dy().reshape(s.x(0).shape()));
            case Movement.Permute p -> List.of(() -> s.dy().permute(inverse(p.axes().toArray())));
            case Movement.Expand e -> List.of(() -> sumTo(s.x(0).shape(), s.dy()));
            case Slice slice -> List.of(() -> putBack(slice, s.x(0), s.dy()));
            case Pad pad -> List.of(() -> inner(pad, s.x(0), s.dy()), () -> around(pad, s.x(0), s.dy()));
            case Movement.Concat c -> parts(c.axis(), s);
            case Movement.Detach d -> List.of(NONE);
        };
    }

    /** Returns the permutation that undoes {@code axes}. */
    static int[] inverse(int[] axes) {
        int[] back = new int[axes.length];
        for (int i = 0; i < axes.length; i++) {
            back[axes[i]] = i;
        }
        return back;
    }

    /** Returns the sum of the copies that an expansion of {@code shape} made. */
    private static Tensor sumTo(Shape shape, Tensor dy) {
        int lead = dy.rank() - shape.rank();
        int[] repeated = IntStream.range(0, dy.rank()).filter(a -> a < lead || shape.dim(a - lead) != dy.dim(a)).toArray();
        return Notation.sum(dy, Ints.of(repeated), false).reshape(shape);
    }

    /** Returns zeros of x's shape with dy where the slice was taken. */
    private static Tensor putBack(Slice op, Tensor x, Tensor dy) {
        if (dy.type().elements() == 0) {
            return Notation.zeros(x.type());
        }
        int rank = x.rank();
        int[] starts = new int[rank];
        int[] signs = new int[rank];
        int[] before = new int[rank];
        int[] after = new int[rank];
        int[] interior = new int[rank];
        for (int a = 0; a < rank; a++) {
            int step = op.steps().get(a);
            int first = op.starts().get(a);
            int last = first + (op.sizes().get(a) - 1) * step;
            starts[a] = step > 0 ? 0 : op.sizes().get(a) - 1;
            signs[a] = step > 0 ? 1 : -1;
            before[a] = Math.min(first, last);
            after[a] = x.dim(a) - 1 - Math.max(first, last);
            interior[a] = Math.abs(step) - 1;
        }
        boolean forward = op.steps().stream().allMatch(step -> step > 0);
        Tensor ascending = forward ? dy : apply(new Slice(Ints.of(starts), op.sizes(), Ints.of(signs)), dy);
        return apply(new Pad(Ints.of(before), Ints.of(after), Ints.of(interior)), ascending, Notation.constant(0, x));
    }

    /** Returns the places of dy that x was put at. */
    private static Tensor inner(Pad op, Tensor x, Tensor dy) {
        return apply(new Slice(op.before(), Ints.of(x.shape().dims()), Ints.of(op.interior().stream().map(gap -> gap + 1).toArray())), dy);
    }

    /** Returns Σ dy over the places that the padding value was put at. */
    private static Tensor around(Pad op, Tensor x, Tensor dy) {
        Tensor padding = apply(op, Notation.zeros(x.type()), Notation.constant(1, x));
        return dy.mul(padding).sum();
    }

    private static List<Supplier<Tensor>> parts(int axis, Step s) {
        List<Supplier<Tensor>> dxs = new ArrayList<>();
        int from = 0;
        for (Tensor x : s.inputs()) {
            int start = from;
            int end = from + x.dim(axis);
            dxs.add(() -> s.dy().slice(axis, start, end));
            from = end;
        }
        return dxs;
    }
}
