package dev.gatun.nn;

import dev.gatun.Tensor;

/** {@link Norms#localResponseNorm} of {@code [N, C, ...]}; it has no parameters. */
public final class LocalResponseNorm extends Layer {
    private final int size;
    private final double alpha;
    private final double beta;
    private final double k;

    /** Makes a layer with PyTorch's α = 10⁻⁴, β = .75 and k = 1. @param size how many neighbouring channels are summed over */
    public LocalResponseNorm(int size) {
        this(size, 1e-4, 0.75, 1);
    }

    /** Makes a layer. @throws IllegalArgumentException if {@code size} is not positive */
    public LocalResponseNorm(int size, double alpha, double beta, double k) {
        if (size < 1) {
            throw new IllegalArgumentException("localResponseNorm: size must be at least 1, got " + size);
        }
        this.size = size;
        this.alpha = alpha;
        this.beta = beta;
        this.k = k;
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        return Norms.localResponseNorm(x, size, alpha, beta, k);
    }

    @Override
    protected String describe() {
        return "LocalResponseNorm(" + size + ")";
    }
}
