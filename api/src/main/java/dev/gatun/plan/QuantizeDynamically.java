package dev.gatun.plan;

import dev.gatun.DType;
import dev.gatun.graph.Graph;
import dev.gatun.graph.Graph.Value;
import dev.gatun.graph.GraphBuilder;
import dev.gatun.op.Elementwise.Unary;
import dev.gatun.op.Elementwise.UnaryFunction;
import dev.gatun.op.Ints;
import dev.gatun.op.Reduction;
import dev.gatun.op.Source;
import dev.gatun.plan.Products.Product;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Computes products in 8 bits whose operands' ranges are found at each call: scaleX = max |x| / 127, x' = round(x / scaleX) in I8. Everything else stays f32.
 */
final class QuantizeDynamically {
    private QuantizeDynamically() {
    }

    /** Returns the graph with its products in 8 bits. */
    static Graph apply(Graph graph) {
        Map<Integer, Product> products = new HashMap<>();
        Products.of(graph).forEach(p -> products.put(p.node(), p));
        Rewriter r = new Rewriter(graph, List.of());
        for (int i = 0; i < graph.nodes().size(); i++) {
            if (products.containsKey(i)) {
                r.rename(r.value(i, 0), product(r, products.get(i)));
            } else {
                r.keep(i);
            }
        }
        return Rewriter.withoutDeadNodes(r.build());
    }

    private static Value product(Rewriter r, Product p) {
        GraphBuilder b = r.builder();
        Value x = r.map(p.x());
        Ints all = Ints.range(b.type(x).shape().rank());
        Value largest = b.add(new Reduction.Reduce(Reduction.ReduceFunction.MAX, all, false), b.add(new Unary(UnaryFunction.ABS), x));
        Value scale = Products.scale(b, largest);
        return Products.record(b, p, Products.bytes(b, x, scale), r.map(p.w()), scale, b.add(Source.Scalar.of(DType.I32, 0)), true);
    }
}
