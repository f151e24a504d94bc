package dev.gatun.plan;

import dev.gatun.DType;
import dev.gatun.graph.Graph;
import dev.gatun.graph.Graph.Node;
import dev.gatun.graph.Graph.Value;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Movement;
import dev.gatun.op.Op;
import dev.gatun.op.Pooling;
import dev.gatun.op.Source;
import dev.gatun.plan.Products.Product;
import dev.gatun.quantization.Calibration;
import dev.gatun.quantization.Range;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Computes products in 8 bits, and keeps what lies between two of them in 8 bits.
 *
 * <pre>
 * stored in 8 bits   what a product reads, through max pools, reshapes, permutations, slices and concats;
 *                    a product that is added to another one (the projection of a shortcut)
 * in f32             bias, residual, activation between product and store; average pools, softmax, everything else
 * </pre>
 *
 * <p>Operands and results of what only selects or places share one grid, so that it works on bytes; its range covers all of theirs.
 */
final class QuantizeStatically {
    private final Graph graph;
    private final Rewriter rewriter;
    private final Map<Integer, Product> products = new HashMap<>();
    /** A tree of values for each set that shares a grid. */
    private final Map<Value, Value> parents = new HashMap<>();
    /** The range of each set, at its root. */
    private final Map<Value, Range> ranges = new HashMap<>();
    private final Set<Value> stored = new HashSet<>();
    private final Map<Value, Value> bytes = new HashMap<>();
    /** What results are taken from where the f32 form of a value is that of its bytes. */
    private final Map<Value, Value> exact = new HashMap<>();

    private QuantizeStatically(Graph graph) {
        this.graph = graph;
        this.rewriter = new Rewriter(graph, List.of());
    }

    /**
     * Returns the graph with its products in 8 bits.
     *
     * @throws IllegalArgumentException if the calibration is that of another function
     */
    static Graph apply(Graph graph, Calibration calibration) {
        QuantizeStatically q = new QuantizeStatically(graph);
        q.survey(Products.of(graph), calibration);
        for (int i = 0; i < graph.nodes().size(); i++) {
            q.lower(i);
        }
        List<Value> outputs = graph.outputs().stream().map(v -> q.exact.containsKey(v) ? q.exact.get(v) : q.wide(v)).toList();
        return Rewriter.withoutDeadNodes(q.rewriter.builder().build(outputs));
    }

    /** Returns operand and result of each product: what must be observed. */
    static Graph observed(Graph graph) {
        List<Value> values = new ArrayList<>();
        Products.of(graph).forEach(p -> values.addAll(List.of(p.x(), p.y())));
        return Rewriter.withoutDeadNodes(new Graph(graph.leaves(), graph.nodes(), values));
    }

    private void survey(List<Product> found, Calibration calibration) {
        requireSame(found, calibration);
        found.forEach(p -> products.put(p.node(), p));
        for (int i = 0; i < graph.nodes().size(); i++) {
            Node n = graph.nodes().get(i);
            if (placesOnly(n.op())) {
                Value y = rewriter.value(i, 0);
                n.inputs().forEach(x -> parents.put(root(x), root(y)));
            }
        }
        found.forEach(p -> stored.add(p.x()));
        addedProducts(found);
        for (int i = graph.nodes().size() - 1; i >= 0; i--) {
            if (placesOnly(graph.nodes().get(i).op()) && stored.contains(rewriter.value(i, 0))) {
                stored.addAll(graph.nodes().get(i).inputs());
            }
        }
        for (int k = 0; k < found.size(); k++) {
            cover(found.get(k).x(), calibration.sites().get(k).operand());
            cover(found.get(k).y(), calibration.sites().get(k).result());
        }
    }

    private void requireSame(List<Product> found, Calibration calibration) {
        List<Integer> channels = found.stream().map(p -> graph.type(p.w()).shape().dim(p.channelAxis())).toList();
        List<Integer> calibrated = calibration.sites().stream().map(Calibration.Site::channels).toList();
        if (!channels.equals(calibrated)) {
            throw new IllegalArgumentException("quantized: the products of this function have " + channels + " output channels but those of the calibration "
                    + calibrated + "; calibrate this function itself");
        }
    }

