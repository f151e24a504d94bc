package dev.gatun.plan;

import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.graph.Graph;
import dev.gatun.graph.Graph.Leaf;
import dev.gatun.graph.Graph.Node;
import dev.gatun.graph.Graph.Value;
import dev.gatun.op.Convolution;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Fused;
import dev.gatun.op.Ints;
import dev.gatun.op.Movement;
import dev.gatun.op.Normalization;
import dev.gatun.op.Op;
import dev.gatun.op.Pooling;
import dev.gatun.op.Quantized;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Takes a large batch through the first part of a network a few images at a time, so that what one step writes is still in the cache when the next reads it.
 * The first part ends where that saves no more traffic with main memory: later activations are small, and weights, which every portion reads, large.
 *
 * <pre>
 *   x [8, 3, 224, 224]                    x
 *   stem, stage 1, stage 2                slice | slice | ... 8
 *   y [8, 512, 28, 28]        becomes     stem, stage 1, stage 2 | stem, stage 1, stage 2 | ...
 *   stage 3 ...                           concat: y [8, 512, 28, 28]
 *                                         stage 3 ...
 * </pre>
 *
 * <p>Traffic of a node on N images in portions of n, with activations of a bytes and weights of w bytes: N a is saved where a value of N images does not stay
 * in the cache, (⌈N/n⌉ - 1) w is added. Values stay bit-equal as far as kernels do not compute an image otherwise beside others.
 */
final class Portions {
    /** A plan has as many copies of the first part. */
    private static final int MOST = 32;

    private final Graph graph;
    private final long cached;
    private final int batch;
    private final int leaves;
    private final Set<Value> batched = new HashSet<>();
    private final Set<Value> shared = new HashSet<>();
    /** The nodes that compute each image for itself from leaves, in order. */
    private final List<Integer> candidates = new ArrayList<>();

    /** A graph, and what has been done, in words. */
    record Result(Graph graph, Optional<String> note) { }

    private Portions(Graph graph, long cached, int batch) {
        this.graph = graph;
        this.cached = cached;
        this.batch = batch;
        this.leaves = graph.leaves().size();
        for (int i = 0; i < leaves; i++) {
            Leaf leaf = graph.leaves().get(i);
            (leaf.frozen() ? shared : batched).add(new Value(i, 0));
        }
        batched.removeIf(v -> !isWhole(v));
        for (int i = 0; i < graph.nodes().size(); i++) {
            classify(i);
        }
    }

    /** Returns the graph with its first part in portions, if that is worth it. @param cached the bytes of a value that stays in the cache until it is read */
    static Result apply(Graph graph, long cached) {
        OptionalInt batch = graph.leaves().stream().filter(l -> !l.frozen() && l.type().shape().rank() > 2).mapToInt(l -> l.type().shape().dim(0)).findFirst();
        return batch.isEmpty() || batch.getAsInt() < 2 ? new Result(graph, Optional.empty())
                : new Portions(graph, cached, batch.getAsInt()).split();
    }

    private void classify(int i) {
        Node n = graph.nodes().get(i);
        if (shared.containsAll(n.inputs())) {
            shared.addAll(results(i));
        } else if (isEachImageForItself(n) && n.inputs().stream().allMatch(v -> batched.contains(v) || shared.contains(v))) {
            batched.addAll(results(i));
            candidates.add(i);
        }
    }

    private List<Value> results(int i) {
        return IntStream.range(0, graph.nodes().get(i).types().size()).mapToObj(k -> new Value(leaves + i, k)).toList();
    }

    private boolean isWhole(Value v) {
        Shape shape = graph.type(v).shape();
        return shape.rank() > 2 && shape.dim(0) == batch;
    }

    /** Returns whether image i of each result depends on image i of the batched operands alone, and on all of the shared ones. */
    private boolean isEachImageForItself(Node n) {
        return switch (n.op()) {
            case Convolution.Conv _, Convolution.ConvBackwardData _, Quantized.QuantizedConv _, Pooling.MaxPool _, Pooling.AvgPool _,
                    Normalization.LocalResponseNorm _ -> readsImages(n.inputs(), 1);
            case Movement.Concat c -> c.axis() > 0 && batched.containsAll(n.inputs());
            case Elementwise _ -> isElementwise(n.inputs(), n.types().getFirst().shape());
            case Fused.Region r -> isElementwise(n.inputs(), r.shape());
            case Fused.Epilogue e -> isEachImageForItself(new Node(e.root(), n.inputs().subList(0, e.rootInputs()), n.types()))
                    && isElementwise(n.inputs().subList(e.rootInputs(), n.inputs().size()), e.region().shape());
            case Op _ -> false;
        };
    }

    private boolean readsImages(List<Value> operands, int images) {
        return batched.containsAll(operands.subList(0, images)) && shared.containsAll(operands.subList(images, operands.size()));
    }

