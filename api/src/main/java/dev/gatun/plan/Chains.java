package dev.gatun.plan;

import dev.gatun.graph.Graph;
import dev.gatun.graph.Graph.Node;
import dev.gatun.graph.Graph.Value;
import dev.gatun.op.Elementwise;
import java.util.Arrays;

/**
 * Which elementwise nodes {@link Fuse} will make one region of, sizes aside: those of which all readers are in one chain and of one shape go on in it. The
 * last node of a chain is stored, the others live in registers.
 */
final class Chains {
    private static final int NOBODY = -2;
    private static final int SEVERAL = -1;
    private final int[] chain;

    private Chains(int[] chain) {
        this.chain = chain;
    }

    /** Finds the chains of a graph. */
    static Chains of(Graph graph) {
        int leaves = graph.leaves().size();
        int[] chain = new int[graph.nodes().size()];
        int[] readers = new int[graph.nodes().size()];
        Arrays.fill(readers, NOBODY);
        graph.outputs().stream().filter(v -> !graph.isLeaf(v)).forEach(v -> readers[v.node() - leaves] = SEVERAL);
        for (int i = graph.nodes().size() - 1; i >= 0; i--) {
            Node n = graph.nodes().get(i);
            boolean goesOn = readers[i] >= 0 && graph.nodes().get(readers[i]).types().getFirst().shape().equals(n.types().getFirst().shape());
            chain[i] = !(n.op() instanceof Elementwise) ? SEVERAL : goesOn ? readers[i] : i;
            for (Value v : n.inputs()) {
                if (!graph.isLeaf(v)) {
                    int at = v.node() - leaves;
                    readers[at] = readers[at] == NOBODY || readers[at] == chain[i] ? chain[i] : SEVERAL;
                }
            }
        }
        return new Chains(chain);
    }

    /** Returns whether node {@code i} is the last of a chain. */
    boolean isEnd(int i) {
        return chain[i] == i;
    }

    /** Returns the last node of the chain of node {@code i}, or a negative number if that is not elementwise. */
    int of(int i) {
        return chain[i];
    }
}
