package dev.gatun.plan;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.graph.Graph;
import dev.gatun.graph.Graph.Node;
import dev.gatun.graph.Graph.Value;
import dev.gatun.graph.GraphBuilder;
import dev.gatun.op.Contraction;
import dev.gatun.op.Convolution;
import dev.gatun.op.Elementwise.Binary;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Elementwise.Cast;
import dev.gatun.op.Elementwise.Unary;
import dev.gatun.op.Elementwise.UnaryFunction;
import dev.gatun.op.Ints;
import dev.gatun.op.Movement;
import dev.gatun.op.Op;
import dev.gatun.op.Quantized;
import dev.gatun.op.Reduction;
import dev.gatun.op.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The products that can be computed in 8 bits: convolutions and matrix products of float32 values with frozen weights on the right. Their order in the
 * graph is their name: it does not depend on the size of a batch.
 */
final class Products {
    private static final long MOST_TERMS = 1 << 16;
    /** The largest I8 that is used: -128 has no opposite. */
    private static final int LARGEST = 127;
    /** Divides nothing by zero: a channel whose weights are all 0 gets this range. */
    private static final double SMALLEST = 1e-30;

    private Products() {
    }

    /**
     * One of them.
     *
     * @param node its place among the nodes
     * @param x its operand
     * @param w its frozen weights
     * @param y its result
     * @param op what is computed in 8 bits instead
     * @param channelAxis the axis of w along which each index has its own scale
     */
    record Product(int node, Value x, Value w, Value y, Quantized op, int channelAxis) { }

    /** Returns the products of a graph in order. */
    static List<Product> of(Graph graph) {
        List<Product> products = new ArrayList<>();
        for (int i = 0; i < graph.nodes().size(); i++) {
            Node n = graph.nodes().get(i);
            Value y = new Value(graph.leaves().size() + i, 0);
            int node = i;
            quantized(n.op()).filter(op -> isQuantizable(graph, n, channelAxis(op)))
                    .ifPresent(op -> products.add(new Product(node, n.inputs().get(0), n.inputs().get(1), y, op, channelAxis(op))));
        }
        return products;
    }

    private static Optional<Quantized> quantized(Op op) {
        return op instanceof Convolution.Conv c ? Optional.of(new Quantized.QuantizedConv(c.geometry()))
                : op instanceof Contraction.MatMul m ? Optional.of(new Quantized.QuantizedMatMul(m.transposeA(), m.transposeB())) : Optional.empty();
    }

    private static int channelAxis(Quantized op) {
        return switch (op) {
            case Quantized.QuantizedConv _ -> 0;
            case Quantized.QuantizedMatMul m -> m.transposeB() ? 0 : 1;
        };
    }

    private static boolean isQuantizable(Graph graph, Node n, int channelAxis) {
        Value w = n.inputs().get(1);
        Shape shape = graph.type(w).shape();
        boolean isFrozen = graph.isLeaf(w) && graph.leaves().get(w.node()).frozen();
        boolean isMatrixOrImage = !(n.op() instanceof Contraction) || shape.rank() == 2;
        return isFrozen && isMatrixOrImage && graph.type(w).dtype() == DType.F32 && shape.elements() > 0
                && shape.elements() / shape.dim(channelAxis) <= MOST_TERMS;
    }

    /**
     * Records a product of bytes and what makes its weights: scaleW[c] = max |w[c]| / 127, w' = round(w / scaleW).
     *
     * @param w the weights, f32
     * @param isCentered whether zeroX is 0
     * @return the product, f32
     */
    static Value record(GraphBuilder b, Product p, Value x, Value w, Value scaleX, Value zeroX, boolean isCentered) {
        Shape shape = b.type(w).shape();
        Ints others = Ints.of(IntStream.range(0, shape.rank()).filter(axis -> axis != p.channelAxis()).toArray());
        Value largest = b.add(new Reduction.Reduce(Reduction.ReduceFunction.MAX, others, true), b.add(new Unary(UnaryFunction.ABS), w));
        Value scale = scale(b, largest);
        Value bytes = bytes(b, w, scale);
        Value scaleW = b.add(new Movement.Reshape(Shape.of(shape.dim(p.channelAxis()))), scale);
        return b.add(isCentered ? p.op().centered() : p.op(), x, bytes, scaleX, zeroX, scaleW);
    }

    /** Returns max(largest, tiny) / 127, the scale of I8 for values up to {@code largest} in size. */
    static Value scale(GraphBuilder b, Value largest) {
        Value positive = b.add(new Binary(BinaryFunction.MAX), largest, filled(b, SMALLEST, largest));
        return b.add(new Binary(BinaryFunction.DIV), positive, filled(b, LARGEST, largest));
    }

    /** Returns round(x / scale) as I8, with a scale that expands to x. */
    static Value bytes(GraphBuilder b, Value x, Value scale) {
        Value quotient = b.add(new Binary(BinaryFunction.DIV), x, b.add(new Movement.Expand(b.type(x).shape()), scale));
        return b.add(new Cast(DType.I8), b.add(new Unary(UnaryFunction.ROUND), quotient));
    }

    private static Value filled(GraphBuilder b, double value, Value like) {
        return b.add(new Movement.Expand(b.type(like).shape()), b.add(Source.Scalar.of(DType.F32, value)));
    }
}
