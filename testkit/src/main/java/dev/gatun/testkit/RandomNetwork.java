package dev.gatun.testkit;

import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.op.Convolution.Conv;
import dev.gatun.op.Convolution.Geometry;
import dev.gatun.op.Elementwise.UnaryFunction;
import dev.gatun.op.Normalization;
import dev.gatun.op.Pooling;
import dev.gatun.op.Pooling.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Draws networks of images: layers that carry a backend's layout from one to the next, with branches that join again. */
final class RandomNetwork {
    private static final int MOST_PRODUCTS = 60_000;
    private static final UnaryFunction[] SMOOTH = {UnaryFunction.TANH, UnaryFunction.SIGMOID, UnaryFunction.SOFTPLUS};

    private final SplittableRandom random;
    private final boolean smooth;
    private final List<Input> inputs = new ArrayList<>();
    private final List<Layer> layers = new ArrayList<>();
    private final List<Shape> shapes = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private int terms = 1;

    /** Computes the next value of a network. @param values the image, and what the layers before gave @param in image and weights */
    private interface Layer {
        Tensor of(List<Tensor> values, List<Tensor> in);
    }

    RandomNetwork(SplittableRandom random) {
        this.random = random;
        this.smooth = random.nextBoolean();
    }

    /** Returns a network of up to eight layers; one without kinks may be differentiated. */
    Case next() {
        Shape image = Shape.of(random.nextInt(1, 3), channels(), random.nextInt(1, 13), random.nextInt(1, 13));
        inputs.add(Input.of(image.dims()));
        shapes.add(image);
        int count = random.nextInt(2, 9);
        for (int i = 0; i < count; i++) {
            add(random.nextInt(4) == 0 ? random.nextInt(shapes.size()) : shapes.size() - 1);
        }
        boolean pooled = random.nextInt(3) == 0;
        boolean inner = random.nextInt(3) == 0;
        int kept = random.nextInt(shapes.size());
        List<Layer> all = List.copyOf(layers);
        return Case.of("network " + String.join(", ", names), Tolerance.GRADIENT, in -> {
            List<Tensor> values = new ArrayList<>(List.of(in.getFirst()));
            all.forEach(layer -> values.add(layer.of(values, in)));
            List<Tensor> results = new ArrayList<>(List.of(pooled ? values.getLast().mean(2, 3) : values.getLast()));
            if (inner) {
                results.add(values.get(kept));
            }
            return results;
        }, inputs.toArray(Input[]::new)).summing(terms).differentiable(smooth ? Smoothness.ONCE : Smoothness.NONE);
    }

    private int channels() {
        return random.nextInt(3) == 0 ? 16 * random.nextInt(1, 3) : random.nextInt(1, 20);
    }

    private void add(int from) {
        Shape x = shapes.get(from);
        switch (random.nextInt(9)) {
            case 0, 1, 2 -> convolution(from, x);
            case 3 -> pool(from, x);
            case 4 -> activation(from, x);
            case 5 -> affine(from, x);
            case 6 -> join(from, x);
            case 7 -> concat(from, x);
            default -> normalize(from, x);
        }
    }

    private void add(String name, Shape shape, Layer layer) {
        names.add(name + shape);
        shapes.add(shape);
        layers.add(layer);
    }

    /** Appends an operand and returns its number. */
    private int weight(Domain domain, int... dims) {
        inputs.add(Input.of(domain, dims));
        return inputs.size() - 1;
    }

    private void convolution(int from, Shape x) {
        int kernel = 1 + 2 * random.nextInt(3);
        int stride = random.nextInt(1, 3);
        int C = x.dim(1);
        boolean depthwise = random.nextInt(5) == 0;
        int OC = depthwise ? C : channels();
        Geometry g = ConvolutionCases.geometry(2, stride, kernel / 2, 1, depthwise ? C : 1);
        Shape w = Shape.of(OC, depthwise ? 1 : C, kernel, kernel);
        Shape y = g.out(x, w);
        int K = (int) w.elements(1, 4);
        if (y.elements() * K > MOST_PRODUCTS) {
            activation(from, x);
            return;
        }
        terms = Math.max(terms, Math.max(K, (int) y.elements() / OC));
        // Results near the size of the operands, so that deep networks neither overflow nor vanish.
        double largest = 1.5 / Math.sqrt(K);
        int weights = weight(new Domain(-largest, largest), w.dims());
        int bias = random.nextBoolean() ? weight(Domain.INSIDE_ONE, OC, 1, 1) : -1;
        add("conv" + kernel + "/" + stride, y, (values, in) -> {
            Tensor sums = Tensor.record(new Conv(g), values.get(from), in.get(weights)).getFirst();
            return bias < 0 ? sums : sums.add(in.get(bias));
        });
    }

    private void pool(int from, Shape x) {
        boolean max = !smooth && random.nextBoolean();
        int kernel = random.nextInt(1, 4);
        Window w = PoolingCases.window(2, kernel, random.nextInt(1, 3), kernel / 3, 1, random.nextBoolean());
        int H = w.out(0, x.dim(2));
        int W = w.out(1, x.dim(3));
        if (H < 1 || W < 1) {
            activation(from, x);
            return;
        }
        add((max ? "max" : "avg") + kernel, x.with(2, H).with(3, W), (values, in) -> Tensor.record(
                max ? new Pooling.MaxPool(w, false) : new Pooling.AvgPool(w, Pooling.Divisor.PADDED), values.get(from)).getFirst());
    }

    private void activation(int from, Shape x) {
        UnaryFunction f = smooth ? SMOOTH[random.nextInt(SMOOTH.length)] : UnaryFunction.RELU;
        add(f.label(), x, (values, in) -> values.get(from).unary(f));
    }

    /** What is left of a frozen batch norm: a factor and a summand a channel. */
    private void affine(int from, Shape x) {
        int factor = weight(Domain.NEAR_ONE, x.dim(1), 1, 1);
        int summand = weight(Domain.INSIDE_ONE, x.dim(1), 1, 1);
        add("affine", x, (values, in) -> values.get(from).mul(in.get(factor)).add(in.get(summand)));
    }

    private void join(int from, Shape x) {
        int[] alike = IntStream.range(0, shapes.size()).filter(i -> i != from && shapes.get(i).equals(x)).toArray();
        if (alike.length == 0) {
            affine(from, x);
            return;
        }
        int other = alike[random.nextInt(alike.length)];
        add("add", x, (values, in) -> values.get(from).add(values.get(other)).mul(0.7));
    }

    private void concat(int from, Shape x) {
        int[] alike = IntStream.range(0, shapes.size()).filter(i -> shapes.get(i).with(1, x.dim(1)).equals(x)).toArray();
        int other = alike[random.nextInt(alike.length)];
        add("concat", x.with(1, x.dim(1) + shapes.get(other).dim(1)), (values, in) -> Tensor.concat(1, List.of(values.get(from), values.get(other))));
    }

    private void normalize(int from, Shape x) {
        terms = Math.max(terms, (int) (x.elements() / x.dim(1)));
        int scale = weight(Domain.NEAR_ONE, x.dim(1));
        int shift = weight(Domain.INSIDE_ONE, x.dim(1));
        boolean neighbours = random.nextInt(3) == 0;
        add(neighbours ? "lrn" : "norm", x, (values, in) -> neighbours
                ? Tensor.record(new Normalization.LocalResponseNorm(3, 0.1, 0.75, 1), values.get(from)).getFirst()
                : Tensor.record(new Normalization.BatchNorm(0.1), values.get(from), in.get(scale), in.get(shift)).getFirst());
    }
}
