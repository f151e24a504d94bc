package dev.gatun.plan;

import dev.gatun.graph.Graph;
import dev.gatun.graph.Graph.Leaf;
import dev.gatun.graph.Graph.Node;
import dev.gatun.graph.Graph.Value;
import dev.gatun.op.Movement;
import dev.gatun.op.Source;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;

/**
 * Splits what depends on frozen leaves and constants alone from the rest: it is computed once, when the plan is made, and enters the rest as further frozen
 * leaves. Expansions stay where they are: what is small is kept small. Outputs are always computed by the rest.
 *
 * @param constants computes the folded values from the leaves of the original graph
 * @param rest the original graph with one more frozen leaf for each folded value, in the order of the outputs of {@code constants}
 */
record FoldConstants(Graph constants, Graph rest) {
    /** Returns the two graphs; {@code constants} has no outputs if there is nothing to fold. */
    static FoldConstants apply(Graph graph) {
        int leaves = graph.leaves().size();
        boolean[] constant = new boolean[leaves + graph.nodes().size()];
        for (int i = 0; i < leaves; i++) {
            constant[i] = graph.leaves().get(i).frozen();
        }
        for (int i = 0; i < graph.nodes().size(); i++) {
            constant[leaves + i] = graph.nodes().get(i).inputs().stream().allMatch(v -> constant[v.node()]);
        }
        SequencedSet<Value> folded = new LinkedHashSet<>();
        for (int i = 0; i < graph.nodes().size(); i++) {
            if (!constant[leaves + i]) {
                graph.nodes().get(i).inputs().stream().filter(v -> constant[v.node()]).map(v -> behindExpansions(graph, v))
                        .filter(v -> !graph.isLeaf(v) && !(graph.node(v).op() instanceof Source.Scalar)).forEach(folded::add);
            }
        }
        List<Value> order = new ArrayList<>(folded);
        Graph constants = Rewriter.withoutDeadNodes(new Graph(graph.leaves(), graph.nodes(), order));
        return new FoldConstants(constants, order.isEmpty() ? graph : rest(graph, order));
    }

    private static Value behindExpansions(Graph graph, Value v) {
        Value at = v;
        while (!graph.isLeaf(at) && graph.node(at).op() instanceof Movement.Expand) {
            at = graph.node(at).inputs().getFirst();
        }
        return at;
    }

    private static Graph rest(Graph graph, List<Value> folded) {
        Rewriter r = new Rewriter(graph, folded.stream().map(v -> new Leaf(graph.type(v), true)).toList());
        Map<Value, Integer> places = new HashMap<>();
        for (Value v : folded) {
            places.put(v, graph.leaves().size() + places.size());
        }
        for (int i = 0; i < graph.nodes().size(); i++) {
            Node n = graph.nodes().get(i);
            r.keep(i);
            for (int k = 0; k < n.types().size(); k++) {
                Integer place = places.get(r.value(i, k));
                if (place != null) {
                    r.rename(r.value(i, k), new Value(place, 0));
                }
            }
        }
        return Rewriter.withoutDeadNodes(r.build());
    }
}
