package dev.gatun.vector.blocked;

import static dev.gatun.vector.Native.ALL;
import static dev.gatun.vector.Native.ORDER;
import static dev.gatun.vector.Simd.F32;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.gatun.spi.Layout;
import dev.gatun.vector.Simd;
import dev.gatun.vector.Workers;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The convolution in which each channel sees itself only (G = IC = OC):
 *
 * <pre>y[n, c, oh, ow] = max(lo, bias[c] + Σ x[n, c, oh·SH + kh·DH - PH, ow·SW + kw·DW - PW] · w[c, kh, kw] + residual[n, c, oh, ow])</pre>
 *
 * <p>A vector is a block of channels of one pixel, so there is nothing to broadcast: a term is a load and a multiply-add. Rows are copied with zeros around
 * them where the kernel sees outside, as {@link DirectConv} does.
 */
final class DepthwiseConv implements ConvMethod {
    /** What the input of a block of rows may take: part of the first-level cache. */
    private static final long INPUT_BYTES = 24 << 10;

    private final ConvShape s;
    private final float lo;
    private final int blocks;
    private final boolean padded;
    private final int rows;
    private final long rowBytes;
    private final MemorySegment taps;
    private final MemorySegment pixels;
    private final Workers.FrameTask task = this::part;

    DepthwiseConv(ConvShape shape, boolean relu) {
        s = shape;
        lo = relu ? 0 : Finish.NO_BOUND;
        blocks = Panel.blocks(s.OC());
        padded = s.seesOutside();
        rows = rowsOfABlock();
        rowBytes = (padded ? s.columnsSeen() : s.IW()) * Simd.BYTES;
        // The terms of one channel are those of a convolution with one channel; all channels of a block lie at the same distance.
        var channel = new ConvShape(1, 1, s.IH(), s.IW(), 1, s.OH(), s.OW(), s.KH(), s.KW(), s.SH(), s.SW(), s.PH(), s.PW(), s.DH(), s.DW(), 1);
        taps = Taps.table(channel, Simd.LANES, rowBytes, 0);
        pixels = Taps.pixels(s, rows, Simd.LANES, rowBytes);
    }

    /** Returns whether an image of one block can be counted in ints. */
    static boolean suits(ConvShape s) {
        long columns = Math.max(s.IW(), s.columnsSeen());
        long height = Math.max(s.IH(), s.rowsSeen(s.OH()));
        return columns * height < Integer.MAX_VALUE / Simd.BYTES;
    }

    private int rowsOfABlock() {
        int most = s.OH();
        while (most > 1 && s.rowsSeen(most) * s.columnsSeen() * Simd.BYTES > INPUT_BYTES) {
            most = Math.ceilDiv(most, 2);
        }
        return most;
    }

    @Override
    public String name() {
        return "conv depthwise " + s.KH() + "x" + s.KW();
    }

    @Override
    public Layout source() {
        return Blocked.NATIVE;
    }

    @Override
    public PackedWeights weights() {
        return new PackedWeights(PackedWeights.Order.DEPTHWISE);
    }

    @Override
    public long scratchBytes(int threads) {
        return threads * areaBytes();
    }

    private long areaBytes() {
        return padded ? (s.rowsSeen(rows) * rowBytes + 127) / 128 * 128 : 0;
    }

    @Override
    public void run(long frame, Workers workers) {
        if (s.isSmall()) {
            part(frame, 0, 1);
        } else {
            workers.run(task, frame);
        }
    }

    private void part(long frame, int worker, int workers) {
        int strips = Math.ceilDiv(s.OH(), rows);                        // item = (image · blocks + block) · strips + strip
        long items = (long) s.N() * blocks * strips;
        long area = ConvFrame.scratch(frame) + worker * areaBytes();
        long last = Workers.share(items, worker + 1, workers);
        for (long item = Workers.share(items, worker, workers); item < last; item++) {
            long plane = item / strips;
            int oh = (int) (item % strips) * rows;
            strip(frame, plane, (int) (plane % blocks), oh, Math.min(rows, s.OH() - oh), area);
        }
    }

