package dev.gatun.vector.blocked;

import static dev.gatun.vector.Native.ADDRESS;
import static dev.gatun.vector.Native.ALL;
import static dev.gatun.vector.Native.ORDER;
import static dev.gatun.vector.Simd.F32;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.gatun.TensorType;
import dev.gatun.op.Normalization;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import dev.gatun.vector.ColdLoop;
import dev.gatun.vector.FrameKernel;
import dev.gatun.vector.Native;
import dev.gatun.vector.Simd;
import dev.gatun.vector.Workers;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;

/**
 * Batch normalization by the batch's own statistics and its gradient ({@link Normalization.BatchNorm}) over blocked images, a block of channels at a time:
 * a pixel is a vector, so statistics are sums lane by lane. A worker takes whole blocks.
 *
 * <p>Some hundred pixels at a time are summed up as floats while the cache holds them, and what comes out is added as doubles. The moments of such a part are
 * taken about a mean m̃ that need not be exact, and corrected by r = Σ(x - m̃); parts are joined by Chan's formula, so that numbers far from 0 lose nothing:
 *
 * <pre>M2 = Σ(x - m̃)² - r²/n,   μ = m̃ + r/n;   δ = μb - μa:   M2 = M2a + M2b + δ²·na·nb/(na + nb),   μ = μa + δ·nb/(na + nb)</pre>
 *
 * @param gradient whether (x, scale, mean, variance, dy) -> (dx, dscale, dbias) instead of (x, scale, bias) -> (y, mean, variance)
 */
record BlockedBatchNorm(boolean gradient, double epsilon, int N, int C, int pixels, Workers workers) implements FrameKernel {
    /** Pixels that are summed up as floats: 64 KiB at 16 lanes. */
    private static final int PART = 1024;

    /** Time of an element in additions. */
    private static final int COST = 4;

    /** Of a worker: four vectors, then two sums of doubles a lane. */
    private static final long AREA = 4 * Simd.BYTES + 2 * Simd.LANES * Double.BYTES;

    /** Returns the kernel for a normalization over a blocked image, or empty. */
    static Optional<Kernel> of(Normalization op, KernelRequest.Single request, Workers workers) {
        TensorType x = request.inputs().getFirst();
        if (!Blocked.suits(x) || x.elements() == 0) {
            return Optional.empty();
        }
        int N = x.shape().dim(0);
        int C = x.shape().dim(1);
        int pixels = Blocked.pixels(x.shape());
        return switch (op) {
            case Normalization.BatchNorm n -> Optional.of(new BlockedBatchNorm(false, n.epsilon(), N, C, pixels, workers));
            case Normalization.BatchNormBackward n -> Optional.of(new BlockedBatchNorm(true, n.epsilon(), N, C, pixels, workers));
            case Normalization.Standardize _, Normalization.StandardizeBackward _, Normalization.LocalResponseNorm _, Normalization.Softmax _,
                    Normalization.LogSoftmax _ -> Optional.empty();
        };
    }

    /** Returns short calls of the loops. @param zeros 4 KiB of zeros @param result 4 KiB that they write @param area 1 KiB of scratch memory */
    static List<ColdLoop> loops(long zeros, long result, long area) {
        return List.of(
            idle -> moments(zeros, 1, 0, idle ? 0 : 64, area),
            idle -> scale(zeros, result, idle ? 0 : 64, area),
            idle -> products(zeros, zeros, 1, 0, idle ? 0 : 64, area),
            idle -> slope(zeros, zeros, result, idle ? 0 : 64, area));
    }

    @Override
    public String name() {
        return "batch norm, blocks of " + Simd.LANES;
    }

    @Override
    public List<Layout> inputLayouts() {
        return gradient ? List.of(Blocked.NATIVE, Layout.PLAIN, Layout.PLAIN, Layout.PLAIN, Blocked.NATIVE)
                : List.of(Blocked.NATIVE, Layout.PLAIN, Layout.PLAIN);
    }

    @Override
    public List<Layout> outputLayouts() {
        return List.of(Blocked.NATIVE, Layout.PLAIN, Layout.PLAIN);
    }

    @Override
    public boolean inPlace(int operand, int result) {
        // A block's statistics are taken before its elements are written; the gradient reads x and dy at the place where it writes dx.
        return result == 0 && (operand == 0 || gradient && operand == 4);
    }

    @Override
    public int buffers() {
        return gradient ? 8 : 6;
    }

    @Override
    public boolean isParallel() {
        return C > Simd.LANES && COST * (long) N * C * pixels >= PARALLEL_ELEMENTS;
    }

    @Override
    public long scratchBytes() {
        return areaBytes() * (isParallel() ? workers.threads() : 1);
    }

