package dev.gatun.plan;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.graph.Graph;
import dev.gatun.graph.Graph.Node;
import dev.gatun.graph.Graph.Value;
import dev.gatun.op.Contraction;
import dev.gatun.op.Convolution;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Fused;
import dev.gatun.op.Indexing;
import dev.gatun.op.Movement;
import dev.gatun.op.Normalization;
import dev.gatun.op.Op;
import dev.gatun.op.Pooling;
import dev.gatun.op.Quantized;
import dev.gatun.op.Random;
import dev.gatun.op.Recurrent;
import dev.gatun.op.Reduction;
import dev.gatun.op.Source;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Moves the costly part of a float32 graph to a narrow floating type.
 *
 * <pre>
 * PRODUCT   matmul, convolutions, recurrent layers    always narrow: operands are cast, each frozen one once for all
 * FOLLOWER  pools, movements, batch and response norms narrow where their first operand is; scale, bias and statistics stay f32
 * CHAIN     elementwise                               f32 within a chain, stored narrow at its end, if that lies between two products
 * WIDE      sums, softmax, layer norm, random ...     f32
 * </pre>
 *
 * <p>A chain is what {@link Fuse} makes one region of: so bias, ReLU and residual of a convolution are computed in f32 and rounded once, when the sum is
 * stored. What comes from parameters or sums alone (scales, an optimizer's update) and what only leads to results (a loss, the update of a parameter)
 * does not lie between two products and is not rounded.
 */
final class LowerPrecision {
    private final Graph graph;
    private final int leaves;
    private final DType narrow;
    private final Rewriter rewriter;
    /** The narrow form of old values that have one. */
    private final Map<Value, Value> narrowed = new HashMap<>();
    /** The f32 form of old values, where it is not a cast of the narrow one; what results are taken from. */
    private final Map<Value, Value> exact = new HashMap<>();
    private final boolean[] comesFromProduct;
    private final boolean[] leadsToProduct;
    private final Chains chains;

    private enum Role { PRODUCT, FOLLOWER, CHAIN, WIDE }

    private LowerPrecision(Graph graph, DType narrow) {
        this.graph = graph;
        this.leaves = graph.leaves().size();
        this.narrow = narrow;
        this.rewriter = new Rewriter(graph, List.of());
        this.comesFromProduct = new boolean[leaves + graph.nodes().size()];
        this.leadsToProduct = new boolean[leaves + graph.nodes().size()];
        this.chains = Chains.of(graph);
    }

    /** Returns the graph with its products in {@code narrow}, BF16 or F16; the types of leaves and outputs stay. */
    static Graph apply(Graph graph, DType narrow) {
        LowerPrecision p = new LowerPrecision(graph, narrow);
        p.survey();
        for (int i = 0; i < graph.nodes().size(); i++) {
            p.lower(i);
        }
        List<Value> outputs = graph.outputs().stream().map(v -> p.exact.containsKey(v) ? p.exact.get(v) : p.wide(v)).toList();
        return Rewriter.withoutDeadNodes(p.rewriter.builder().build(outputs));
    }

    private static Role role(Op op) {
        return switch (op) {
            case Contraction _, Convolution _, Recurrent _ -> Role.PRODUCT;
            case Pooling _, Movement _, Indexing.Gather _ -> Role.FOLLOWER;
            case Normalization.BatchNorm _, Normalization.BatchNormBackward _, Normalization.LocalResponseNorm _ -> Role.FOLLOWER;
            case Elementwise _ -> Role.CHAIN;
            case Normalization _, Indexing _, Reduction _, Quantized _, Source _, Random _, Fused _ -> Role.WIDE;
        };
    }

    /** Returns whether results of an op are activations where its operands are: a sum is not, nor what is scattered or drawn. */
    private static boolean keepsActivations(Op op) {
        return switch (op) {
            case Reduction _, Source _, Random _ -> false;
            case Indexing i -> i instanceof Indexing.Gather;
            case Contraction _, Convolution _, Quantized _, Recurrent _, Pooling _, Movement _, Normalization _, Elementwise _, Fused _ -> true;
        };
    }

    private static boolean isSoftmax(Op op) {
        return op instanceof Normalization.Softmax || op instanceof Normalization.LogSoftmax;
    }

    private void survey() {
        for (int i = 0; i < graph.nodes().size(); i++) {
            Node n = graph.nodes().get(i);
            comesFromProduct[leaves + i] = role(n.op()) == Role.PRODUCT
                    || keepsActivations(n.op()) && n.inputs().stream().anyMatch(v -> isWide(v) && comesFromProduct[v.node()]);
        }
        for (int i = graph.nodes().size() - 1; i >= 0; i--) {
            Node n = graph.nodes().get(i);
            // What a softmax reads are scores: they lead to a loss, or to attention, and are not rounded.
            if (role(n.op()) == Role.PRODUCT || leadsToProduct[leaves + i] && keepsActivations(n.op()) && !isSoftmax(n.op())) {
                n.inputs().forEach(v -> leadsToProduct[v.node()] = true);
            }
        }
    }

    private void lower(int i) {
        Node n = graph.nodes().get(i);
        switch (role(n.op())) {
            case PRODUCT -> inNarrow(i);
            case FOLLOWER -> follow(i, n);
            case CHAIN -> chain(i, n);
            case WIDE -> inWide(i);
        }
    }

    private void follow(int i, Node n) {
        boolean all = n.inputs().stream().filter(this::isWide).allMatch(narrowed::containsKey);
        switch (n.op()) {
            case Normalization.BatchNorm _ when narrowed.containsKey(n.inputs().getFirst()) -> batchNorm(i, n);
            case Normalization.BatchNormBackward _ when narrowed.containsKey(n.inputs().getFirst()) -> batchNorm(i, n);
            case Movement.Concat _ when all || leadsToProduct[leaves + i] && n.inputs().stream().anyMatch(narrowed::containsKey) ->
                inNarrow(i);
            case Movement.Concat _ -> inWide(i);
            case Op _ when narrowed.containsKey(n.inputs().getFirst()) -> inNarrow(i);
            case Op _ -> inWide(i);
        }
    }

    /** x, dy and their like are narrow; scale, bias, mean and variance, and the gradients of the first two, are not. */
    private void batchNorm(int i, Node n) {
        List<Value> in = new ArrayList<>();
        for (Value v : n.inputs()) {
            in.add(graph.type(v).shape().rank() == 1 ? wide(v) : narrow(v));
        }
        List<TensorType> types = new ArrayList<>(n.types());
        types.set(0, types.getFirst().with(narrow));
        List<Value> out = rewriter.builder().addAll(n.op(), in, types);
        narrowed.put(rewriter.value(i, 0), out.getFirst());
        for (int k = 1; k < out.size(); k++) {
            rewriter.rename(rewriter.value(i, k), out.get(k));
        }
    }

    private void inNarrow(int i) {
        Node n = graph.nodes().get(i);
        List<Value> in = n.inputs().stream().map(v -> isWide(v) ? narrow(v) : rewriter.map(v)).toList();
        List<Value> out = rewriter.builder().addAll(n.op(), in, n.types().stream().map(t -> isWide(t) ? t.with(narrow) : t).toList());
        for (int k = 0; k < out.size(); k++) {
            if (isWide(n.types().get(k))) {
                narrowed.put(rewriter.value(i, k), out.get(k));
            } else {
                rewriter.rename(rewriter.value(i, k), out.get(k));
            }
        }
    }

    private void inWide(int i) {
        Node n = graph.nodes().get(i);
        rewriter.rename(i, rewriter.builder().addAll(n.op(), n.inputs().stream().map(this::wide).toList(), n.types()));
    }

    private void chain(int i, Node n) {
        inWide(i);
        Value old = rewriter.value(i, 0);
        if (isWide(old) && chains.isEnd(i) && comesFromProduct[old.node()] && leadsToProduct[old.node()]) {
            exact.put(old, rewriter.map(old));
            narrow(old);
            rewriter.rename(old, cast(narrowed.get(old), DType.F32));
        }
    }

    private boolean isWide(Value v) {
        return isWide(graph.type(v));
    }

    private static boolean isWide(TensorType type) {
        return type.dtype() == DType.F32;
    }

    /** Returns the narrow form of an old f32 value, cast once. */
    private Value narrow(Value old) {
        return narrowed.computeIfAbsent(old, v -> cast(rewriter.map(v), narrow));
    }

    /** Returns the f32 form of an old value, cast once; values of other types as they are. */
    private Value wide(Value old) {
        if (rewriter.map(old) == null) {
            rewriter.rename(old, cast(narrowed.get(old), DType.F32));
        }
        return rewriter.map(old);
    }

    private Value cast(Value v, DType to) {
        return rewriter.builder().add(new Elementwise.Cast(to), v);
    }
}
