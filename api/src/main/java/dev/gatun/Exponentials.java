package dev.gatun;

import dev.gatun.op.Elementwise.UnaryFunction;

/** Exponentials, logarithms and the error function, element by element, of floating tensors. */
public final class Exponentials {
    private static final double LN_2 = Math.log(2);
    private static final double LN_10 = Math.log(10);

    private Exponentials() {
    }

    /** Returns 2ˣ. */
    public static Tensor exp2(Tensor x) {
        return Tensor.scalar(x.dtype(), 2).pow(x);
    }

    /** Returns eˣ - 1, accurate near 0. */
    public static Tensor expm1(Tensor x) {
        return x.unary(UnaryFunction.EXPM1);
    }

    /** Returns ln(1 + x), accurate near 0. */
    public static Tensor log1p(Tensor x) {
        return x.unary(UnaryFunction.LOG1P);
    }

    /** Returns log₂ x = ln x / ln 2. */
    public static Tensor log2(Tensor x) {
        return x.log().div(LN_2);
    }

    /** Returns log₁₀ x = ln x / ln 10. */
    public static Tensor log10(Tensor x) {
        return x.log().div(LN_10);
    }

    /** Returns ln(eᵃ + eᵇ) = max(a, b) + ln(1 + e^-|a-b|), without overflow; equal infinities stay. */
    public static Tensor logAddExp(Tensor a, Tensor b) {
        Tensor difference = a.sub(b);
        // ∞ - ∞ is NaN, where the answer is a.
        Tensor apart = a.eq(b).where(Tensor.scalar(a.dtype(), 0), difference).abs().neg();
        return a.max(b).add(log1p(apart.exp()));
    }

    /** Returns erf x = 2/√π ∫₀ˣ exp(-t²) dt. */
    public static Tensor erf(Tensor x) {
        return x.unary(UnaryFunction.ERF);
    }
}