    private static long areaBytes() {
        return Math.ceilDiv(AREA, 128L) * 128;
    }

    @Override
    public void run(long frame, int worker, int of) {
        long area = scratch(frame) + worker * areaBytes();
        int blocks = Panel.blocks(C);
        int last = (int) Workers.share(blocks, worker + 1, of);
        for (int block = (int) Workers.share(blocks, worker, of); block < last; block++) {
            if (gradient) {
                gradient(frame, block, area);
            } else {
                forward(frame, block, area);
            }
        }
    }

    private long imageBytes() {
        return Panel.blocks(C) * (pixels * Simd.BYTES);
    }

    /** Returns how many images a part spans; more than one only if they are small. */
    private int imagesOfAPart() {
        return Math.clamp(PART / pixels, 1, N);
    }

    private void forward(long frame, int block, long area) {
        long offset = block * (pixels * Simd.BYTES);
        long x = address(frame, 0) + offset;
        long sums = area + 4 * Simd.BYTES;
        int images = imagesOfAPart();
        long count = 0;
        for (int n = 0; n < N; n += images) {
            int several = Math.min(images, N - n);
            for (int p = 0; p < pixels; p += PART) {
                int length = Math.min(PART, pixels - p);
                moments(x + n * imageBytes() + p * Simd.BYTES, several, imageBytes(), length, area);
                join(area, count, (long) several * length, sums);
                count += (long) several * length;
            }
        }
        for (int c = 0; c < Simd.LANES; c++) {
            int channel = block * Simd.LANES + c;
            boolean exists = channel < C;
            double mean = getDouble(sums + 8L * c);
            double variance = getDouble(sums + 8L * (Simd.LANES + c)) / count;
            float factor = exists ? (float) (perChannel(frame, 1, channel) / Math.sqrt(variance + epsilon)) : 0;
            Native.putFloat(area + 4L * c, (float) mean);
            Native.putFloat(area + Simd.BYTES + 4L * c, factor);
            Native.putFloat(area + 2 * Simd.BYTES + 4L * c, exists ? perChannel(frame, 2, channel) : 0);
            if (exists) {
                Native.putFloat(address(frame, 4) + 4L * channel, (float) mean);
                Native.putFloat(address(frame, 5) + 4L * channel, (float) variance);
            }
        }
        for (int n = 0; n < N; n++) {
            scale(x + n * imageBytes(), address(frame, 3) + offset + n * imageBytes(), pixels, area);
        }
    }

    private float perChannel(long frame, int operand, int channel) {
        return Native.getFloat(address(frame, operand) + 4L * channel);
    }

    private static double getDouble(long address) {
        return ALL.get(ValueLayout.JAVA_DOUBLE_UNALIGNED, address);
    }

    private static void putDouble(long address, double value) {
        ALL.set(ValueLayout.JAVA_DOUBLE_UNALIGNED, address, value);
    }

    /** Writes m̃, r and Σ(x - m̃)² of {@code images} times {@code length} pixels to {@code area}. */
    private static void moments(long x, int images, long step, int length, long area) {
        FloatVector a = FloatVector.zero(F32);
        FloatVector b = FloatVector.zero(F32);
        FloatVector c = FloatVector.zero(F32);
        FloatVector d = FloatVector.zero(F32);
        for (int i = 0; i < images; i++) {
            long first = x + i * step & ADDRESS;
            int p = 0;
            for (; p <= length - 4; p += 4) {
                long at = first + Simd.BYTES * Integer.toUnsignedLong(p);
                a = a.add(fromMemorySegment(F32, ALL, at, ORDER));
                b = b.add(fromMemorySegment(F32, ALL, at + Simd.BYTES, ORDER));
                c = c.add(fromMemorySegment(F32, ALL, at + 2 * Simd.BYTES, ORDER));
                d = d.add(fromMemorySegment(F32, ALL, at + 3 * Simd.BYTES, ORDER));
            }
            for (; p < length; p++) {
                a = a.add(fromMemorySegment(F32, ALL, first + Simd.BYTES * Integer.toUnsignedLong(p), ORDER));
            }
        }
        a.add(b).add(c.add(d)).div((float) images * length).intoMemorySegment(ALL, area, ORDER);
        squares(x, images, step, length, area);
    }

