package dev.gatun.graph;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Convolution;
import dev.gatun.op.Convolution.Geometry;
import dev.gatun.op.Ints;
import dev.gatun.op.Pooling;
import dev.gatun.op.Pooling.Window;
import java.util.List;

/** Types of ops that move a window over the spatial axes of an image: convolution and pooling. */
final class WindowRules {
    private WindowRules() {
    }

    static TensorType infer(Convolution op, List<TensorType> inputs) {
        return switch (op) {
            case Convolution.Conv c -> conv(c.geometry(), Operands.of(op, inputs, "x", "w"));
            case Convolution.ConvBackwardData c -> backwardData(c.geometry(), c.spatial(), Operands.of(op, inputs, "dy", "w"));
            case Convolution.ConvBackwardWeights c -> backwardWeights(c.geometry(), c.kernel(), Operands.of(op, inputs, "x", "dy"));
        };
    }

    static List<TensorType> infer(Pooling op, List<TensorType> inputs) {
        return switch (op) {
            case Pooling.MaxPool p -> maxPool(p, Operands.of(op, inputs, "x"));
            case Pooling.MaxPoolBackward p -> List.of(maxPoolBackward(p, Operands.of(op, inputs, "dy", "i")));
            case Pooling.AvgPool p -> List.of(avgPool(p, Operands.of(op, inputs, "x")));
            case Pooling.AvgPoolBackward p -> List.of(poolBackward(p.window(), p.spatial(), Operands.of(op, inputs, "dy")));
        };
    }

    // Convolution: x [N, IC, spatial...], w [OC, IC/G, kernel...], y [N, OC, out...].

    private static TensorType conv(Geometry geometry, Operands o) {
        o.floating(0);
        o.sameDtype(0, 1);
        return o.type(0).with(convolved(geometry, o));
    }

    /** Returns the shape of the convolution of operands 0 and 1. */
    static Shape convolved(Geometry geometry, Operands o) {
        check(geometry, o);
        images(o, geometry.spatialRank(), "[N, IC, spatial...]", "[OC, IC/G, kernel...]");
        channels(geometry, o, o.dim(0, 1), o.dim(1, 0), o.dim(1, 1));
        fits(geometry, o, o.shape(0), spatial(o.shape(1)));
        return geometry.out(o.shape(0), o.shape(1));
    }

    private static TensorType backwardData(Geometry geometry, Ints spatial, Operands o) {
        check(geometry, o);
        floatingImages(o, geometry.spatialRank(), "[N, OC, out...]", "[OC, IC/G, kernel...]");
        sizes(o, spatial, geometry.spatialRank(), "spatial", 0);
        int outputs = o.dim(1, 0);
        int inputs = Math.multiplyExact(o.dim(1, 1), geometry.groups());
        channels(geometry, o, inputs, outputs, o.dim(1, 1));
        Shape x = Shape.of(o.dim(0, 0), inputs).concat(Shape.of(spatial.toArray()));
        fits(geometry, o, x, spatial(o.shape(1)));
        o.shape(0, geometry.out(x, o.shape(1)), "y of x" + x + " and " + o.text(1));
        return o.type(0).with(x);
    }

    private static TensorType backwardWeights(Geometry geometry, Ints kernel, Operands o) {
        check(geometry, o);
        floatingImages(o, geometry.spatialRank(), "[N, IC, spatial...]", "[N, OC, out...]");
        sizes(o, kernel, geometry.spatialRank(), "kernel", 1);
        int inputs = o.dim(0, 1);
        int outputs = o.dim(1, 1);
        channels(geometry, o, inputs, outputs, inputs / geometry.groups());
        Shape w = Shape.of(outputs, inputs / geometry.groups()).concat(Shape.of(kernel.toArray()));
        fits(geometry, o, o.shape(0), kernel);
        o.shape(1, geometry.out(o.shape(0), w), "y of " + o.text(0) + " and w" + w);
        return o.type(0).with(w);
    }

    private static void check(Geometry g, Operands o) {
        int rank = g.strides().size();
        o.check(rank >= 1, "needs at least one spatial axis");
        sizes(o, g.strides(), rank, "strides", 1);
        sizes(o, g.padBefore(), rank, "padBefore", 0);
        sizes(o, g.padAfter(), rank, "padAfter", 0);
        sizes(o, g.dilations(), rank, "dilations", 1);
        o.check(g.groups() >= 1, "groups must be at least 1, got " + g.groups());
    }

    private static void floatingImages(Operands o, int spatialRank, String first, String second) {
        o.floating(0);
        o.sameDtype(0, 1);
        images(o, spatialRank, first, second);
    }

    private static void images(Operands o, int spatialRank, String first, String second) {
        o.rank(0, spatialRank + 2, first);
        o.rank(1, spatialRank + 2, second);
    }

