package dev.gatun.bench;

import dev.gatun.Backends;
import dev.gatun.DType;
import dev.gatun.Producer;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.bench.Blueprint.Function;
import dev.gatun.bench.Blueprint.Node;
import dev.gatun.bench.Blueprint.Piece;
import dev.gatun.bench.Blueprint.Weights;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Pass;
import dev.gatun.op.Contraction.MatMul;
import dev.gatun.op.Convolution;
import dev.gatun.op.Elementwise.Binary;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Elementwise.Unary;
import dev.gatun.op.Elementwise.UnaryFunction;
import dev.gatun.op.Elementwise.Where;
import dev.gatun.op.Movement;
import dev.gatun.op.Normalization;
import dev.gatun.op.Op;
import dev.gatun.op.Pooling;
import dev.gatun.op.Source;
import dev.gatun.spi.Backend;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Reads a network's {@link Blueprint} off what it records. Factors and summands a channel, such as frozen batch normalization, go into the weights before. */
final class BlueprintReader implements AutoCloseable {
    private final Backend reference = Backends.open("reference");
    private final List<Node> nodes = new ArrayList<>();
    private final Map<Producer, Integer> read = new IdentityHashMap<>();
    private final Map<Producer, Boolean> varying = new IdentityHashMap<>();
    private final Producer input;

    private BlueprintReader(Tensor x) {
        input = x.producer().orElseThrow();
        nodes.add(new Node(new Piece.Input(), List.of(), x.shape()));
        read.put(input, 0);
        varying.put(input, true);
    }

    /**
     * Returns the blueprint of a network.
     *
     * @param training whether batch normalization goes by the batch
     * @throws IllegalArgumentException if it records what has no piece
     */
    static Blueprint of(Layer network, TensorType input, boolean training) {
        Tensor x = Tensor.full(DType.F32, input.shape(), 0);
        Pass pass = training ? Pass.traced(Tensor.zeros(DType.I64, 2), p -> p.value()) : Pass.inference();
        try (BlueprintReader reader = new BlueprintReader(x)) {
            int result = reader.node(network.forward(x, pass));
            return reader.pruned(result);
        }
    }

    @Override
    public void close() {
        reference.close();
    }

    private int node(Tensor t) {
        Producer p = t.producer().orElseThrow(() -> new IllegalArgumentException("blueprint: a constant stands where a result of a layer should"));
        Integer known = read.get(p);
        if (known == null) {
            known = node(p);
            read.put(p, known);
        }
        return known;
    }

    private int node(Producer p) {
        List<Tensor> in = p.inputs();
        return switch (p.op()) {
            case Convolution.Conv c -> add(new Piece.Conv(c.geometry(), weights(in.get(1)), Optional.empty()), p, in.get(0));
            case Convolution.ConvBackwardData c -> add(new Piece.Deconv(c.geometry(), weights(in.get(1))), p, in.get(0));
            case MatMul m when m.transposeB() && !m.transposeA() -> add(new Piece.Dense(weights(in.get(1)), Optional.empty()), p, in.get(0));
            case Normalization.BatchNorm n -> add(new Piece.BatchNorm(n.epsilon(), weights(in.get(1)), weights(in.get(2))), p, in.get(0));
            case Pooling.MaxPool m -> add(new Piece.MaxPool(m.window()), p, in.get(0));
            case Pooling.AvgPool a -> add(new Piece.AvgPool(a.window(), a.divisor()), p, in.get(0));
            case Movement.Concat c when c.axis() == 1 -> add(new Piece.Concat(), p, in.toArray(Tensor[]::new));
            case Movement.Reshape r when r.shape().rank() == 2 -> add(new Piece.Flatten(), p, in.get(0));
            case Unary u when u.function() == UnaryFunction.RELU -> add(new Piece.Activation(Function.RELU, 0), p, in.get(0));
            case Unary u when u.function() == UnaryFunction.TANH -> add(new Piece.Activation(Function.TANH, 0), p, in.get(0));
            // x > 0 ? x : slope · x
            case Where _ -> add(new Piece.Activation(Function.LEAKY_RELU, slope(in.get(2))), p, in.get(1));
            case Binary b -> binary(b.function(), p);
            case Op op -> throw new IllegalArgumentException("blueprint: no piece for " + op);
        };
    }

    private int add(Piece piece, Producer p, Tensor... inputs) {
        List<Integer> in = new ArrayList<>();
        for (Tensor t : inputs) {
            in.add(node(t));
        }
        nodes.add(new Node(piece, in, p.types().getFirst().shape()));
        return nodes.size() - 1;
    }

