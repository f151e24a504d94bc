package dev.gatun.plan;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.graph.Graph;
import dev.gatun.graph.Graph.Node;
import dev.gatun.graph.Graph.Value;
import dev.gatun.graph.GraphBuilder;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Ints;
import dev.gatun.op.Movement;
import dev.gatun.op.Op;
import dev.gatun.op.Pooling;
import dev.gatun.op.Recurrent;
import dev.gatun.op.Reduction;
import dev.gatun.op.Source;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Removes what computes nothing: x·1, x+0, x-0, x/1, x¹, movements that move nothing, reshapes of reshapes, casts there and back, detach; turns x² into x·x,
 * drops results that nobody reads (indices of max pooling, reserves of recurrent layers), joins equal nodes and drops dead ones. Values stay bit-equal.
 */
final class Simplify {
    private final Graph graph;
    private final Rewriter rewriter;
    private final boolean[][] read;
    /** The types of nodes with optional results that are read, by op and operands. */
    private final Map<List<Object>, List<TensorType>> twins = new HashMap<>();

    private Simplify(Graph graph) {
        this.graph = graph;
        this.rewriter = new Rewriter(graph, List.of());
        this.read = new boolean[graph.nodes().size()][];
        for (int i = 0; i < read.length; i++) {
            read[i] = new boolean[graph.nodes().get(i).types().size()];
        }
        graph.nodes().forEach(n -> n.inputs().forEach(this::markRead));
        graph.outputs().forEach(this::markRead);
        for (int i = 0; i < read.length; i++) {
            Node n = graph.nodes().get(i);
            if (!narrowed(n.op()).equals(n.op()) && read[i][n.types().size() - 1]) {
                twins.put(List.of(n.op(), n.inputs()), n.types());
            }
        }
    }

    /** Returns the simplified graph. */
    static Graph apply(Graph graph) {
        Graph before = Rewriter.withoutDeadNodes(graph);
        Graph after = Rewriter.withoutDeadNodes(Rewriter.withoutDuplicates(new Simplify(before).rewrite()));
        return after.nodes().size() < before.nodes().size() ? apply(after) : after;
    }

    private void markRead(Value v) {
        if (!graph.isLeaf(v)) {
            read[v.node() - graph.leaves().size()][v.index()] = true;
        }
    }

    private Graph rewrite() {
        for (int i = 0; i < graph.nodes().size(); i++) {
            Node n = graph.nodes().get(i);
            Optional<Value> same = replacement(n);
            if (same.isPresent()) {
                rewriter.rename(rewriter.value(i, 0), same.get());
            } else {
                narrow(i, n);
            }
        }
        return rewriter.build();
    }

    /**
     * Takes a node over, without optional results that nobody reads; or with them, if another node like it has them read: then the two become one. (The
     * gradient of a layer that did not ask for them records the layer a second time.)
     */
    private void narrow(int i, Node n) {
        Op wide = wide(n.op());
        int last = n.types().size() - 1;
        if (wide.equals(n.op()) && !read[i][last] && !narrowed(wide).equals(wide)) {
            rewriter.rename(i, rewriter.builder().addAll(narrowed(wide), rewriter.map(n.inputs()), n.types().subList(0, last)));
        } else if (twins.containsKey(List.of(wide, n.inputs()))) {
            List<TensorType> types = twins.get(List.of(wide, n.inputs()));
            List<Value> results = rewriter.builder().addAll(wide, rewriter.map(n.inputs()), types);
            rewriter.rename(i, results.subList(0, n.types().size()));
        } else {
            rewriter.keep(i);
        }
    }

    private static Op wide(Op op) {
        return switch (op) {
            case Pooling.MaxPool p -> new Pooling.MaxPool(p.window(), true);
            case Recurrent.Rnn r -> new Recurrent.Rnn(r.cell(), r.reverse(), true);
            default -> op;
        };
    }

    private static Op narrowed(Op op) {
        return switch (op) {
            case Pooling.MaxPool p -> new Pooling.MaxPool(p.window(), false);
            case Recurrent.Rnn r -> new Recurrent.Rnn(r.cell(), r.reverse(), false);
            default -> op;
        };
    }

    /** Returns a value equal to the only result of {@code n}, if there is a cheaper one. */
    private Optional<Value> replacement(Node n) {
        GraphBuilder b = rewriter.builder();
        TensorType type = n.types().getFirst();
        return switch (n.op()) {
            case Movement.Detach _ -> Optional.of(mapped(n, 0));
            case Movement.Reshape r -> reshaped(n.inputs().getFirst(), r.shape());
            case Movement.Permute p -> permuted(n, p);
            case Movement.Expand e when type(n, 0).shape().equals(e.shape()) -> Optional.of(mapped(n, 0));
            case Movement.Slice s when s.sizes().equals(Ints.of(type(n, 0).shape().dims())) && s.steps().all(1) -> Optional.of(mapped(n, 0));
            case Movement.Concat _ when n.inputs().size() == 1 -> Optional.of(mapped(n, 0));
            case Elementwise.Cast c -> recast(n, c);
            case Elementwise.Binary e -> neutral(n, e.function());
            case Reduction.Reduce r when type.elements() == type(n, 0).elements() -> Optional.of(reshape(b, mapped(n, 0), type.shape()));
            default -> Optional.empty();
        };
    }

