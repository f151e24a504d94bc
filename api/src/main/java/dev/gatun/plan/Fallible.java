package dev.gatun.plan;

import dev.gatun.Shape;
import dev.gatun.graph.Graph;
import dev.gatun.graph.Graph.Node;
import dev.gatun.graph.Graph.Value;
import dev.gatun.op.Fused;
import dev.gatun.op.Indexing;
import dev.gatun.op.Movement;
import dev.gatun.op.Op;
import dev.gatun.op.Pooling;
import dev.gatun.op.Recurrent;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Finds the nodes that can fail because of what their operands hold: an index outside of its axis, a length beyond its sequence. No donated input may be
 * written over before they have run. A node whose indices another one has followed before, along axes no longer than its own, cannot fail any more (the
 * gradient of a gather, which comes last in a training step), nor can one whose indices the plan has made itself (the gradient of a maximum pooling).
 */
final class Fallible {
    private final Graph graph;
    /** What is known of the indices in a value by those demands that nodes have made of it. */
    private final Map<Value, List<List<Range>>> met = new HashMap<>();

    private Fallible(Graph graph) {
        this.graph = graph;
    }

    /** The numbers from {@code from} on and below {@code to}. */
    private record Range(long from, long to) {
        boolean isWithin(Range other) {
            return other.from <= from && to <= other.to;
        }
    }

    /** What a node demands of operand {@code indices}: the ranges of its elements, or of those of each column of tuples. */
    private record Demand(Value indices, List<Range> ranges) { }

    /** Returns which nodes can fail, in the order in which they are. */
    static BitSet nodes(Graph graph) {
        Fallible f = new Fallible(graph);
        BitSet nodes = new BitSet();
        for (int i = 0; i < graph.nodes().size(); i++) {
            Node n = graph.nodes().get(i);
            nodes.set(i, f.demand(n.op(), n.inputs()).filter(f::isNew).isPresent());
        }
        return nodes;
    }

    private boolean isNew(Demand d) {
        if (made(d.indices()).filter(range -> d.ranges().stream().allMatch(range::isWithin)).isPresent()) {
            return false;
        }
        List<List<Range>> known = met.computeIfAbsent(d.indices(), v -> new ArrayList<>());
        if (known.stream().anyMatch(k -> areWithin(k, d.ranges()))) {
            return false;
        }
        return known.add(d.ranges());
    }

    private static boolean areWithin(List<Range> inner, List<Range> outer) {
        return inner.size() == outer.size() && IntStream.range(0, inner.size()).allMatch(k -> inner.get(k).isWithin(outer.get(k)));
    }

    private Optional<Demand> demand(Op op, List<Value> in) {
        return switch (op) {
            case Indexing.Gather o -> Optional.of(new Demand(in.get(1), axes(in, o.axis(), 1, o.fromEnd())));
            case Indexing.GatherElements o -> Optional.of(new Demand(in.get(1), axes(in, o.axis(), 1, o.fromEnd())));
            case Indexing.GatherNd o -> Optional.of(new Demand(in.get(1), axes(in, o.batchDims(), shape(in.get(1)).dim(-1), true)));
            case Indexing.Scatter o -> Optional.of(new Demand(in.get(1), axes(in, o.axis(), 1, true)));
            case Indexing.ScatterElements o -> Optional.of(new Demand(in.get(1), axes(in, o.axis(), 1, true)));
            case Indexing.ScatterNd _ -> Optional.of(new Demand(in.get(1), axes(in, 0, shape(in.get(1)).dim(-1), true)));
            case Pooling.MaxPoolBackward o -> Optional.of(new Demand(in.get(1), List.of(positions(Shape.of(o.spatial().toArray())))));
            case Recurrent.Rnn o -> lengths(o.cell(), in);
            case Recurrent.RnnBackward o -> lengths(o.cell(), in);
            case Fused.Epilogue e -> demand(e.root(), in.subList(0, e.rootInputs()));
            default -> Optional.empty();
        };
    }

    /** Returns the places of {@code count} axes of the first operand. */
    private List<Range> axes(List<Value> in, int first, int count, boolean fromEnd) {
        Shape x = shape(in.getFirst());
        return IntStream.range(first, first + count).mapToObj(a -> new Range(fromEnd ? -x.dim(a) : 0, x.dim(a))).toList();
    }

    private Optional<Demand> lengths(Recurrent.Cell cell, List<Value> in) {
        if (!cell.lengths()) {
            return Optional.empty();
        }
        int steps = shape(in.getFirst()).dim(0);
        return Optional.of(new Demand(in.get(cell.operands() - 1), List.of(new Range(0, steps + 1L))));
    }

    /** Returns the positions in an image, and -1, which stands for those of an empty window. */
    private static Range positions(Shape spatial) {
        return new Range(-1, spatial.elements());
    }

    /** Returns the range of indices that come from an op which makes them, or from several, moved around since. */
    private Optional<Range> made(Value v) {
        if (graph.isLeaf(v)) {
            return Optional.empty();
        }
        Node n = graph.node(v);
        return switch (n.op()) {
            case Pooling.MaxPool _ when v.index() == 1 -> {
                Shape x = shape(n.inputs().getFirst());
                yield Optional.of(new Range(-1, x.elements(2, x.rank())));
            }
            case Indexing.TopK o when v.index() == 1 -> Optional.of(new Range(0, shape(n.inputs().getFirst()).dim(o.axis())));
            case Movement _ -> {
                List<Optional<Range>> parts = n.inputs().stream().map(this::made).distinct().toList();
                yield parts.size() == 1 ? parts.getFirst() : Optional.empty();
            }
            default -> Optional.empty();
        };
    }

    private Shape shape(Value v) {
        return graph.type(v).shape();
    }
}
