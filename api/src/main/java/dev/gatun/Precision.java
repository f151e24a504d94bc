package dev.gatun;

import java.util.Optional;

/**
 * In which element type the costly part of a float32 network is computed: a policy of compilation, not another network. Inputs, results, parameters,
 * optimizer state and losses stay float32 whatever is chosen.
 *
 * <pre>
 *         products and convolutions   between them             softmax, losses, sums, statistics, updates
 * F32     f32                         f32                      f32
 * BF16    bf16, summed in f32         bf16                     f32
 * F16     f16, summed in f32          f16                      f32
 * INT8    i8, summed in i32           f32                      f32
 * </pre>
 *
 * <p>A backend that lacks kernels for a type still gives right results, in float32 between casts or by reference loops; one that cannot compute in it at
 * all says so when it is chosen. What a backend is asked for is told in {@code docs/precision.md}.
 */
public enum Precision {
    /** As recorded. */
    F32(Optional.empty()),
    /** 8 exponent and 7 mantissa bits: the range of float32 with 2 to 3 decimal digits. For inference and training. */
    BF16(Optional.of(DType.BF16)),
    /** 5 exponent and 10 mantissa bits: more digits, but nothing beyond 65504. For inference. */
    F16(Optional.of(DType.F16)),
    /**
     * Products with frozen weights in 8-bit integers, their operands' ranges found at each call. For inference. With ranges found before, from samples, values
     * between products are 8 bits wide too: {@link dev.gatun.quantization.Quantization}.
     */
    INT8(Optional.empty());

    private final Optional<DType> narrow;

    Precision(Optional<DType> narrow) {
        this.narrow = narrow;
    }

    /** Returns the element type of products and of what lies between them, if it is not that in which the network was recorded. */
    public Optional<DType> narrow() {
        return narrow;
    }

    /** Returns the name that plans, messages and the command line use, e.g. {@code bf16}. */
    public String label() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
