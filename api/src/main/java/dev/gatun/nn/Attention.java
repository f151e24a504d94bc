package dev.gatun.nn;

import dev.gatun.DType;
import dev.gatun.Tensor;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Attention: for each query a mean of values, weighted by how well their keys fit. Source: Vaswani et al. 2017. */
public final class Attention {
    private Attention() {
    }

    /**
     * Returns softmax(q kᵀ/√E) v.
     *
     * @param q {@code [..., L, E]}
     * @param k {@code [..., S, E]}
     * @param v {@code [..., S, V]}
     * @param causal whether query i sees keys 0 to i only
     * @return {@code [..., L, V]}
     * @throws IllegalArgumentException if shapes do not fit
     */
    public static Tensor scaledDotProduct(Tensor q, Tensor k, Tensor v, boolean causal) {
        return of(q, k, v, causal ? Optional.of(causalMask(q.dim(-2), k.dim(-2))) : Optional.empty(), UnaryOperator.identity());
    }

    /** Returns {@link #scaledDotProduct(Tensor, Tensor, Tensor, boolean)} under a mask. @param seen BOOL, broadcast to {@code [..., L, S]} */
    public static Tensor scaledDotProduct(Tensor q, Tensor k, Tensor v, Tensor seen) {
        return of(q, k, v, Optional.of(seen), UnaryOperator.identity());
    }

    /** Returns BOOL {@code [L, S]}: whether query i sees key j, which is j ≤ i. */
    public static Tensor causalMask(int queries, int keys) {
        return Tensor.arange(DType.I32, queries).unsqueeze(1).ge(Tensor.arange(DType.I32, keys));
    }

    static Tensor of(Tensor q, Tensor k, Tensor v, Optional<Tensor> seen, UnaryOperator<Tensor> dropout) {
        if (q.rank() < 2 || k.rank() != q.rank() || v.rank() != q.rank() || q.dim(-1) != k.dim(-1) || k.dim(-2) != v.dim(-2)) {
            throw new IllegalArgumentException("attention: q" + q.shape() + ", k" + k.shape() + " and v" + v.shape()
                    + " must be [..., L, E], [..., S, E] and [..., S, V]");
        }
        // Scaling q instead of the scores touches L·E numbers instead of L·S.
        Tensor scores = q.mul(1 / Math.sqrt(q.dim(-1))).matmul(k, false, true);                               // [..., L, S]
        Tensor masked = seen.map(s -> s.where(scores, Tensor.scalar(q.dtype(), Double.NEGATIVE_INFINITY))).orElse(scores);
        return dropout.apply(masked.softmax(-1)).matmul(v);
    }
}
