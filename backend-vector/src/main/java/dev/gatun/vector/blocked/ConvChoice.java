package dev.gatun.vector.blocked;

import dev.gatun.vector.NarrowConv;
import dev.gatun.vector.Simd;
import java.util.Optional;

/**
 * Chooses how a convolution is computed:
 *
 * <pre>
 * groups = channels in = channels out      {@link DepthwiseConv}
 * other groups                             declined
 * few channels in and out                  declined: {@link NarrowConv}
 * less than half a block of channels in     {@link DirectConv} over the row-major image
 * 3x3, stride 1, dense                     {@link WinogradConv} with m = 4 or m = 2 if that is clearly cheaper
 * all others                               {@link DirectConv}
 * gradient in x                            {@link StridedGradient}, or with stride 1 the convolution of dy that it is
 * gradient in the weights                  {@link WinogradBackwardWeights} where it is cheaper than {@link BackwardWeightsConv}
 * </pre>
 *
 * <p>{@code -Dgatun.winograd=off} forbids Winograd's algorithm, whose rounding errors are of the same size as, but other than, the direct convolution's.
 */
final class ConvChoice {
    /** So few channels that they would leave half of a block empty are read row-major. */
    private static final int FEW_CHANNELS = Math.max(4, Simd.LANES / 2);

    /** What a gradient may take of memory for transformed weights: 512 by 512 channels take 36 MiB. */
    private static final long MOST_TRANSFORMED_BYTES = 64 << 20;

    /**
     * Multiply-adds in the time that one weight takes from memory: 117 against 12 G/s, measured on the last layers of ResNet-50. No weight is still in a cache
     * when the next call wants it: those of a whole network are larger.
     */
    private static final long WEIGHT_FROM_MEMORY = 9;

    /** What Winograd's algorithm must cost less than, in parts of the direct convolution's cost, to be worth weights that are 1.8 or 4 times as large. */
    private static final double CLEARLY_CHEAPER = .75;

    private ConvChoice() {
    }

    /** Returns the method for {@code s}, or empty if there is none. */
    static Optional<ConvMethod> of(ConvShape s, boolean relu, int threads) {
        if (s.G() > 1 && s.G() == s.IC() && s.OC() == s.IC()) {
            return Optional.of(new DepthwiseConv(s, relu));
        }
        if (!DirectConv.suits(s) || isNarrow(s)) {
            return Optional.empty();
        }
        if (hasFewChannels(s)) {
            return Optional.of(new DirectConv(s, true, relu));
        }
        if (WinogradConv.suits(s) && isWinogradAllowed()) {
            int m = winogradCost(s, 4) <= winogradCost(s, 2) ? 4 : 2;
            if (winogradCost(s, m) < CLEARLY_CHEAPER * directCost(s)) {
                return Optional.of(new WinogradConv(s, m, relu, threads));
            }
        }
        return Optional.of(new DirectConv(s, false, relu));
    }

    /**
     * Returns the method for the gradient in x of {@code s}, or empty: {@link StridedGradient}, or where the stride is 1 that of the convolution of dy which
     * the gradient is. Where most of what the kernel sees lies outside of dy, that would multiply zeros.
     */
    static Optional<ConvMethod> ofGradient(ConvShape s, boolean relu, int threads) {
        if (!canBeTrained(s) || hasFewChannels(s)) {
            return Optional.empty();
        }
        if (s.SH() > 1 || s.SW() > 1) {
            return StridedGradient.suits(s) ? Optional.of(new StridedGradient(s, relu)) : Optional.empty();
        }
        ConvShape t = s.gradient();
        boolean dense = !hasFewChannels(t) && t.PH() >= 0 && t.PW() >= 0 && (long) t.OH() * t.OW() <= 2L * s.OH() * s.OW();
        return dense ? of(t, relu, threads) : Optional.empty();
    }

    /** Returns whether {@link WinogradBackwardWeights} is the cheaper method for the gradient in the weights; the transform of each back costs some 6. */
    static boolean isWinogradCheaperForWeights(ConvShape s) {
        if (!WinogradConv.suits(s) || hasFewChannels(s) || !isWinogradAllowed()) {
            return false;
        }
        long tiles = (long) s.N() * Math.ceilDiv(s.OH(), 4) * Math.ceilDiv(s.OW(), 4);
        long weights = 36L * s.IC() * s.OC();
        long direct = 9L * s.IC() * s.OC() * s.N() * s.OH() * s.OW();
        return weights * Float.BYTES <= MOST_TRANSFORMED_BYTES && weights * (tiles + 6) + tiles * 300 * (s.IC() + s.OC()) < direct;
    }

    /** Returns whether weights that change from call to call are worth blocks of channels: all are full, or the input is read row-major. */
    static boolean canBeTrained(ConvShape s) {
        return DirectConv.suits(s) && s.OC() % Simd.LANES == 0 && (s.IC() % Simd.LANES == 0 || hasFewChannels(s));
    }

    /** Returns whether channels would leave the most of blocks empty: {@link NarrowConv} is faster, row-major. */
    private static boolean isNarrow(ConvShape s) {
        return NarrowConv.suits(s.IC(), s.OC(), s.OW()) && !s.isPointwise() && s.OC() % Simd.LANES != 0;
    }

    /** Returns whether the image is read row-major. */
    static boolean hasFewChannels(ConvShape s) {
        return s.IC() <= FEW_CHANNELS;
    }

    /** Returns the cost in multiply-adds: those of the sums, and the weights on their way from memory. */
    private static long directCost(ConvShape s) {
        long weights = 9L * s.IC() * s.OC();
        return weights * ((long) s.N() * s.OH() * s.OW() + WEIGHT_FROM_MEMORY);
    }

    /** The same for tiles of m x m, and their transforms: an input or output channel of a tile takes as long as some 300 (m = 2: 100) multiply-adds. */
    private static long winogradCost(ConvShape s, int m) {
        long tiles = (long) s.N() * Math.ceilDiv(s.OH(), m) * Math.ceilDiv(s.OW(), m);
        long weights = (m + 2L) * (m + 2) * s.IC() * s.OC();
        long transforms = (m == 4 ? 300L : 100L) * (s.IC() + s.OC());
        return weights * (tiles + WEIGHT_FROM_MEMORY) + tiles * transforms;
    }

    private static boolean isWinogradAllowed() {
        String policy = System.getProperty("gatun.winograd", "on");
        return switch (policy) {
            case "on" -> true;
            case "off" -> false;
            default -> throw new IllegalArgumentException("gatun.winograd=" + policy + ": must be on or off");
        };
    }
}
