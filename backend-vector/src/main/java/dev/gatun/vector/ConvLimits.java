package dev.gatun.vector;

import dev.gatun.op.Convolution;
import dev.gatun.op.Ints;
import dev.gatun.spi.KernelRequest;
import java.util.stream.Stream;

/**
 * Which convolutions kernels are made for: those with elements, and with strides, paddings and dilations as networks have them. Kernels keep tables as long as
 * the strides, and one for each pair of them; they count places in 32 bits; oneDNN does not return. All others, whose results are tiny or padding, run on
 * reference loops.
 */
public final class ConvLimits {
    private static final long MOST_PHASES = 1 << 12;
    private static final int LARGEST = 1 << 14;

    private ConvLimits() {
    }

    /** Returns whether a request is for a convolution beyond the limits. */
    public static boolean exclude(KernelRequest request) {
        return request.root().filter(op -> op instanceof Convolution c && (!isUsual(c.geometry()) || isEmpty(request))).isPresent();
    }

    private static boolean isEmpty(KernelRequest request) {
        return Stream.concat(request.inputs().stream(), request.outputs().stream()).anyMatch(t -> t.elements() == 0);
    }

    private static boolean isUsual(Convolution.Geometry g) {
        double phases = g.strides().stream().asDoubleStream().reduce(1, (a, b) -> a * b);
        return phases <= MOST_PHASES && Stream.of(g.padBefore(), g.padAfter(), g.dilations()).allMatch(ConvLimits::areSmall);
    }

    private static boolean areSmall(Ints numbers) {
        return numbers.stream().allMatch(n -> n <= LARGEST);
    }
}
