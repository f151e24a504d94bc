package dev.gatun.plan;

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
import java.util.List;
import java.util.Optional;

/**
 * Removes what computes nothing: x·1, x+0, x-0, x/1, x¹, movements that move nothing, reshapes of reshapes, detach; turns x² into x·x, drops results that
 * nobody reads (indices of max pooling, reserves of recurrent layers), joins equal nodes and drops dead ones. Values stay bit-equal.
 */
final class Simplify {
    private final Graph graph;
    private final Rewriter rewriter;
    private final boolean[][] read;

    private Simplify(Graph graph) {
        this.graph = graph;
        this.rewriter = new Rewriter(graph, List.of());
        this.read = new boolean[graph.nodes().size()][];
        for (int i = 0; i < read.length; i++) {
            read[i] = new boolean[graph.nodes().get(i).types().size()];
        }
        graph.nodes().forEach(n -> n.inputs().forEach(this::markRead));
        graph.outputs().forEach(this::markRead);
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

    /** Takes a node over, without optional results that nobody reads. */
    private void narrow(int i, Node n) {
        int last = n.types().size() - 1;
        Op op = n.op();
        if (!read[i][last]) {
            if (op instanceof Pooling.MaxPool p && p.indices()) {
                op = new Pooling.MaxPool(p.window(), false);
            } else if (op instanceof Recurrent.Rnn r && r.reserve()) {
                op = new Recurrent.Rnn(r.cell(), r.reverse(), false);
            }
        }
        rewriter.rename(i, rewriter.builder().addAll(op, rewriter.map(n.inputs()), op.equals(n.op()) ? n.types() : n.types().subList(0, last)));
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
            case Elementwise.Cast c when type(n, 0).dtype() == c.to() -> Optional.of(mapped(n, 0));
            case Elementwise.Binary e -> neutral(n, e.function());
            case Reduction.Reduce r when type.elements() == type(n, 0).elements() -> Optional.of(reshape(b, mapped(n, 0), type.shape()));
            default -> Optional.empty();
        };
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