    private static void channels(Geometry g, Operands o, int inputs, int outputs, int perGroup) {
        o.check(inputs % g.groups() == 0 && outputs % g.groups() == 0, inputs + " input and " + outputs + " output channels are not divisible by "
                + g.groups() + " groups");
        o.check(inputs == (long) perGroup * g.groups(), o.text(0) + " has " + inputs + " channels but " + o.text(1) + " takes " + perGroup + " in "
                + (g.groups() == 1 ? "1 group" : "each of " + g.groups() + " groups"));
    }

    private static void fits(Geometry g, Operands o, Shape x, Ints kernel) {
        for (int i = 0; i < g.spatialRank(); i++) {
            o.check(kernel.get(i) >= 1, "the kernel " + kernel + " is empty along spatial axis " + i);
            fits(o, i, x.dim(2 + i), kernel.get(i), g.dilations().get(i), g.padBefore().get(i), g.padAfter().get(i), g.out(i, x.dim(2 + i), kernel.get(i)));
        }
    }

    // Pooling: x [N, C, spatial...], y [N, C, out...].

    private static List<TensorType> maxPool(Pooling.MaxPool op, Operands o) {
        boolean isByte = o.dtype(0) == DType.I8 || o.dtype(0) == DType.U8;
        o.kind(0, isByte || o.dtype(0).isFloating(), "floating, i8 or u8", DType.F32);
        TensorType y = pool(op.window(), o);
        if (!op.indices()) {
            return List.of(y);
        }
        long volume = o.shape(0).elements(2, o.rank(0));
        o.check(volume <= Integer.MAX_VALUE, "a channel of " + o.text(0) + " has " + volume + " places, more than i32 indices can name");
        return List.of(y, y.with(DType.I32));
    }

    private static TensorType maxPoolBackward(Pooling.MaxPoolBackward op, Operands o) {
        o.exactly(1, DType.I32);
        o.shape(1, o.shape(0), "an index for each of dy");
        return poolBackward(op.window(), op.spatial(), o);
    }

    private static TensorType avgPool(Pooling.AvgPool op, Operands o) {
        o.floating(0);
        return pool(op.window(), o);
    }

    private static TensorType pool(Window window, Operands o) {
        check(window, o);
        o.rank(0, window.spatialRank() + 2, "[N, C, spatial...]");
        return o.type(0).with(pooled(window, o, o.shape(0)));
    }

    private static TensorType poolBackward(Window window, Ints spatial, Operands o) {
        check(window, o);
        o.floating(0);
        o.rank(0, window.spatialRank() + 2, "[N, C, out...]");
        sizes(o, spatial, window.spatialRank(), "spatial", 0);
        Shape x = o.shape(0).slice(0, 2).concat(Shape.of(spatial.toArray()));
        o.shape(0, pooled(window, o, x), "y of x" + x);
        return o.type(0).with(x);
    }

    private static void check(Window w, Operands o) {
        int rank = w.kernel().size();
        o.check(rank >= 1, "needs at least one spatial axis");
        sizes(o, w.kernel(), rank, "kernel", 1);
        sizes(o, w.strides(), rank, "strides", 1);
        sizes(o, w.padBefore(), rank, "padBefore", 0);
        sizes(o, w.padAfter(), rank, "padAfter", 0);
        sizes(o, w.dilations(), rank, "dilations", 1);
        for (int i = 0; i < rank; i++) {
            long span = (long) w.dilations().get(i) * (w.kernel().get(i) - 1) + 1;
            o.check(w.padBefore().get(i) < span && w.padAfter().get(i) < span, "padding " + w.padBefore().get(i) + " + " + w.padAfter().get(i)
                    + " along spatial axis " + i + " must be smaller than the window, which spans " + span + ", or a window would see padding only");
        }
    }

    private static Shape pooled(Window w, Operands o, Shape x) {
        int[] dims = x.dims();
        for (int i = 0; i < w.spatialRank(); i++) {
            int in = x.dim(2 + i);
            dims[2 + i] = w.out(i, in);
            fits(o, i, in, w.kernel().get(i), w.dilations().get(i), w.padBefore().get(i), w.padAfter().get(i), dims[2 + i]);
        }
        return Shape.of(dims);
    }

    // Both.

    private static void fits(Operands o, int axis, int in, int kernel, int dilation, int before, int after, int out) {
        o.check((long) in + before + after <= Integer.MAX_VALUE, "spatial axis " + axis + " with its padding has more than " + Integer.MAX_VALUE + " places");
        o.check(out >= 1, "a kernel of " + kernel + (dilation == 1 ? "" : " with dilation " + dilation) + " does not fit into the " + in
                + " places of spatial axis " + axis + " with padding " + before + " + " + after);
    }

    /** Checks that an attribute has one entry a spatial axis, none below {@code least}. */
    private static void sizes(Operands o, Ints attribute, int rank, String name, int least) {
        o.check(attribute.size() == rank, name + " " + attribute + " must have one entry for each of " + rank + " spatial axes");
        o.check(attribute.stream().allMatch(v -> v >= least), name + " must be at least " + least + ", got " + attribute);
    }

    private static Ints spatial(Shape shape) {
        return Ints.of(shape.slice(2, shape.rank()).dims());
    }
}