    private void strip(long frame, long plane, int block, int oh, int count, long area) {
        long src = ConvFrame.x(frame) + plane * s.IH() * (s.IW() * Simd.BYTES);
        if (padded) {
            PaddedRows.copy(1, s.IH(), s.IW(), oh * s.SH() - s.PH(), s.rowsSeen(count), -s.PW(), s.columnsSeen(), Simd.BYTES, src, area);
            src = area;
        } else {
            src += oh * s.SH() * rowBytes;
        }
        int K = s.KH() * s.KW();
        long offset = (plane * s.OH() + oh) * (s.OW() * Simd.BYTES);
        long y = ConvFrame.y(frame) + offset;
        row(count * s.OW(), src, pixels.address(), taps.address(), K, ConvFrame.w(frame) + block * K * Simd.BYTES, y,
                ConvFrame.bias(frame) + block * Simd.BYTES);
        Finish.run(count * s.OW(), 1, y, 0, ConvFrame.residual(frame) == 0 ? 0 : ConvFrame.residual(frame) + offset, lo);
    }

    /** Eight pixels at a time (8 accumulators: the latency of a multiply-add on two units), then one by one. */
    private static void row(int count, long src, long pixels, long taps, int K, long w, long y, long init) {
        int q = 0;
        for (; q <= count - 8; q += 8) {
            FloatVector c0 = fromMemorySegment(F32, ALL, init, ORDER);
            FloatVector c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0;
            long x0 = src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 8L * q);
            long x1 = src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 8L * q + 8);
            long x2 = src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 8L * q + 16);
            long x3 = src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 8L * q + 24);
            long x4 = src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 8L * q + 32);
            long x5 = src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 8L * q + 40);
            long x6 = src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 8L * q + 48);
            long x7 = src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 8L * q + 56);
            for (int k = 0; k < K; k++) {
                long tap = ALL.get(JAVA_INT_UNALIGNED, taps + 4L * k);
                FloatVector weight = fromMemorySegment(F32, ALL, w + k * Simd.BYTES, ORDER);
                c0 = weight.fma(fromMemorySegment(F32, ALL, x0 + tap, ORDER), c0);
                c1 = weight.fma(fromMemorySegment(F32, ALL, x1 + tap, ORDER), c1);
                c2 = weight.fma(fromMemorySegment(F32, ALL, x2 + tap, ORDER), c2);
                c3 = weight.fma(fromMemorySegment(F32, ALL, x3 + tap, ORDER), c3);
                c4 = weight.fma(fromMemorySegment(F32, ALL, x4 + tap, ORDER), c4);
                c5 = weight.fma(fromMemorySegment(F32, ALL, x5 + tap, ORDER), c5);
                c6 = weight.fma(fromMemorySegment(F32, ALL, x6 + tap, ORDER), c6);
                c7 = weight.fma(fromMemorySegment(F32, ALL, x7 + tap, ORDER), c7);
            }
            long to = y + q * Simd.BYTES;
            c0.intoMemorySegment(ALL, to, ORDER);
            c1.intoMemorySegment(ALL, to + Simd.BYTES, ORDER);
            c2.intoMemorySegment(ALL, to + 2 * Simd.BYTES, ORDER);
            c3.intoMemorySegment(ALL, to + 3 * Simd.BYTES, ORDER);
            c4.intoMemorySegment(ALL, to + 4 * Simd.BYTES, ORDER);
            c5.intoMemorySegment(ALL, to + 5 * Simd.BYTES, ORDER);
            c6.intoMemorySegment(ALL, to + 6 * Simd.BYTES, ORDER);
            c7.intoMemorySegment(ALL, to + 7 * Simd.BYTES, ORDER);
        }
        for (; q < count; q++) {
            FloatVector c = fromMemorySegment(F32, ALL, init, ORDER);
            long x = src + ALL.get(JAVA_LONG_UNALIGNED, pixels + 8L * q);
            for (int k = 0; k < K; k++) {
                long tap = ALL.get(JAVA_INT_UNALIGNED, taps + 4L * k);
                c = fromMemorySegment(F32, ALL, w + k * Simd.BYTES, ORDER).fma(fromMemorySegment(F32, ALL, x + tap, ORDER), c);
            }
            c.intoMemorySegment(ALL, y + q * Simd.BYTES, ORDER);
        }
    }
}
