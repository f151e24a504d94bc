package dev.gatun.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.gatun.bench.Blueprint.Node;
import dev.gatun.bench.Blueprint.Piece;
import dev.gatun.bench.Blueprint.Weights;
import dev.gatun.op.Convolution.Geometry;
import dev.gatun.op.Ints;
import dev.gatun.op.Pooling.Divisor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A blueprint as DJL runs it: op by op. Weights belong to the manager that is given first, what a pass computes to that of its input. */
final class DjlNet {
    private final Blueprint network;
    private final NDManager manager;
    private final boolean training;
    private final Map<Weights, NDArray> weights = new IdentityHashMap<>();
    private final List<NDArray> trained = new ArrayList<>();
    private final Map<Piece, NDArray[]> statistics = new IdentityHashMap<>();
    private final Map<Piece, TorchDeconv> deconvs = new IdentityHashMap<>();

    DjlNet(Blueprint network, NDManager manager, boolean training) {
        this.network = network;
        this.manager = manager;
        this.training = training;
        network.nodes().forEach(n -> load(n.piece()));
    }

    /** Returns what is trained. */
    List<NDArray> trained() {
        return trained;
    }

    private void load(Piece piece) {
        switch (piece) {
            case Piece.Conv c -> {
                load(c.w());
                c.b().ifPresent(this::load);
            }
            case Piece.Deconv d -> {
                load(d.w());
                deconvs.put(d, new TorchDeconv(d.geometry()));
            }
            case Piece.Dense d -> {
                load(d.w());
                d.b().ifPresent(this::load);
            }
            case Piece.BatchNorm n -> {
                load(n.scale());
                load(n.bias());
                Shape channels = new Shape(n.scale().data().length);
                statistics.put(n, new NDArray[] {manager.zeros(channels), manager.ones(channels)});
            }
            case Piece.Input _, Piece.Activation _, Piece.Sum _, Piece.MaxPool _, Piece.AvgPool _, Piece.Concat _, Piece.Flatten _ -> { }
        }
    }

    private void load(Weights w) {
        NDArray array = array(manager, w);
        array.setRequiresGradient(training);
        weights.put(w, array);
        trained.add(array);
    }

    /** Returns numbers as an array. */
    static NDArray array(NDManager manager, Weights w) {
        long[] dims = new long[w.shape().rank()];
        Arrays.setAll(dims, i -> w.shape().dim(i));
        return manager.create(w.data(), new Shape(dims));
    }

    /** Runs the network. @param x {@code [N, C, H, W]} */
    NDArray forward(NDArray x) {
        List<NDArray> values = new ArrayList<>(List.of(x));
        for (Node node : network.nodes().subList(1, network.nodes().size())) {
            values.add(run(node.piece(), node.inputs().stream().map(values::get).toList()));
        }
        return values.getLast();
    }

    private NDArray run(Piece piece, List<NDArray> in) {
        NDArray x = in.getFirst();
        return switch (piece) {
            case Piece.Conv c -> x.getNDArrayInternal().convolution(x, weights.get(c.w()), bias(c.b()), shape(c.geometry().strides()), padding(c.geometry()),
                    shape(c.geometry().dilations()), c.geometry().groups()).singletonOrThrow();
            case Piece.Deconv d -> deconvs.get(d).forward(x, weights.get(d.w()), training);
            case Piece.BatchNorm n -> x.getNDArrayInternal().batchNorm(x, statistics.get(n)[0], statistics.get(n)[1], weights.get(n.scale()),
                    weights.get(n.bias()), 1, .9f, (float) n.epsilon(), true).singletonOrThrow();
            case Piece.Activation a -> switch (a.function()) {
                case RELU -> x.getNDArrayInternal().relu();
                case LEAKY_RELU -> x.getNDArrayInternal().leakyRelu((float) a.slope());
                case TANH -> x.tanh();
            };
            case Piece.Sum _ -> x.add(in.get(1));
            case Piece.MaxPool p -> x.getNDArrayInternal().maxPool(shape(p.window().kernel()), shape(p.window().strides()), shape(p.window().padBefore()),
                    p.window().ceilMode());
            case Piece.AvgPool p -> x.getNDArrayInternal().avgPool(shape(p.window().kernel()), shape(p.window().strides()), shape(p.window().padBefore()),
                    p.window().ceilMode(), p.divisor() == Divisor.PADDED);
            case Piece.Dense d -> x.getNDArrayInternal().linear(x, weights.get(d.w()), bias(d.b())).singletonOrThrow();
            case Piece.Concat _ -> NDArrays.concat(new NDList(in), 1);
            case Piece.Flatten _ -> x.reshape(x.getShape().get(0), -1);
            case Piece.Input _ -> throw new IllegalArgumentException("djl: a second input");
        };
    }

    /** DJL takes null for no bias. */
    private NDArray bias(Optional<Weights> b) {
        return b.map(weights::get).orElse(null);
    }

    private static Shape padding(Geometry geometry) {
        if (!geometry.padBefore().equals(geometry.padAfter())) {
            throw new IllegalArgumentException("djl: padding differs in front and behind");
        }
        return shape(geometry.padBefore());
    }

    private static Shape shape(Ints values) {
        return new Shape(values.get(0), values.get(1));
    }
}
