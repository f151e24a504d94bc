package dev.gatun.op;

/**
 * Products of 8-bit integers, which stand for real numbers: q stands for (q - zero) · scale. x has one scale and zero for all of it, w one scale for each
 * output channel and zero 0. Sums are exact in I32 (a sum has at most 2¹⁶ terms); the result is a real number in the floating type of the scales, F32 as a
 * rule, which an epilogue may quantize again ({@link Elementwise.Quantize}). Source: ONNX QLinearConv-10, QLinearMatMul-21; Jacob et al. 2018.
 */
public sealed interface Quantized extends Op {
    /** Returns whether x's zero is known to be 0 when a kernel is made, as after a ReLU: it then need not be corrected for in each sum. */
    boolean isCentered();

    /** Returns this op for an x whose zero is 0. */
    Quantized centered();

    /**
     * (x U8 or I8 [N, IC, spatial...], w I8 [OC, IC/G, kernel...], scaleX [], zeroX I32 [], scaleW [OC]) -> y [N, OC, out...] with
     * y[n,oc,o] = scaleX · scaleW[oc] · Σ (x[n,ic,o·S + k·D - P] - zeroX) · w[oc,ic,k]. Padding adds nothing: it stands for 0, as zeroX does.
     */
    record QuantizedConv(Convolution.Geometry geometry, boolean isCentered) implements Quantized {
        /** Makes the op for any zero. */
        public QuantizedConv(Convolution.Geometry geometry) {
            this(geometry, false);
        }

        @Override
        public QuantizedConv centered() {
            return new QuantizedConv(geometry, true);
        }

        @Override
        public String name() {
            return "quantized_conv";
        }
    }

    /**
     * (a U8 or I8 [..., M, K], b I8 [..., K, N], scaleA [], zeroA I32 [], scaleB [N]) -> y [..., M, N] with
     * y[..., m, n] = scaleA · scaleB[n] · Σₖ (a[..., m, k] - zeroA) · b[..., k, n]; transposed operands as in {@link Contraction.MatMul}.
     */
    record QuantizedMatMul(boolean transposeA, boolean transposeB, boolean isCentered) implements Quantized {
        /** Makes the op for any zero. */
        public QuantizedMatMul(boolean transposeA, boolean transposeB) {
            this(transposeA, transposeB, false);
        }

        @Override
        public QuantizedMatMul centered() {
            return new QuantizedMatMul(transposeA, transposeB, true);
        }

        @Override
        public String name() {
            return "quantized_matmul";
        }
    }
}
