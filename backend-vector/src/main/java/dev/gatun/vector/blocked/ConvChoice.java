package dev.gatun.vector.blocked;

import dev.gatun.vector.NarrowConv;
import dev.gatun.vector.Simd;
import dev.gatun.vector.Switch;
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
 * 4x4, stride 2, dense, four full blocks    {@link WinogradConv} of four phases if that is
 * all others                               {@link DirectConv}
 * gradient in x                            {@link StridedGradient}, {@link PhaseGradient} for 4x4 with stride 2 if that is clearly cheaper, or with
 *                                          stride 1 the convolution of dy that it is
 * gradient in the weights                  {@link WinogradBackwardWeights} where it is cheaper than {@link BackwardWeightsConv};
 *                                          {@link PointwiseBackwardWeights} of 1x1 over few pixels of one image
 * </pre>
 *
 * <p>{@code -Dgatun.winograd=off} forbids Winograd's algorithm, whose rounding errors are of the same size as, but other than, the direct convolution's.
 */
final class ConvChoice {
    /** So few channels that they would leave half of a block empty are read row-major. */
    private static final int FEW_CHANNELS = Math.max(4, Simd.LANES / 2);

    private static final int MANY_CHANNELS = 4 * Simd.LANES;

    /** What a gradient may take of memory for transformed weights: 512 by 512 channels take 36 MiB. */
    private static final long MOST_TRANSFORMED_BYTES = 64 << 20;

    /**
     * Multiply-adds in the time that one weight takes from memory: 117 against 12 G/s, measured on the last layers of ResNet-50. No weight is still in a cache
     * when the next call wants it: those of a whole network are larger.
     */
    private static final long WEIGHT_FROM_MEMORY = 9;

    /** What Winograd's algorithm must cost less than, in parts of the direct convolution's cost, to be worth weights that are 1.8 or 4 times as large. */
    private static final double CLEARLY_CHEAPER = .8;

    /**
     * What F(4x4) must cost less than, in parts of F(2x2)'s cost, to be worth weights that are 2.25 times as large: those of an image of 14 x 14 pixels, which
     * cost the same by either, are a fifth of all that ResNet-50 keeps.
     */
    private static final double CHEAPER = .95;

    private static final long TRANSFORM_4X2 = 200;

    private ConvChoice() {
    }

    /** Returns the method for {@code s}, or empty if there is none. */
    static Optional<ConvMethod> of(ConvShape s, boolean relu, int threads) {
        if (s.G() > 1 && s.G() == s.IC() && s.OC() == s.IC()) {
            return DepthwiseConv.suits(s) ? Optional.of(new DepthwiseConv(s, relu)) : Optional.empty();
        }
        if (!DirectConv.suits(s) || isNarrow(s)) {
            return Optional.empty();
        }
        if (hasFewChannels(s)) {
            return Optional.of(new DirectConv(s, true, relu));
        }
        return Optional.of(winograd(s).<ConvMethod>map(algorithm -> new WinogradConv(s, algorithm, relu, threads))
                .orElseGet(() -> new DirectConv(s, false, relu)));
    }

