package dev.gatun.op;

/** Ops that rescale by statistics of their operand. Floating types; statistics of F16 and BF16 are F32-accumulated and stored in the operand's type. */
public sealed interface Normalization extends Op {
    /**
     * (x [N, C, ...], scale [C], bias [C]) -> (y, mean [C], variance [C]): y = (x - μ) / √(σ² + ε) · scale + bias with the biased statistics of each
     * channel over the batch and the spatial axes. Scale and bias, and so the statistics, are of x's type, or F32 where x is BF16 or F16.
     * Source: Ioffe and Szegedy 2015; the running statistics are the layer's business.
     */
    record BatchNorm(double epsilon) implements Normalization {
        @Override
        public String name() {
            return "batch_norm";
        }
    }

    /**
     * (x, scale, mean, variance, dy) -> (dx, dscale, dbias) of {@link BatchNorm}, with x̂ = (x - μ)/√(σ² + ε), m elements a channel:
     * dbias = Σ dy, dscale = Σ dy·x̂, dx = scale/√(σ² + ε) · (dy - dbias/m - x̂·dscale/m).
     */
    record BatchNormBackward(double epsilon) implements Normalization {
        @Override
        public String name() {
            return "batch_norm_backward";
        }
    }

    /**
     * x -> (x̂, r): x̂ = (x - μ)·r with r = 1/√(σ² + ε), the biased statistics taken over all axes from {@code axis} on; r keeps the axes before.
     * Layer, group and instance normalization are this op between reshapes, times scale, plus bias.
     */
    record Standardize(int axis, double epsilon) implements Normalization {
        @Override
        public String name() {
            return "standardize";
        }
    }

    /** (x̂, r, dy) -> dx of {@link Standardize}: dx = r · (dy - mean(dy) - x̂ · mean(dy · x̂)), means over the axes from {@code axis} on. */
    record StandardizeBackward(int axis) implements Normalization {
        @Override
        public String name() {
            return "standardize_backward";
        }
    }

    /**
     * x [N, C, ...] -> y = x / (k + α/size · Σ x²)^β, the sum over channels c - ⌊size/2⌋ .. c + ⌈size/2⌉ - 1 that exist. Source: ONNX LRN-13
     * (whose window for even sizes is c - ⌊(size-1)/2⌋ .. c + ⌈(size-1)/2⌉; PyTorch's, which pads size/2 in front, is used here).
     */
    record LocalResponseNorm(int size, double alpha, double beta, double k) implements Normalization {
        @Override
        public String name() {
            return "local_response_norm";
        }
    }

    /** y = exp(x - max) / Σ exp(x - max) along {@code axis}. */
    record Softmax(int axis) implements Normalization {
        @Override
        public String name() {
            return "softmax";
        }
    }

    /** y = x - max - ln Σ exp(x - max) along {@code axis}. */
    record LogSoftmax(int axis) implements Normalization {
        @Override
        public String name() {
            return "log_softmax";
        }
    }
}