    /** A cast to the same type, or back from a floating type that has every value of the narrower one, is nothing. */
    private Optional<Value> recast(Node n, Elementwise.Cast c) {
        Value x = n.inputs().getFirst();
        if (graph.type(x).dtype() == c.to()) {
            return Optional.of(rewriter.map(x));
        }
        if (!graph.isLeaf(x) && graph.node(x).op() instanceof Elementwise.Cast && widens(c.to(), graph.type(x).dtype())) {
            Value source = graph.node(x).inputs().getFirst();
            return graph.type(source).dtype() == c.to() ? Optional.of(rewriter.map(source)) : Optional.empty();
        }
        return Optional.empty();
    }

    /** Returns whether each value of {@code from}, NaN aside, is one of {@code to}. */
    private static boolean widens(DType from, DType to) {
        return from.isFloating() && to.isFloating() && from.bytes() < to.bytes();
    }

    private Optional<Value> reshaped(Value input, Shape shape) {
        if (graph.type(input).shape().equals(shape)) {
            return Optional.of(rewriter.map(input));
        }
        if (!graph.isLeaf(input) && graph.node(input).op() instanceof Movement.Reshape) {
            return Optional.of(reshape(rewriter.builder(), rewriter.map(graph.node(input).inputs().getFirst()), shape));
        }
        return Optional.empty();
    }

    /** Permutations that only move axes of size 1 are reshapes; two in a row are one. */
    private Optional<Value> permuted(Node n, Movement.Permute p) {
        Shape in = type(n, 0).shape();
        int last = -1;
        boolean ordered = true;
        for (int axis : p.axes().toArray()) {
            if (in.dim(axis) != 1) {
                ordered &= axis > last;
                last = axis;
            }
        }
        if (ordered) {
            return Optional.of(reshape(rewriter.builder(), mapped(n, 0), n.types().getFirst().shape()));
        }
        Value input = n.inputs().getFirst();
        if (!graph.isLeaf(input) && graph.node(input).op() instanceof Movement.Permute first) {
            Ints joined = Ints.of(p.axes().stream().map(first.axes()::get).toArray());
            return Optional.of(rewriter.builder().add(new Movement.Permute(joined), rewriter.map(graph.node(input).inputs().getFirst())));
        }
        return Optional.empty();
    }

    private Optional<Value> neutral(Node n, BinaryFunction f) {
        Optional<Double> a = constant(n.inputs().get(0));
        Optional<Double> b = constant(n.inputs().get(1));
        boolean zeroB = b.isPresent() && b.get() == 0 && (f == BinaryFunction.SUB || f == BinaryFunction.ADD && isNegativeZeroOrInteger(n, b.get()));
        boolean oneB = b.isPresent() && b.get() == 1 && (f == BinaryFunction.MUL || f == BinaryFunction.DIV || f == BinaryFunction.POW);
        if (zeroB && !isNegativeZero(b.get(), f) || oneB) {
            return Optional.of(mapped(n, 0));
        }
        if (a.isPresent() && a.get() == 1 && f == BinaryFunction.MUL) {
            return Optional.of(mapped(n, 1));
        }
        if (b.isPresent() && b.get() == 2 && f == BinaryFunction.POW) {
            Value x = mapped(n, 0);
            return Optional.of(rewriter.builder().add(new Elementwise.Binary(BinaryFunction.MUL), x, x));
        }
        return Optional.empty();
    }

    /** x + 0 is x except for x = -0, which becomes +0; integers have no -0. */
    private boolean isNegativeZeroOrInteger(Node n, double b) {
        return n.types().getFirst().dtype().isInteger() || Double.doubleToRawLongBits(b) != 0;
    }

    /** x - (-0) turns -0 into +0. */
    private static boolean isNegativeZero(double b, BinaryFunction f) {
        return f == BinaryFunction.SUB && Double.doubleToRawLongBits(b) != 0;
    }

    /** Returns the number that all elements of {@code v} are, if it is an (expanded) scalar of the graph. */
    private Optional<Double> constant(Value v) {
        Value at = v;
        while (!graph.isLeaf(at)) {
            switch (graph.node(at).op()) {
                case Source.Scalar s -> {
                    return Optional.of(s.value());
                }
                case Movement.Expand _, Movement.Reshape _ -> at = graph.node(at).inputs().getFirst();
                default -> {
                    return Optional.empty();
                }
            }
        }
        return Optional.empty();
    }

    private TensorType type(Node n, int input) {
        return graph.type(n.inputs().get(input));
    }

    private Value mapped(Node n, int input) {
        return rewriter.map(n.inputs().get(input));
    }

    private static Value reshape(GraphBuilder b, Value v, Shape shape) {
        return b.type(v).shape().equals(shape) ? v : b.add(new Movement.Reshape(shape), v);
    }
}