    /** A shared operand must expand along the axis of images. */
    private boolean isElementwise(List<Value> operands, Shape shape) {
        return shape.rank() > 2 && shape.dim(0) == batch && operands.stream().allMatch(v -> batched.contains(v) ? graph.type(v).shape().rank() == shape.rank()
                : graph.type(v).shape().rank() < shape.rank() || graph.type(v).shape().dim(0) == 1);
    }

    private Result split() {
        long largest = candidates.stream().flatMap(i -> results(i).stream()).mapToLong(v -> graph.type(v).bytes() / batch).max().orElse(0);
        int portion = Math.clamp(cached / Math.max(1, largest), Math.ceilDiv(batch, MOST), batch);
        int count = Math.ceilDiv(batch, portion);
        int cut = count == 1 ? 0 : cut(count);
        return cut == 0 ? new Result(graph, Optional.empty()) : new Result(rewritten(candidates.subList(0, cut), count),
                Optional.of("takes " + batch + " images through the first " + cut + " ops in " + count + " portions"));
    }

    /** Returns how many candidates shall be in the first part: so many that most traffic is saved, and that one value alone leaves it. */
    private int cut(int count) {
        long saved = 0;
        long most = 0;
        int cut = 0;
        for (int c = 0; c < candidates.size(); c++) {
            Node n = graph.nodes().get(candidates.get(c));
            List<Value> touched = new ArrayList<>(n.inputs());
            touched.addAll(results(candidates.get(c)));
            saved += touched.stream().filter(batched::contains).mapToLong(v -> graph.type(v).bytes()).filter(bytes -> bytes > cached).sum();
            saved -= (count - 1) * n.inputs().stream().filter(shared::contains).mapToLong(v -> graph.type(v).bytes()).sum();
            if (saved > most && leaving(candidates.subList(0, c + 1)).size() == 1) {
                most = saved;
                cut = c + 1;
            }
        }
        return cut;
    }

    /** Returns the values of some nodes that others read. */
    private List<Value> leaving(List<Integer> part) {
        Set<Integer> inside = new HashSet<>(part);
        Set<Value> read = new HashSet<>(graph.outputs());
        IntStream.range(0, graph.nodes().size()).filter(i -> !inside.contains(i)).forEach(i -> read.addAll(graph.nodes().get(i).inputs()));
        return part.stream().flatMap(i -> results(i).stream()).filter(read::contains).toList();
    }

    private Graph rewritten(List<Integer> part, int count) {
        Rewriter r = new Rewriter(graph, List.of());
        List<Integer> rest = new ArrayList<>();
        for (int i = 0; i < graph.nodes().size(); i++) {
            if (shared.containsAll(graph.nodes().get(i).inputs())) {
                r.keep(i);
            } else if (!part.contains(i)) {
                rest.add(i);
            }
        }
        Value result = leaving(part).getFirst();
        List<Value> portions = new ArrayList<>();
        for (int k = 0; k < count; k++) {
            int from = (int) ((long) batch * k / count);
            portions.add(portion(r, part, from, (int) ((long) batch * (k + 1) / count) - from).get(result));
        }
        r.rename(result, r.builder().addAll(new Movement.Concat(0), portions, List.of(graph.type(result))).getFirst());
        rest.forEach(r::keep);
        return r.build();
    }

    /** Records the first part for {@code size} images from image {@code from} on. */
    private Map<Value, Value> portion(Rewriter r, List<Integer> part, int from, int size) {
        Map<Value, Value> images = new HashMap<>();
        for (int i : part) {
            Node n = graph.nodes().get(i);
            List<Value> in = n.inputs().stream().map(v -> shared.contains(v) ? r.map(v) : images.computeIfAbsent(v, x -> slice(r, x, from, size))).toList();
            List<Value> out = r.builder().addAll(ofSize(n.op(), size), in, n.types().stream().map(t -> ofSize(t, size)).toList());
            for (int k = 0; k < out.size(); k++) {
                images.put(new Value(leaves + i, k), out.get(k));
            }
        }
        return images;
    }

    private Value slice(Rewriter r, Value x, int from, int size) {
        TensorType type = ofSize(graph.type(x), size);
        int rank = type.shape().rank();
        Ints starts = Ints.of(IntStream.range(0, rank).map(axis -> axis == 0 ? from : 0).toArray());
        return r.builder().addAll(new Movement.Slice(starts, Ints.of(type.shape().dims()), Ints.filled(rank, 1)), List.of(r.map(x)), List.of(type)).getFirst();
    }

    private static TensorType ofSize(TensorType type, int size) {
        return type.with(type.shape().with(0, size));
    }

    private static Op ofSize(Op op, int size) {
        return switch (op) {
            case Fused.Region r -> ofSize(r, size);
            case Fused.Epilogue e -> new Fused.Epilogue(e.root(), e.rootInputs(), ofSize(e.region(), size));
            case Op other -> other;
        };
    }

    private static Fused.Region ofSize(Fused.Region r, int size) {
        return new Fused.Region(r.shape().with(0, size), r.inputs(), r.code(), r.results());
    }
}
