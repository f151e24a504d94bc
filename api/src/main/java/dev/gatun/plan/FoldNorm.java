package dev.gatun.plan;

import dev.gatun.Shape;
import dev.gatun.graph.Graph;
import dev.gatun.graph.Graph.Node;
import dev.gatun.graph.Graph.Value;
import dev.gatun.graph.GraphBuilder;
import dev.gatun.op.Convolution;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Ints;
import dev.gatun.op.Movement;
import java.util.List;
import java.util.Optional;

/**
 * Moves a frozen factor a channel behind a convolution into its frozen weights: conv(x, w)·s = conv(x, w·s). A batch normalization in inference mode is such
 * a factor and a bias; the bias becomes the convolution's epilogue. What is left to compute on constants is for {@link FoldConstants}.
 */
final class FoldNorm {
    private FoldNorm() {
    }

    /** Returns the graph with all such factors moved. */
    static Graph apply(Graph graph) {
        int[] uses = graph.uses();
        Rewriter r = new Rewriter(graph, List.of());
        for (int i = 0; i < graph.nodes().size(); i++) {
            Node n = graph.nodes().get(i);
            Optional<Value> folded = n.op().equals(new Elementwise.Binary(BinaryFunction.MUL))
                    ? fold(graph, uses, r, n.inputs().get(0), n.inputs().get(1)).or(() -> fold(graph, uses, r, n.inputs().get(1), n.inputs().get(0)))
                    : Optional.empty();
            if (folded.isPresent()) {
                r.rename(r.value(i, 0), folded.get());
            } else {
                r.keep(i);
            }
        }
        return Rewriter.withoutDeadNodes(r.build());
    }

    private static Optional<Value> fold(Graph graph, int[] uses, Rewriter r, Value product, Value factor) {
        if (graph.isLeaf(product) || uses[product.node()] != 1 || !(graph.node(product).op() instanceof Convolution.Conv conv)) {
            return Optional.empty();
        }
        Value w = graph.node(product).inputs().get(1);
        Optional<Value> scale = channelFactor(graph, factor);
        if (!isFrozen(graph, w) || scale.isEmpty()) {
            return Optional.empty();
        }
        GraphBuilder b = r.builder();
        Shape weights = graph.type(w).shape();
        int oc = weights.dim(0);
        if (graph.type(scale.get()).elements() != oc) {
            return Optional.empty();
        }
        int[] column = Ints.filled(weights.rank(), 1).toArray();
        column[0] = oc;
        Value s = b.add(new Movement.Expand(weights), b.add(new Movement.Reshape(Shape.of(column)), r.map(scale.get())));
        Value scaled = b.add(new Elementwise.Binary(BinaryFunction.MUL), r.map(w), s);
        return Optional.of(b.add(conv, r.map(graph.node(product).inputs().getFirst()), scaled));
    }

    /** Returns the frozen value that {@code factor} repeats over all axes but the channel's, if it is one: [C, 1, 1] or [1, C, 1, 1] expanded. */
    private static Optional<Value> channelFactor(Graph graph, Value factor) {
        if (graph.isLeaf(factor) || !(graph.node(factor).op() instanceof Movement.Expand)) {
            return Optional.empty();
        }
        Value small = graph.node(factor).inputs().getFirst();
        Shape s = graph.type(small).shape();
        int spatial = graph.type(factor).shape().rank() - 2;
        boolean channel = (s.rank() == spatial + 1 || s.rank() == spatial + 2 && s.dim(0) == 1) && s.elements() == s.dim(s.rank() - spatial - 1);
        return channel && isFrozen(graph, small) ? Optional.of(small) : Optional.empty();
    }

    private static boolean isFrozen(Graph graph, Value v) {
        return graph.isLeaf(v) && graph.leaves().get(v.node()).frozen();
    }
}
