package dev.gatun.graph;

import dev.gatun.TensorType;
import dev.gatun.graph.Graph.Leaf;
import dev.gatun.graph.Graph.Node;
import dev.gatun.graph.Graph.Value;
import dev.gatun.op.Op;
import java.util.ArrayList;
import java.util.List;

/** Puts a graph together: all leaves first, then nodes in order. A pass rebuilds a graph through one of these, mapping old values to new ones. */
public final class GraphBuilder {
    private final List<Leaf> leaves = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();

    /** Adds a slot. @throws IllegalStateException after the first node */
    public Value leaf(TensorType type, boolean frozen) {
        if (!nodes.isEmpty()) {
            throw new IllegalStateException("graph: leaves come before nodes");
        }
        leaves.add(new Leaf(type, frozen));
        return new Value(leaves.size() - 1, 0);
    }

    /** Adds an op with one result, its type inferred. */
    public Value add(Op op, Value... inputs) {
        List<Value> in = List.of(inputs);
        return addAll(op, in, TypeRules.infer(op, in.stream().map(this::type).toList())).getFirst();
    }

    /** Adds an op with results of known types. */
    public List<Value> addAll(Op op, List<Value> inputs, List<TensorType> types) {
        nodes.add(new Node(op, inputs, types));
        int number = leaves.size() + nodes.size() - 1;
        List<Value> values = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            values.add(new Value(number, i));
        }
        return values;
    }

    /** Returns the type of a value added before. */
    public TensorType type(Value value) {
        return value.node() < leaves.size() ? leaves.get(value.node()).type() : nodes.get(value.node() - leaves.size()).types().get(value.index());
    }

    /** Returns the graph with the given outputs. */
    public Graph build(List<Value> outputs) {
        return new Graph(leaves, nodes, outputs);
    }
}