    /** Returns the algorithm that is clearly cheaper than the direct convolution, if one is. */
    private static Optional<Winograd> winograd(ConvShape s) {
        boolean phases = WinogradConv.suitsPhases(s) && hasManyChannels(s);
        if (!Switch.WINOGRAD.isOn() || !WinogradConv.suits(s) && !phases) {
            return Optional.empty();
        }
        Winograd best = phases ? Winograd.F4X2
                : winogradCost(s, Winograd.F4X3) <= CHEAPER * winogradCost(s, Winograd.F2X3) ? Winograd.F4X3 : Winograd.F2X3;
        return winogradCost(s, best) < CLEARLY_CHEAPER * directCost(s) ? Optional.of(best) : Optional.empty();
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
            if (PhaseGradient.suits(s) && hasManyChannels(s) && Switch.WINOGRAD.isOn() && phaseGradientCost(s) < CLEARLY_CHEAPER * directCost(s)) {
                return Optional.of(new PhaseGradient(s, relu, threads));
            }
            return StridedGradient.suits(s) ? Optional.of(new StridedGradient(s, relu)) : Optional.empty();
        }
        ConvShape t = s.gradient();
        boolean dense = !hasFewChannels(t) && t.PH() >= 0 && t.PW() >= 0 && (long) t.OH() * t.OW() <= 2L * s.OH() * s.OW();
        return dense ? of(t, relu, threads) : Optional.empty();
    }

    /** Returns the algorithm by which {@link WinogradBackwardWeights} is cheaper, if one is; the transform of each weight back costs some 9. */
    static Optional<Winograd> winogradForWeights(ConvShape s) {
        boolean phases = WinogradConv.suitsPhases(s) && hasManyChannels(s);
        if (!phases && !WinogradConv.suits(s) || hasFewChannels(s) || !Switch.WINOGRAD.isOn()) {
            return Optional.empty();
        }
        Winograd algorithm = phases ? Winograd.F4X2 : Winograd.F4X3;
        long tiles = (long) s.N() * algorithm.tiles(s);
        long weights = weights(s, algorithm);
        long direct = (long) s.KH() * s.KW() * s.IC() * s.OC() * s.N() * s.OH() * s.OW();
        long cost = weights * (tiles + 9) + tiles * transforms(s, algorithm);
        return weights * Float.BYTES <= MOST_TRANSFORMED_BYTES && cost < direct ? Optional.of(algorithm) : Optional.empty();
    }

    /** Returns whether weights that change from call to call are worth blocks of channels: all are full, or the input is read row-major. */
    static boolean canBeTrained(ConvShape s) {
        return DirectConv.suits(s) && s.OC() % Simd.LANES == 0 && (s.IC() % Simd.LANES == 0 || hasFewChannels(s));
    }

    /** Returns whether channels would leave the most of blocks empty: {@link NarrowConv} is faster, row-major. */
    private static boolean isNarrow(ConvShape s) {
        return NarrowConv.suits(s.IC(), s.OC(), s.OW()) && !s.isPointwise() && s.OC() % Simd.LANES != 0;
    }

    /** With fewer channels, phases gain little, and a GAN's training of few steps shows their rounding errors: losses differ by 1e-4 and more. */
    private static boolean hasManyChannels(ConvShape s) {
        return Math.min(s.IC(), s.OC()) >= MANY_CHANNELS;
    }

    /** Returns whether the image is read row-major. */
    static boolean hasFewChannels(ConvShape s) {
        return s.IC() <= FEW_CHANNELS;
    }

    /** Returns the cost in multiply-adds: those of the sums, and the weights on their way from memory. */
    private static long directCost(ConvShape s) {
        long weights = (long) s.KH() * s.KW() * s.IC() * s.OC();
        return weights * ((long) s.N() * s.OH() * s.OW() + WEIGHT_FROM_MEMORY);
    }

    /** The same for tiles, and their transforms. */
    private static long winogradCost(ConvShape s, Winograd algorithm) {
        long tiles = (long) s.N() * algorithm.tiles(s);
        return weights(s, algorithm) * (tiles + WEIGHT_FROM_MEMORY) + tiles * transforms(s, algorithm);
    }

    /** The same for {@link PhaseGradient}, whose tiles lie in the four phases of dx. */
    private static long phaseGradientCost(ConvShape s) {
        long tiles = (long) s.N() * Math.ceilDiv(s.IH(), 8) * Math.ceilDiv(s.IW(), 8);
        return weights(s, Winograd.F4X2) * (tiles + WEIGHT_FROM_MEMORY) + 4 * tiles * TRANSFORM_4X2 * (s.IC() + s.OC());
    }

    /** Returns the number of transformed weights. */
    private static long weights(ConvShape s, Winograd algorithm) {
        return (long) s.SH() * s.SW() * algorithm.places() * s.IC() * s.OC();
    }

    /** Returns what the transforms of a tile cost: an input or output channel takes as long as so many multiply-adds. */
    private static long transforms(ConvShape s, Winograd algorithm) {
        long channel = switch (algorithm) {
            case F2X3 -> 100;
            case F4X3 -> 300;
            case F4X2 -> TRANSFORM_4X2;
        };
        return channel * ((long) s.SH() * s.SW() * s.IC() + s.OC());
    }
}
