package dev.gatun.op;

import dev.gatun.Shape;
import java.util.Locale;

/**
 * Counter-based random numbers (Philox4x32-10, Salmon et al. 2011), bit-equal on every backend. Operand: a key, I64 [2]: (seed, stream). Element i of
 * the result comes from word i mod 4 of the block with counter (⌊i/4⌋, stream) under the key seed.
 */
public sealed interface Random extends Op {
    /** key -> numbers of {@code distribution} in {@code shape}. */
    record Draw(Distribution distribution, Shape shape) implements Random {
        @Override
        public String name() {
            return "random_" + distribution.label();
        }
    }

    /** What is drawn. */
    enum Distribution {
        /** Each U32 with equal probability: Philox's words. */
        BITS,
        /** F32, (word ≫ 8) · 2⁻²⁴, in [0, 1). */
        UNIFORM,
        /**
         * F32, Box-Muller on the word pairs (w₀, w₁) of a block, in double: ρ = √(-2 ln((w₀ + 1)·2⁻³²)), θ = 2π w₁·2⁻³²; the even element is ρ cos θ, the odd
         * ρ sin θ, with the bits of {@link dev.gatun.random.Philox#normal}.
         */
        NORMAL;

        /** Returns the name that messages and plans print. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