    private static boolean placesOnly(Op op) {
        return op instanceof Pooling.MaxPool p && !p.indices() || op instanceof Movement.Reshape || op instanceof Movement.Permute
                || op instanceof Movement.Slice || op instanceof Movement.Concat;
    }

    /** Of several products in one chain the last takes the chain as its epilogue; the others are stored, and that in 8 bits. */
    private void addedProducts(List<Product> found) {
        Chains chains = Chains.of(graph);
        Map<Integer, Product> last = new HashMap<>();
        for (Product p : found) {
            int chain = chainOf(p.y(), chains);
            if (chain >= 0) {
                Product before = last.put(chain, p);
                if (before != null) {
                    stored.add(before.y());
                }
            }
        }
    }

    /** Returns the chain that all readers of {@code y} are in, or -1. */
    private int chainOf(Value y, Chains chains) {
        Set<Integer> readers = new HashSet<>();
        for (int i = 0; i < graph.nodes().size(); i++) {
            if (graph.nodes().get(i).inputs().contains(y)) {
                readers.add(chains.of(i));
            }
        }
        return readers.size() == 1 && !graph.outputs().contains(y) ? readers.iterator().next() : -1;
    }

    private Value root(Value v) {
        Value at = v;
        while (parents.containsKey(at) && !parents.get(at).equals(at)) {
            at = parents.get(at);
        }
        return at;
    }

    /** Widens the range of the set of {@code v}, if its bytes are asked for. */
    private void cover(Value v, Range range) {
        if (stored.contains(v)) {
            ranges.merge(root(v), range, Range::union);
        }
    }

    private Grid grid(Value v) {
        return Grid.of(ranges.get(root(v)));
    }

    private void lower(int i) {
        Node n = graph.nodes().get(i);
        Value y = rewriter.value(i, 0);
        if (placesOnly(n.op()) && stored.contains(y)) {
            Grid grid = grid(y);
            List<Value> in = n.inputs().stream().map(this::bytes).toList();
            bytes.put(y, rewriter.builder().addAll(n.op(), in, List.of(n.types().getFirst().with(grid.quantize().to()))).getFirst());
            return;
        }
        if (products.containsKey(i)) {
            rewriter.rename(y, product(products.get(i)));
        } else {
            rewriter.rename(i, rewriter.builder().addAll(n.op(), n.inputs().stream().map(this::wide).toList(), n.types()));
        }
        for (int k = 0; k < n.types().size(); k++) {
            store(rewriter.value(i, k));
        }
    }

    private Value product(Product p) {
        Grid grid = grid(p.x());
        Value scale = rewriter.builder().add(Source.Scalar.of(DType.F32, grid.scale()));
        Value zero = rewriter.builder().add(Source.Scalar.of(DType.I32, grid.zero()));
        return Products.record(rewriter.builder(), p, bytes(p.x()), rewriter.map(p.w()), scale, zero, grid.zero() == 0);
    }

    /** From here on a value whose bytes are asked for is what they stand for. */
    private void store(Value v) {
        if (stored.contains(v)) {
            exact.put(v, rewriter.map(v));
            rewriter.rename(v, dequantized(v, bytes(v)));
        }
    }

    private Value bytes(Value old) {
        return bytes.computeIfAbsent(old, v -> rewriter.builder().add(grid(v).quantize(), rewriter.map(v)));
    }

    private Value wide(Value old) {
        if (rewriter.map(old) == null) {
            rewriter.rename(old, dequantized(old, bytes.get(old)));
        }
        return rewriter.map(old);
    }

    private Value dequantized(Value old, Value q) {
        Elementwise.Dequantize op = grid(old).dequantize();
        return rewriter.builder().add(op, q);
    }
}