    private int binary(BinaryFunction function, Producer p) {
        Tensor a = p.inputs().get(0);
        Tensor b = p.inputs().get(1);
        if (isVarying(a) && isVarying(b)) {
            if (function != BinaryFunction.ADD) {
                throw new IllegalArgumentException("blueprint: no piece for " + function.label() + " of two results");
            }
            return add(new Piece.Sum(), p, a, b);
        }
        Node before = nodes.get(node(isVarying(a) ? a : b));
        Weights channels = weights(isVarying(a) ? b : a);
        nodes.add(new Node(switch (function) {
            case MUL -> scaled(before.piece(), channels.data());
            case ADD -> shifted(before.piece(), channels.data());
            default -> throw new IllegalArgumentException("blueprint: " + function.label() + " with a constant cannot go into weights");
        }, before.inputs(), before.shape()));
        return nodes.size() - 1;
    }

    private static Piece scaled(Piece before, float[] factors) {
        if (!(before instanceof Piece.Conv c)) {
            throw new IllegalArgumentException("blueprint: factors cannot go into " + before.getClass().getSimpleName());
        }
        float[] w = c.w().data().clone();
        int slice = w.length / factors.length;
        for (int i = 0; i < w.length; i++) {
            w[i] *= factors[i / slice];
        }
        return new Piece.Conv(c.geometry(), new Weights(c.w().shape(), w), c.b().map(b -> {
            float[] data = b.data().clone();
            for (int i = 0; i < data.length; i++) {
                data[i] *= factors[i];
            }
            return new Weights(b.shape(), data);
        }));
    }

    private static Piece shifted(Piece before, float[] summands) {
        return switch (before) {
            case Piece.Conv c -> new Piece.Conv(c.geometry(), c.w(), Optional.of(shifted(c.b(), summands)));
            case Piece.Dense d -> new Piece.Dense(d.w(), Optional.of(shifted(d.b(), summands)));
            case Piece other -> throw new IllegalArgumentException("blueprint: summands cannot go into " + other.getClass().getSimpleName());
        };
    }

    private static Weights shifted(Optional<Weights> bias, float[] summands) {
        float[] data = summands.clone();
        bias.ifPresent(b -> {
            for (int i = 0; i < data.length; i++) {
                data[i] += b.data()[i];
            }
        });
        return new Weights(Shape.of(data.length), data);
    }

    /** Returns the numbers of a constant; of one that is repeated to fit an image only those that are repeated. */
    private Weights weights(Tensor t) {
        Tensor small = t;
        Optional<Producer> p = small.producer();
        while (p.isPresent() && p.get().op() instanceof Movement.Expand) {
            small = p.get().inputs().getFirst();
            p = small.producer();
        }
        if (isVarying(small)) {
            throw new IllegalArgumentException("blueprint: weights depend on the input: " + t.type());
        }
        return new Weights(small.shape(), small.eval(reference).toFloatArray());
    }

    private double slope(Tensor product) {
        Producer p = product.producer().orElseThrow();
        Tensor factor = p.inputs().get(1);
        while (factor.producer().isPresent() && factor.producer().get().op() instanceof Movement.Expand) {
            factor = factor.producer().get().inputs().getFirst();
        }
        if (p.op() instanceof Binary(BinaryFunction f) && f == BinaryFunction.MUL && factor.producer().isPresent()
                && factor.producer().get().op() instanceof Source.Scalar s) {
            return s.value();
        }
        throw new IllegalArgumentException("blueprint: a choice that is no leaky relu");
    }

    private boolean isVarying(Tensor t) {
        Producer p = t.producer().orElse(null);
        if (p == null) {
            return false;
        }
        Boolean known = varying.get(p);
        if (known == null) {
            known = p.inputs().stream().anyMatch(this::isVarying);
            varying.put(p, known);
        }
        return known;
    }

    /** Leaves out what was folded away. */
    private Blueprint pruned(int result) {
        Set<Integer> needed = new HashSet<>(List.of(0, result));
        for (int i = result; i >= 0; i--) {
            if (needed.contains(i)) {
                needed.addAll(nodes.get(i).inputs());
            }
        }
        List<Integer> order = new ArrayList<>(new TreeSet<>(needed));
        return new Blueprint(order.stream().map(nodes::get)
                .map(n -> new Node(n.piece(), n.inputs().stream().map(order::indexOf).toList(), n.shape())).toList());
    }
}
