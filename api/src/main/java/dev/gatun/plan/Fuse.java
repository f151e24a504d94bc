package dev.gatun.plan;

import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.graph.Graph;
import dev.gatun.graph.Graph.Node;
import dev.gatun.graph.Graph.Value;
import dev.gatun.op.Contraction;
import dev.gatun.op.Convolution;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Fused;
import dev.gatun.op.Movement;
import dev.gatun.op.Op;
import dev.gatun.op.Quantized;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Joins elementwise ops to regions, and regions to the contraction or convolution whose result they are the only ones to read.
 *
 * <p>An elementwise node joins the region of its readers when all nodes that read it are in that one region; so no path can leave a region and come back.
 * If it is also an output, the region gives it as a further result. Expansions in front of a region become operands of smaller shape.
 */
final class Fuse {
    private static final int MOST_INSTRUCTIONS = 96;
    private static final int MOST_INPUTS = 24;

    private final Graph graph;
    private final int leaves;
    /** The region of each node: the index of its last member, or -1. */
    private final int[] region;
    private final Map<Integer, List<Integer>> members = new HashMap<>();
    private final boolean[] isOutput;
    private final int[] uses;
    private final Rewriter rewriter;

    private Fuse(Graph graph) {
        this.graph = graph;
        this.leaves = graph.leaves().size();
        this.region = new int[graph.nodes().size()];
        this.isOutput = new boolean[graph.nodes().size()];
        this.uses = graph.uses();
        this.rewriter = new Rewriter(graph, List.of());
        Arrays.fill(region, -1);
        graph.outputs().stream().filter(v -> !graph.isLeaf(v)).forEach(v -> isOutput[v.node() - leaves] = true);
    }

    /** Returns the graph with regions and epilogues. */
    static Graph apply(Graph graph) {
        Fuse f = new Fuse(graph);
        f.assign();
        return Rewriter.withoutDeadNodes(f.rewrite());
    }

    private void assign() {
        int[][] readers = readers();
        for (int i = graph.nodes().size() - 1; i >= 0; i--) {
            Node n = graph.nodes().get(i);
            if (!(n.op() instanceof Elementwise)) {
                continue;
            }
            int target = readers[i].length == 0 ? -1 : region[readers[i][0]];
            for (int r : readers[i]) {
                target = region[r] == target ? target : -1;
            }
            // What is quantized is to be stored: were it computed on, it need not have been rounded.
            boolean fits = target >= 0 && !(n.op() instanceof Elementwise.Quantize) && shape(target).equals(n.types().getFirst().shape())
                    && members.get(target).size() < MOST_INSTRUCTIONS && operands(target) + n.inputs().size() <= MOST_INPUTS;
            region[i] = fits ? target : i;
            members.computeIfAbsent(region[i], k -> new ArrayList<>()).addFirst(i);
        }
    }

    private int[][] readers() {
        List<List<Integer>> lists = new ArrayList<>();
        graph.nodes().forEach(n -> lists.add(new ArrayList<>()));
        for (int i = 0; i < graph.nodes().size(); i++) {
            for (Value v : graph.nodes().get(i).inputs()) {
                if (!graph.isLeaf(v)) {
                    lists.get(v.node() - leaves).add(i);
                }
            }
        }
        return lists.stream().map(l -> l.stream().distinct().mapToInt(Integer::intValue).toArray()).toArray(int[][]::new);
    }

    private Shape shape(int node) {
        return graph.nodes().get(node).types().getFirst().shape();
    }

    private int operands(int target) {
        return (int) members.get(target).stream().flatMap(m -> graph.nodes().get(m).inputs().stream())
                .filter(v -> graph.isLeaf(v) || region[v.node() - leaves] != target).map(this::source).distinct().count();
    }

    /** Returns the value behind an expansion: what a region reads instead. */
    private Value source(Value v) {
        Value at = v;
        while (!graph.isLeaf(at) && graph.node(at).op() instanceof Movement.Expand) {
            at = graph.node(at).inputs().getFirst();
        }
        return at;
    }

