package dev.gatun.bench;

import dev.gatun.DType;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.nn.Convolutions;
import dev.gatun.op.Contraction.MatMul;
import dev.gatun.op.Convolution;
import dev.gatun.op.Convolution.Geometry;
import dev.gatun.op.Ints;
import dev.gatun.op.Op;
import dev.gatun.op.Recurrent;
import java.util.List;

/**
 * A kernel to be timed: one op with the types of its operands.
 *
 * @param name unique, e.g. {@code gemm:512x512x512}; sizes as {@code gatun bench} writes them
 * @param frozen operand by operand, whether it is a weight that never changes, which a backend may pack beforehand
 * @param flop operations of one launch, two for each multiplication and addition of a product; 0 where memory alone counts
 * @param groups kernels that are summed up where backends are compared, e.g. {@code vgg16 3x3 stride 1 forward}
 */
record KernelCase(String name, Op op, List<TensorType> operands, List<Boolean> frozen, double flop, List<String> groups) {
    /** Copies the lists. */
    KernelCase {
        operands = List.copyOf(operands);
        frozen = List.copyOf(frozen);
        groups = List.copyOf(groups);
    }

    /** Which of the three products of a convolution is computed. */
    enum Direction {
        /** y of x and w. */
        FORWARD,
        /** dx of dy and w. */
        BACKWARD_DATA,
        /** dw of x and dy. */
        BACKWARD_WEIGHTS;

        /** Returns the end of the case's name. */
        String label() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** Returns y[M, N] = a b, the operands stored transposed where said. */
    static KernelCase gemm(int M, int N, int K, boolean transposeA, boolean transposeB) {
        String name = "gemm" + (transposeA ? "T" : transposeB ? "N" : "") + (transposeB ? "T" : transposeA ? "N" : "") + ":" + M + "x" + N + "x" + K;
        return new KernelCase(name, new MatMul(transposeA, transposeB),
                List.of(transposeA ? f32(K, M) : f32(M, K), transposeB ? f32(N, K) : f32(K, N)), List.of(false, false), 2.0 * M * N * K, List.of());
    }

    /**
     * Returns a convolution, or one of its gradients.
     *
     * @param network where it is from
     * @param x {@code [N, IC, IH, IW]}
     * @param w {@code [OC, IC/G, KH, KW]}
     */
    static KernelCase conv(String network, TensorType x, TensorType w, Geometry geometry, Direction direction) {
        TensorType y = new TensorType(DType.F32, geometry.out(x.shape(), w.shape()));
        int[] d = x.shape().dims();
        String name = network + ":conv:" + d[0] + "," + d[1] + "," + d[2] + "," + d[3] + "," + w.shape().dim(0) + "," + w.shape().dim(2) + ","
                + geometry.strides().get(0) + "," + geometry.padBefore().get(0) + ":" + direction.label();
        double flop = 2.0 * y.elements() * w.elements() / w.shape().dim(0);
        String kind = kind(w, geometry, direction);
        List<String> groups = List.of(network + " " + kind, "all " + kind);
        return switch (direction) {
            case FORWARD -> new KernelCase(name, new Convolution.Conv(geometry), List.of(x, w), List.of(false, true), flop, groups);
            case BACKWARD_DATA -> new KernelCase(name, new Convolution.ConvBackwardData(geometry, Ints.of(d[2], d[3])), List.of(y, w),
                    List.of(false, false), flop, groups);
            case BACKWARD_WEIGHTS -> new KernelCase(name, new Convolution.ConvBackwardWeights(geometry, Ints.of(w.shape().dim(2), w.shape().dim(3))),
                    List.of(x, y), List.of(false, false), flop, groups);
        };
    }

    /** Kernels of 3 x 3 by themselves: with a stride of 1 Winograd's algorithm applies, with 2 the fewest tricks do. */
    private static String kind(TensorType w, Geometry geometry, Direction direction) {
        boolean three = w.shape().dim(2) == 3 && w.shape().dim(3) == 3;
        int stride = geometry.strides().get(0);
        return switch (direction) {
            case FORWARD -> three && stride <= 2 ? "3x3 stride " + stride + " forward" : "other forward";
            case BACKWARD_DATA -> three && stride == 1 ? "3x3 stride 1 backward data" : "other backward data";
            case BACKWARD_WEIGHTS -> "backward weights";
        };
    }

    /** Returns the forward pass of an LSTM with frozen weights. @param T steps @param N samples @param I inputs @param H hidden units */
    static KernelCase lstm(int T, int N, int I, int H) {
        return new KernelCase("lstm:" + T + "x" + N + "x" + I + "x" + H, new Recurrent.Rnn(new Recurrent.Cell(Recurrent.Kind.LSTM, false, false), false, false),
                List.of(f32(T, N, I), f32(4 * H, I), f32(4 * H, H), f32(4 * H), f32(4 * H), f32(N, H), f32(N, H)),
                List.of(false, true, true, true, true, false, false), 2.0 * T * N * 4 * H * (I + H), List.of());
    }

    /** Returns an op that reads and writes each of its elements about once. */
    static KernelCase stream(String name, Op op, TensorType... operands) {
        List<TensorType> types = List.of(operands);
        return new KernelCase(name, op, types, types.stream().map(t -> false).toList(), 0, List.of());
    }

    /** Returns the types of what it computes. */
    List<TensorType> results() {
        return Tensor.record(op, operands.stream().map(t -> Tensor.full(t.dtype(), t.shape(), 0)).toArray(Tensor[]::new)).stream().map(Tensor::type)
                .toList();
    }

    /** Returns the bytes that must be moved at least: all operands and results, each once. */
    double bytes() {
        return operands.stream().mapToDouble(TensorType::bytes).sum() + written();
    }

    /** Returns the traffic that has about its mix of reads and writes. */
    Traffic traffic() {
        return Traffic.of(bytes(), written());
    }

    private double written() {
        return results().stream().mapToDouble(TensorType::bytes).sum();
    }

    /** Returns a square kernel's geometry. */
    static Geometry geometry(int stride, int padding) {
        return Convolutions.geometry(2, stride, padding, 1, 1);
    }

    /** Returns the type of a float32 tensor. */
    static TensorType f32(int... dims) {
        return TensorType.of(DType.F32, dims);
    }
}