    private static void squares(long x, int images, long step, int length, long area) {
        FloatVector mean = fromMemorySegment(F32, ALL, area, ORDER);
        FloatVector a = FloatVector.zero(F32);
        FloatVector b = FloatVector.zero(F32);
        FloatVector c = FloatVector.zero(F32);
        FloatVector d = FloatVector.zero(F32);
        FloatVector r = FloatVector.zero(F32);
        FloatVector s = FloatVector.zero(F32);
        for (int i = 0; i < images; i++) {
            long first = x + i * step & ADDRESS;
            int p = 0;
            for (; p <= length - 4; p += 4) {
                long at = first + Simd.BYTES * Integer.toUnsignedLong(p);
                FloatVector x0 = fromMemorySegment(F32, ALL, at, ORDER).sub(mean);
                FloatVector x1 = fromMemorySegment(F32, ALL, at + Simd.BYTES, ORDER).sub(mean);
                FloatVector x2 = fromMemorySegment(F32, ALL, at + 2 * Simd.BYTES, ORDER).sub(mean);
                FloatVector x3 = fromMemorySegment(F32, ALL, at + 3 * Simd.BYTES, ORDER).sub(mean);
                a = x0.fma(x0, a);
                b = x1.fma(x1, b);
                c = x2.fma(x2, c);
                d = x3.fma(x3, d);
                r = r.add(x0.add(x1));
                s = s.add(x2.add(x3));
            }
            for (; p < length; p++) {
                FloatVector x0 = fromMemorySegment(F32, ALL, first + Simd.BYTES * Integer.toUnsignedLong(p), ORDER).sub(mean);
                a = x0.fma(x0, a);
                r = r.add(x0);
            }
        }
        r.add(s).intoMemorySegment(ALL, area + Simd.BYTES, ORDER);
        a.add(b).add(c.add(d)).intoMemorySegment(ALL, area + 2 * Simd.BYTES, ORDER);
    }

    /** Joins the moments at {@code area}, of {@code n} pixels, to those of {@code before} pixels: means, then sums of squares. */
    private static void join(long area, long before, long n, long sums) {
        double share = (double) n / (before + n);
        for (int c = 0; c < Simd.LANES; c++) {
            double r = Native.getFloat(area + Simd.BYTES + 4L * c);
            double mean = Native.getFloat(area + 4L * c) + r / n;
            double squares = Math.max(0, Native.getFloat(area + 2 * Simd.BYTES + 4L * c) - r * r / n);
            long atMean = sums + 8L * c;
            long atSquares = sums + 8L * (Simd.LANES + c);
            if (before == 0) {
                putDouble(atMean, mean);
                putDouble(atSquares, squares);
            } else {
                double delta = mean - getDouble(atMean);
                putDouble(atMean, getDouble(atMean) + delta * share);
                putDouble(atSquares, getDouble(atSquares) + squares + delta * delta * share * before);
            }
        }
    }

    /** y = (x - mean) · factor + bias. */
    private static void scale(long x, long y, int count, long area) {
        FloatVector mean = fromMemorySegment(F32, ALL, area, ORDER);
        FloatVector factor = fromMemorySegment(F32, ALL, area + Simd.BYTES, ORDER);
        FloatVector bias = fromMemorySegment(F32, ALL, area + 2 * Simd.BYTES, ORDER);
        long firstX = x & ADDRESS;
        long firstY = y & ADDRESS;
        for (int p = 0; p < count; p++) {
            long at = Simd.BYTES * Integer.toUnsignedLong(p);
            fromMemorySegment(F32, ALL, firstX + at, ORDER).sub(mean).fma(factor, bias).intoMemorySegment(ALL, firstY + at, ORDER);
        }
    }

    private void gradient(long frame, int block, long area) {
        long offset = block * (pixels * Simd.BYTES);
        long x = address(frame, 0) + offset;
        long dy = address(frame, 4) + offset;
        long sums = area + 4 * Simd.BYTES;
        for (int c = 0; c < Simd.LANES; c++) {
            int channel = block * Simd.LANES + c;
            Native.putFloat(area + 4L * c, channel < C ? perChannel(frame, 2, channel) : 0);
            putDouble(sums + 8L * c, 0);
            putDouble(sums + 8L * (Simd.LANES + c), 0);
        }
        int images = imagesOfAPart();
        for (int n = 0; n < N; n += images) {
            for (int p = 0; p < pixels; p += PART) {
                long at = n * imageBytes() + p * Simd.BYTES;
                products(x + at, dy + at, Math.min(images, N - n), imageBytes(), Math.min(PART, pixels - p), area);
                for (int c = 0; c < 2 * Simd.LANES; c++) {
                    putDouble(sums + 8L * c, getDouble(sums + 8L * c) + Native.getFloat(area + Simd.BYTES + 4L * c));
                }
            }
        }
        double m = (double) N * pixels;
        for (int c = 0; c < Simd.LANES; c++) {
            int channel = block * Simd.LANES + c;
            boolean exists = channel < C;
            double r = exists ? 1 / Math.sqrt(perChannel(frame, 3, channel) + epsilon) : 0;
            double dbias = getDouble(sums + 8L * c);
            double dscale = getDouble(sums + 8L * (Simd.LANES + c)) * r;
            // dx = scale·r·(dy - dbias/m - (x - μ)·r·dscale/m)
            Native.putFloat(area + Simd.BYTES + 4L * c, (float) (dbias / m));
            Native.putFloat(area + 2 * Simd.BYTES + 4L * c, (float) (-r * dscale / m));
            Native.putFloat(area + 3 * Simd.BYTES + 4L * c, exists ? (float) (perChannel(frame, 1, channel) * r) : 0);
            if (exists) {
                Native.putFloat(address(frame, 6) + 4L * channel, (float) dscale);
                Native.putFloat(address(frame, 7) + 4L * channel, (float) dbias);
            }
        }
        for (int n = 0; n < N; n++) {
            long at = n * imageBytes();
            slope(x + at, dy + at, address(frame, 5) + offset + at, pixels, area);
        }
    }

