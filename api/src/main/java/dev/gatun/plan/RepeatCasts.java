package dev.gatun.plan;

import dev.gatun.DType;
import dev.gatun.graph.Graph;
import dev.gatun.graph.Graph.Node;
import dev.gatun.graph.Graph.Value;
import dev.gatun.op.Elementwise;
import java.util.List;

/**
 * Gives each elementwise op a cast of its own from a narrow type to f32, and a dequantization of bytes. So {@link Fuse} takes it into the reader's region,
 * and what is stored and read by several regions is the narrow value; a cast that two regions shared would be stored in f32 itself.
 */
final class RepeatCasts {
    private RepeatCasts() {
    }

    /** Returns the graph with such casts repeated. */
    static Graph apply(Graph graph) {
        Rewriter r = new Rewriter(graph, List.of());
        for (int i = 0; i < graph.nodes().size(); i++) {
            Node n = graph.nodes().get(i);
            if (n.op() instanceof Elementwise) {
                List<Value> in = n.inputs().stream().map(v -> repeated(graph, r, v)).toList();
                r.rename(i, r.builder().addAll(n.op(), in, n.types()));
            } else {
                r.keep(i);
            }
        }
        return Rewriter.withoutDeadNodes(r.build());
    }

    private static Value repeated(Graph graph, Rewriter r, Value v) {
        if (graph.isLeaf(v) || !isWidening(graph, graph.node(v))) {
            return r.map(v);
        }
        Node n = graph.node(v);
        return r.builder().addAll(n.op(), r.map(n.inputs()), n.types()).getFirst();
    }

    /** Returns whether a node only reads in f32 what is stored in fewer bytes. */
    static boolean isWidening(Graph graph, Node n) {
        boolean reads = n.op() instanceof Elementwise.Dequantize || n.op() instanceof Elementwise.Cast c && c.to() == DType.F32;
        return reads && graph.type(n.inputs().getFirst()).dtype().bytes() < DType.F32.bytes();
    }
}
