package dev.gatun.onednn;

import java.util.function.Predicate;

/**
 * Which convolutions oneDNN's implementations get wrong, seen in version 3.11; planes are those of images of three axes.
 *
 * <pre>
 * y     with a stride into one column of results, by kernels of batched products or AMX tiles: they read memory that nobody wrote
 *       of one plane under a kernel of several, by the same: likewise, or they end the process
 *       of 8-bit integers in groups of more results than a block, by the same: sums are corrected by those of another group's weights
 * dx    without strides, where an element of x meets none of y: they end the process
 * dw    of fewer planes than the kernel has, or hardly more, for several results, but on AMX tiles: sums are wrong, or written outside of dw,
 *       which ends the process
 *       of narrow types with a stride into one column of results, likewise: a NaN that the workspace held comes through
 * </pre>
 */
final class ConvFaults {
    private static final int PLANES = 3;
    private static final int BLOCK = 16;

    private ConvFaults() {
    }

    /** Tells by its name whether an implementation of y is right. @param scales of x and w */
    static Predicate<String> forward(ConvShape shape, Scales scales) {
        boolean isWrong = isStridedColumn(shape) || isPlaneUnderDeepKernel(shape) || isOfLargeGroups(shape) && isCorrected(shape, scales);
        return name -> !isWrong || !name.startsWith("brg") && !name.contains("amx");
    }

    /** Returns whether oneDNN's gradients in x, and transposed convolutions, are right. */
    static boolean isDataRight(ConvShape shape) {
        return !shape.geometry().strides().all(1) || shape.everyElementMeetsY();
    }

    /** Tells by its name whether an implementation of dw is right. */
    static Predicate<String> weights(ConvShape shape) {
        boolean isWrong = isUnderDeepKernel(shape) || shape.type() != DataType.F32 && isStridedColumn(shape);
        return name -> !isWrong || name.startsWith("brgconv_bwd_w");
    }

    private static boolean isOfLargeGroups(ConvShape shape) {
        int groups = shape.geometry().groups();
        return groups > 1 && shape.y().shape().dim(1) / groups > BLOCK;
    }

    /** Returns whether sums of 8-bit integers are corrected by sums of weights: for a zero of x that may be another than 0, and for signed x. */
    private static boolean isCorrected(ConvShape shape, Scales scales) {
        return scales.isPresent() && (!scales.centered() || shape.type() == DataType.I8);
    }

    private static boolean isStridedColumn(ConvShape shape) {
        int last = shape.geometry().spatialRank() - 1;
        return shape.y().shape().dim(2 + last) == 1 && shape.geometry().strides().get(last) > 1;
    }

    private static boolean isPlaneUnderDeepKernel(ConvShape shape) {
        return hasPlanes(shape) && shape.x().shape().dim(2) == 1 && shape.w().shape().dim(2) > 1;
    }

    /** Returns whether a kernel that begins within the first stride of x reaches beyond it. */
    private static boolean isUnderDeepKernel(ConvShape shape) {
        int reach = shape.geometry().dilations().get(0) * (shape.w().shape().dim(2) - 1) + shape.geometry().strides().get(0);
        return hasPlanes(shape) && shape.x().shape().dim(2) < reach && shape.y().shape().dim(2) > 1;
    }

    private static boolean hasPlanes(ConvShape shape) {
        return shape.geometry().spatialRank() == PLANES;
    }
}
