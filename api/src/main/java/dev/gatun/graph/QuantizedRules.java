package dev.gatun.graph;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Quantized;
import java.util.List;

/** Types of products of 8-bit integers: operands (x, w, scaleX, zeroX, scaleW), result in the type of the scales. */
final class QuantizedRules {
    /** 2¹⁶ products of at most 255 · 128 in size fit into an I32. */
    private static final long MOST_TERMS = 1 << 16;
    private static final int X = 0;
    private static final int W = 1;
    private static final int SCALE_X = 2;
    private static final int ZERO_X = 3;
    private static final int SCALE_W = 4;

    private QuantizedRules() {
    }

    static TensorType infer(Quantized op, List<TensorType> inputs) {
        return switch (op) {
            case Quantized.QuantizedConv c -> conv(c, Operands.of(op, inputs, "x", "w", "scaleX", "zeroX", "scaleW"));
            case Quantized.QuantizedMatMul m -> matMul(m, Operands.of(op, inputs, "a", "b", "scaleA", "zeroA", "scaleB"));
        };
    }

    private static TensorType conv(Quantized.QuantizedConv op, Operands o) {
        Shape y = WindowRules.convolved(op.geometry(), o);
        return scaled(o, y, o.dim(W, 0), o.shape(W).elements(1, o.rank(W)));
    }

    private static TensorType matMul(Quantized.QuantizedMatMul op, Operands o) {
        Shape y = TypeRules.product(op.transposeA(), op.transposeB(), o);
        return scaled(o, y, y.dim(-1), o.dim(X, op.transposeA() ? -2 : -1));
    }

    /** Checks element types and scales. @param channels how many scales w has @param terms how many products a sum has */
    private static TensorType scaled(Operands o, Shape y, int channels, long terms) {
        o.kind(X, o.dtype(X) == DType.U8 || o.dtype(X) == DType.I8, "u8 or i8", DType.I8);
        o.exactly(W, DType.I8);
        o.floating(SCALE_X);
        o.rank(SCALE_X, 0, "a scalar");
        o.exactly(ZERO_X, DType.I32);
        o.rank(ZERO_X, 0, "a scalar");
        o.sameDtype(SCALE_X, SCALE_W);
        o.shape(SCALE_W, Shape.of(channels), "one for each output channel");
        o.check(terms <= MOST_TERMS, "a sum of " + terms + " products may not fit into i32, which holds " + MOST_TERMS);
        return new TensorType(o.dtype(SCALE_X), y);
    }
}
