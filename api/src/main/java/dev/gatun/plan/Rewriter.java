package dev.gatun.plan;

import dev.gatun.graph.Graph;
import dev.gatun.graph.Graph.Leaf;
import dev.gatun.graph.Graph.Node;
import dev.gatun.graph.Graph.Value;
import dev.gatun.graph.GraphBuilder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Rebuilds a graph node by node: what a pass has in common with the others. The pass says what each old value becomes. */
final class Rewriter {
    private final Graph old;
    private final GraphBuilder builder = new GraphBuilder();
    private final Map<Value, Value> renamed = new HashMap<>();

    /** Starts with the leaves of {@code old}, then {@code more}. */
    Rewriter(Graph old, List<Leaf> more) {
        this.old = old;
        for (int i = 0; i < old.leaves().size(); i++) {
            renamed.put(new Value(i, 0), builder.leaf(old.leaves().get(i).type(), old.leaves().get(i).frozen()));
        }
        more.forEach(l -> builder.leaf(l.type(), l.frozen()));
    }

    GraphBuilder builder() {
        return builder;
    }

    /** Returns what an old value has become. */
    Value map(Value oldValue) {
        return renamed.get(oldValue);
    }

    List<Value> map(List<Value> oldValues) {
        Value[] values = new Value[oldValues.size()];                  // no stream: passes run interpreted when a JVM has just started
        for (int i = 0; i < values.length; i++) {
            values[i] = map(oldValues.get(i));
        }
        return List.of(values);
    }

    /** Returns the old value {@code index} of node {@code i}. */
    Value value(int i, int index) {
        return new Value(old.leaves().size() + i, index);
    }

    /** Says that an old value is now {@code newValue}. */
    void rename(Value oldValue, Value newValue) {
        renamed.put(oldValue, newValue);
    }

    /** Says that all results of node {@code i} are now {@code newValues}. */
    void rename(int i, List<Value> newValues) {
        for (int k = 0; k < newValues.size(); k++) {
            rename(value(i, k), newValues.get(k));
        }
    }

    /** Takes node {@code i} over as it is. */
    void keep(int i) {
        Node n = old.nodes().get(i);
        rename(i, builder.addAll(n.op(), map(n.inputs()), n.types()));
    }

    /** Returns the new graph. */
    Graph build() {
        return builder.build(map(old.outputs()));
    }

    /** Returns {@code graph} without nodes that no output needs. */
    static Graph withoutDeadNodes(Graph graph) {
        int leaves = graph.leaves().size();
        boolean[] live = new boolean[leaves + graph.nodes().size()];
        graph.outputs().forEach(v -> live[v.node()] = true);
        for (int i = graph.nodes().size() - 1; i >= 0; i--) {
            if (live[leaves + i]) {
                graph.nodes().get(i).inputs().forEach(v -> live[v.node()] = true);
            }
        }
        Rewriter r = new Rewriter(graph, List.of());
        for (int i = 0; i < graph.nodes().size(); i++) {
            if (live[leaves + i]) {
                r.keep(i);
            }
        }
        return r.build();
    }

    /** Returns {@code graph} with equal applications made one. */
    static Graph withoutDuplicates(Graph graph) {
        Rewriter r = new Rewriter(graph, List.of());
        Map<List<Object>, List<Value>> known = new HashMap<>();
        for (int i = 0; i < graph.nodes().size(); i++) {
            Node n = graph.nodes().get(i);
            List<Value> in = r.map(n.inputs());
            List<Object> key = new ArrayList<>(in);
            key.add(n.op());
            List<Value> same = known.get(key);
            if (same == null) {
                same = r.builder.addAll(n.op(), in, n.types());
                known.put(key, same);
            }
            r.rename(i, same);
        }
        return r.build();
    }
}