    private Graph rewrite() {
        Map<Integer, Integer> roots = new HashMap<>();
        Map<Integer, Integer> rooted = new HashMap<>();
        members.forEach((last, nodes) -> {
            int root = root(last, nodes);
            if (root >= 0) {
                roots.put(last, root);
                rooted.put(root, last);
            }
        });
        for (int i = 0; i < graph.nodes().size(); i++) {
            if (region[i] == i) {
                emit(members.get(i), roots.getOrDefault(i, -1));
            } else if (region[i] < 0 && !rooted.containsKey(i)) {
                rewriter.keep(i);
            }
        }
        return rewriter.build();
    }

    /** Returns the last contraction or convolution in front of a region whose result nobody else reads, or -1. */
    private int root(int last, List<Integer> nodes) {
        int best = -1;
        for (int m : nodes) {
            for (Value v : graph.nodes().get(m).inputs()) {
                if (graph.isLeaf(v)) {
                    continue;
                }
                int at = v.node() - leaves;
                Node n = graph.nodes().get(at);
                boolean heavy = n.op() instanceof Contraction || n.op() instanceof Quantized || n.op() instanceof Convolution.Conv
                        || n.op() instanceof Convolution.ConvBackwardData;
                long here = nodes.stream().flatMap(k -> graph.nodes().get(k).inputs().stream()).filter(v::equals).count();
                if (heavy && uses[v.node()] == here && !isOutput[at] && n.types().getFirst().shape().equals(shape(last))) {
                    best = Math.max(best, at);
                }
            }
        }
        return best;
    }

    private void emit(List<Integer> nodes, int root) {
        Map<Value, Integer> numbers = new HashMap<>();
        List<Value> operands = new ArrayList<>();
        if (root >= 0) {
            Value v = rewriter.value(root, 0);
            numbers.put(v, 0);
            operands.add(v);
        }
        for (int m : nodes) {
            for (Value v : graph.nodes().get(m).inputs()) {
                boolean inside = !graph.isLeaf(v) && region[v.node() - leaves] == nodes.getLast();
                if (!inside && numbers.putIfAbsent(source(v), operands.size()) == null) {
                    operands.add(source(v));
                }
            }
        }
        List<Fused.Instruction> code = new ArrayList<>();
        List<Integer> results = new ArrayList<>();
        List<Integer> kept = new ArrayList<>();
        for (int m : nodes) {
            Node n = graph.nodes().get(m);
            List<Integer> arguments = n.inputs().stream().map(v -> numbers.containsKey(v) ? numbers.get(v) : numbers.get(source(v))).toList();
            Fused.Instruction c = new Fused.Instruction((Elementwise) n.op(), arguments, n.types().getFirst().dtype());
            // Casts were repeated for each reader: within one region once is enough.
            int known = c.op() instanceof Elementwise.Cast || c.op() instanceof Elementwise.Dequantize ? code.indexOf(c) : -1;
            numbers.put(rewriter.value(m, 0), operands.size() + (known < 0 ? code.size() : known));
            if (known < 0) {
                code.add(c);
            }
            if (isOutput[m] || m == nodes.getLast()) {
                results.add(numbers.get(rewriter.value(m, 0)));
                kept.add(m);
            }
        }
        Fused.Region program = new Fused.Region(shape(nodes.getLast()), operands.size(), code, results);
        List<TensorType> types = kept.stream().map(m -> graph.nodes().get(m).types().getFirst()).toList();
        List<Value> made;
        if (root >= 0) {
            Node r = graph.nodes().get(root);
            List<Value> inputs = new ArrayList<>(rewriter.map(r.inputs()));
            inputs.addAll(rewriter.map(operands.subList(1, operands.size())));
            made = rewriter.builder().addAll(new Fused.Epilogue(r.op(), r.inputs().size(), program), inputs, types);
        } else if (code.size() == 1 && operands.stream().allMatch(v -> graph.type(v).shape().equals(program.shape()))) {
            Op single = code.getFirst().op();
            made = rewriter.builder().addAll(single, rewriter.map(graph.nodes().get(nodes.getFirst()).inputs()), types);
        } else {
            made = rewriter.builder().addAll(program, rewriter.map(operands), types);
        }
        for (int k = 0; k < kept.size(); k++) {
            rewriter.rename(rewriter.value(kept.get(k), 0), made.get(k));
        }
    }
}
