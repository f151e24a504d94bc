package dev.gatun.graph;

import dev.gatun.TensorType;
import dev.gatun.op.Fused;
import dev.gatun.op.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A computation as a list of nodes in an order in which they can run. Leaves are slots without a value, so two graphs that compute the same on different
 * data are equal: a graph is the key under which its plan is kept.
 *
 * @param leaves the slots, values 0 .. leaves - 1
 * @param nodes the applications of ops; node i has the number leaves + i
 * @param outputs the values asked for
 */
public record Graph(List<Leaf> leaves, List<Node> nodes, List<Value> outputs) {
    /** Copies the lists. */
    public Graph {
        leaves = List.copyOf(leaves);
        nodes = List.copyOf(nodes);
        outputs = List.copyOf(outputs);
    }

    /** A slot. @param frozen whether it holds the same data at every call, so that it may be folded and prepacked */
    public record Leaf(TensorType type, boolean frozen) { }

    /** The application of an op to values of lower number. @param types the types of its results */
    public record Node(Op op, List<Value> inputs, List<TensorType> types) {
        /** Copies the lists. */
        public Node {
            inputs = List.copyOf(inputs);
            types = List.copyOf(types);
        }
    }

    /** Result {@code index} of the leaf or node with number {@code node}. */
    public record Value(int node, int index) { }

    /** Returns whether {@code value} is a leaf. */
    public boolean isLeaf(Value value) {
        return value.node < leaves.size();
    }

    /** Returns the node that computes {@code value}, which is not a leaf. */
    public Node node(Value value) {
        return nodes.get(value.node - leaves.size());
    }

    /** Returns the type of {@code value}. */
    public TensorType type(Value value) {
        return isLeaf(value) ? leaves.get(value.node).type() : node(value).types().get(value.index);
    }

    /** Returns, for each number, how many times its results are read by nodes or are outputs. */
    public int[] uses() {
        int[] uses = new int[leaves.size() + nodes.size()];
        nodes.forEach(n -> n.inputs().forEach(v -> uses[v.node]++));
        outputs.forEach(v -> uses[v.node]++);
        return uses;
    }

    /** Returns one line a leaf and node and a last one with the outputs; what the tests of passes compare. */
    @Override
    public String toString() {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < leaves.size(); i++) {
            lines.add("%" + i + " = " + (leaves.get(i).frozen() ? "frozen " : "input ") + leaves.get(i).type());
        }
        for (int i = 0; i < nodes.size(); i++) {
            Node n = nodes.get(i);
            String types = n.types().stream().map(TensorType::toString).collect(Collectors.joining(", "));
            lines.add("%" + (leaves.size() + i) + " = " + describe(n.op(), n.inputs().stream().map(this::label).toList()) + " : " + types);
        }
        lines.add("return " + outputs.stream().map(this::label).collect(Collectors.joining(", ")));
        return String.join("\n", lines);
    }

    private String label(Value v) {
        boolean several = !isLeaf(v) && node(v).types().size() > 1;
        return "%" + v.node + (several ? "." + v.index : "");
    }

    /** Returns an op applied to named operands, as plans print it. */
    public static String describe(Op op, List<String> operands) {
        return switch (op) {
            case Fused.Region r -> "region" + r.shape() + "(" + String.join(", ", operands) + ") {" + program(r) + "}";
            case Fused.Epilogue e -> describe(e.root(), operands.subList(0, e.rootInputs())) + " + ("
                    + String.join(", ", operands.subList(e.rootInputs(), operands.size())) + ") {" + program(e.region()) + "}";
            default -> attributes(op) + "(" + String.join(", ", operands) + ")";
        };
    }

    /** The record's own text without its class name, e.g. {@code sum[axes=[0], keepDims=false]}. */
    private static String attributes(Op op) {
        String text = op.toString();
        String inner = text.substring(text.indexOf('[') + 1, text.length() - 1);
        boolean named = inner.isEmpty() || inner.startsWith("function=") && !inner.contains(",");
        return op.name() + (named ? "" : "[" + inner + "]");
    }

    private static String program(Fused.Region r) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < r.code().size(); i++) {
            Fused.Instruction c = r.code().get(i);
            lines.add("$" + (r.inputs() + i) + " = " + attributes(c.op()) + "(" + c.arguments().stream().map(a -> "$" + a)
                    .collect(Collectors.joining(", ")) + ")");
        }
        lines.add("-> " + r.results().stream().map(v -> "$" + v).collect(Collectors.joining(", ")));
        return String.join("; ", lines);
    }
}
