package dev.gatun.plan;

import dev.gatun.graph.Graph;
import dev.gatun.graph.Graph.Node;
import dev.gatun.graph.Graph.Value;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Orders nodes so that few bytes are alive at once: of the nodes that can run, one that frees more than it allocates goes first (an optimizer's update as
 * soon as its gradient is there), else the order in which they were recorded stays. What will be written over a donated input waits for the others that
 * read it, and for all nodes that can fail: a run that fails leaves its inputs as they were.
 */
final class Schedule {
    private final Graph graph;
    private final int leaves;
    private final int[] missing;
    private final int[] pendingReads;
    private final List<List<Integer>> readers = new ArrayList<>();
    private final boolean[] isOutput;

    private Schedule(Graph graph, List<Donation> donations) {
        this.graph = graph;
        this.leaves = graph.leaves().size();
        this.missing = new int[graph.nodes().size()];
        this.pendingReads = new int[graph.nodes().size()];
        this.isOutput = new boolean[graph.nodes().size()];
        graph.nodes().forEach(n -> readers.add(new ArrayList<>()));
        for (int i = 0; i < missing.length; i++) {
            for (int p : producers(i)) {
                missing[i]++;
                pendingReads[p]++;
                readers.get(p).add(i);
            }
        }
        donations.forEach(this::delay);
        waitForFallible(donations);
        graph.outputs().stream().filter(v -> !graph.isLeaf(v)).forEach(v -> isOutput[v.node() - leaves] = true);
    }

    /** Returns the graph with its nodes in the better order. */
    static Graph apply(Graph graph, List<Donation> donations) {
        return new Schedule(graph, donations).order();
    }

    /** Lets the node that computes a donated input's successor wait for all readers of the input, if nothing waits for that node. */
    private void delay(Donation donation) {
        Value output = graph.outputs().get(donation.output());
        if (graph.isLeaf(output) || !readers.get(output.node() - leaves).isEmpty()) {
            return;
        }
        int writer = output.node() - leaves;
        for (int i = 0; i < missing.length; i++) {
            if (i != writer && graph.nodes().get(i).inputs().contains(new Value(donation.input(), 0))) {
                missing[writer]++;
                readers.get(i).add(writer);
            }
        }
    }

    /** Lets nodes that compute donated inputs' successors wait for all that can fail, but for those for which one of these waits: Assignment sees to them. */
    private void waitForFallible(List<Donation> donations) {
        BitSet fallible = Fallible.nodes(graph);
        BitSet needed = (BitSet) fallible.clone();
        for (int before = -1; before < needed.cardinality();) {
            before = needed.cardinality();
            for (int i = missing.length - 1; i >= 0; i--) {
                if (readers.get(i).stream().anyMatch(needed::get)) {
                    needed.set(i);
                }
            }
        }
        List<Value> written = donations.stream().map(d -> graph.outputs().get(d.output())).filter(v -> !graph.isLeaf(v)).toList();
        written.stream().mapToInt(v -> v.node() - leaves).distinct().filter(writer -> !needed.get(writer)).forEach(writer -> fallible.stream().forEach(i -> {
            missing[writer]++;
            readers.get(i).add(writer);
        }));
    }

    private int[] producers(int node) {
        return graph.nodes().get(node).inputs().stream().filter(v -> !graph.isLeaf(v)).mapToInt(v -> v.node() - leaves).distinct().toArray();
    }

    private Graph order() {
        // Nodes that free memory wait in one queue, the others in the order of recording.
        PriorityQueue<Integer> inOrder = new PriorityQueue<>();
        List<Integer> ready = new ArrayList<>();
        for (int i = 0; i < missing.length; i++) {
            if (missing[i] == 0) {
                inOrder.add(i);
                ready.add(i);
            }
        }
        Rewriter r = new Rewriter(graph, List.of());
        boolean[] done = new boolean[missing.length];
        while (!inOrder.isEmpty()) {
            int next = ready.stream().filter(i -> growth(i) < 0).min(Comparator.comparingLong(this::growth)).orElse(inOrder.peek());
            inOrder.remove(next);
            ready.remove((Integer) next);
            done[next] = true;
            r.keep(next);
            for (int p : producers(next)) {
                pendingReads[p]--;
            }
            for (int reader : readers.get(next)) {
                if (--missing[reader] == 0 && !done[reader]) {
                    inOrder.add(reader);
                    ready.add(reader);
                }
            }
        }
        return r.build();
    }

    /** Returns the bytes that a node allocates in the arena minus those that it is the last to read. */
    private long growth(int node) {
        Node n = graph.nodes().get(node);
        long bytes = 0;
        if (!isOutput[node]) {
            for (var t : n.types()) {
                bytes += t.bytes();
            }
        }
        for (int p : producers(node)) {
            if (pendingReads[p] == 1 && !isOutput[p]) {
                for (var t : graph.nodes().get(p).types()) {
                    bytes -= t.bytes();
                }
            }
        }
        return bytes;
    }
}