    /** Writes Σ dy and Σ (x - mean) · dy behind the mean at {@code area}. */
    private static void products(long x, long dy, int images, long step, int length, long area) {
        FloatVector mean = fromMemorySegment(F32, ALL, area, ORDER);
        FloatVector a = FloatVector.zero(F32);
        FloatVector b = FloatVector.zero(F32);
        FloatVector c = FloatVector.zero(F32);
        FloatVector d = FloatVector.zero(F32);
        FloatVector r = FloatVector.zero(F32);
        FloatVector s = FloatVector.zero(F32);
        for (int i = 0; i < images; i++) {
            long firstX = x + i * step & ADDRESS;
            long firstDy = dy + i * step & ADDRESS;
            int p = 0;
            for (; p <= length - 4; p += 4) {
                long atX = firstX + Simd.BYTES * Integer.toUnsignedLong(p);
                long atDy = firstDy + Simd.BYTES * Integer.toUnsignedLong(p);
                FloatVector y0 = fromMemorySegment(F32, ALL, atDy, ORDER);
                FloatVector y1 = fromMemorySegment(F32, ALL, atDy + Simd.BYTES, ORDER);
                FloatVector y2 = fromMemorySegment(F32, ALL, atDy + 2 * Simd.BYTES, ORDER);
                FloatVector y3 = fromMemorySegment(F32, ALL, atDy + 3 * Simd.BYTES, ORDER);
                a = fromMemorySegment(F32, ALL, atX, ORDER).sub(mean).fma(y0, a);
                b = fromMemorySegment(F32, ALL, atX + Simd.BYTES, ORDER).sub(mean).fma(y1, b);
                c = fromMemorySegment(F32, ALL, atX + 2 * Simd.BYTES, ORDER).sub(mean).fma(y2, c);
                d = fromMemorySegment(F32, ALL, atX + 3 * Simd.BYTES, ORDER).sub(mean).fma(y3, d);
                r = r.add(y0.add(y1));
                s = s.add(y2.add(y3));
            }
            for (; p < length; p++) {
                long atX = firstX + Simd.BYTES * Integer.toUnsignedLong(p);
                long atDy = firstDy + Simd.BYTES * Integer.toUnsignedLong(p);
                FloatVector y0 = fromMemorySegment(F32, ALL, atDy, ORDER);
                a = fromMemorySegment(F32, ALL, atX, ORDER).sub(mean).fma(y0, a);
                r = r.add(y0);
            }
        }
        r.add(s).intoMemorySegment(ALL, area + Simd.BYTES, ORDER);
        a.add(b).add(c.add(d)).intoMemorySegment(ALL, area + 2 * Simd.BYTES, ORDER);
    }

    /**
     * dx = ((dy - meanDy) - (x - mean) · slope) · factor. Not multiplied out: what is near meanDy would lose its digits, and an infinite factor meet itself.
     */
    private static void slope(long x, long dy, long dx, int count, long area) {
        FloatVector mean = fromMemorySegment(F32, ALL, area, ORDER);
        FloatVector meanDy = fromMemorySegment(F32, ALL, area + Simd.BYTES, ORDER);
        FloatVector minusSlope = fromMemorySegment(F32, ALL, area + 2 * Simd.BYTES, ORDER);
        FloatVector factor = fromMemorySegment(F32, ALL, area + 3 * Simd.BYTES, ORDER);
        long firstX = x & ADDRESS;
        long firstDy = dy & ADDRESS;
        long firstDx = dx & ADDRESS;
        for (int p = 0; p < count; p++) {
            long at = Simd.BYTES * Integer.toUnsignedLong(p);
            FloatVector rest = fromMemorySegment(F32, ALL, firstDy + at, ORDER).sub(meanDy);
            fromMemorySegment(F32, ALL, firstX + at, ORDER).sub(mean).fma(minusSlope, rest).mul(factor).intoMemorySegment(ALL, firstDx + at, ORDER);
        }
    }
}
