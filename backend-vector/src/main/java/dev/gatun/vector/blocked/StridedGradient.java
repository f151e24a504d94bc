package dev.gatun.vector.blocked;

import dev.gatun.spi.Layout;
import dev.gatun.vector.Native;
import dev.gatun.vector.Simd;
import dev.gatun.vector.Workers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The gradient in x of a convolution with strides, with G = 1, which is the transposed convolution as well:
 *
 * <pre>dx[n, ic, ih, iw] = max(lo, bias[ic] + Σ dy[n, oc, oh, ow] · w[oc, ic, kh, kw] + residual[n, ic, ih, iw])   over oc and all
 *                     oh, kh, ow, kw with ih + PH = oh·SH + kh·DH and iw + PW = ow·SW + kw·DW</pre>
 *
 * <p>With ih + PH = a·SH + r the places kh that meet it have kh·DH ≡ r modulo SH, and oh = a - ⌊kh·DH / SH⌋: the rows, and likewise the columns, fall into
 * SH · SW phases, each of which is a convolution of stride 1 of dy with a part of the places (Shi et al., <i>Real-Time Single Image and Video
 * Super-Resolution Using an Efficient Sub-Pixel Convolutional Neural Network</i>, 2016). No product with zero is computed, and no sum is scattered: a phase of
 * some rows is computed in one piece, then spread over its columns of dx.
 */
final class StridedGradient implements ConvMethod {
    /** Pixels of a phase that share one pass over the weights. */
    private static final int PIXELS = 192;

    private final ConvShape s;
    private final float lo;
    private final int inputPlanes;
    private final int outputBlocks;
    private final int panels;
    private final Axis height;
    private final Axis width;
    private final int rows;
    private final int images;
    private final int blocks;
    private final long rowBytes;
    private final long imageBytes;
    private final long planeBytes;
    private final Phase[] phases;
    private final Workers.FrameTask task = this::part;

    /**
     * One axis of dx, cut into cells of S places.
     *
     * @param first the first cell that has places inside of dx
     * @param cells how many cells have
     * @param reach how many cells a place may be away from what it reads
     */
    private record Axis(int I, int S, int P, int K, int D, int first, int cells, int reach) {
        static Axis of(int I, int S, int P, int K, int D) {
            return new Axis(I, S, P, K, D, P / S, (I - 1 + P) / S - P / S + 1, (K - 1) * D / S);
        }

        /** Returns the first cell whose place {@code phase} is inside of dx. */
        int from(int phase) {
            return Math.ceilDiv(P - phase, S);
        }

        /** Returns the cell behind the last whose place {@code phase} is inside. */
        int to(int phase) {
            return Math.floorDiv(I - 1 + P - phase, S) + 1;
        }

        boolean meets(int k, int phase) {
            return k * D % S == phase;
        }
    }

    /**
     * The places of dx at (r, c) in their cells.
     *
     * @param terms how many terms their sums have
     * @param before terms of the phases before
     * @param taps offset of each term
     * @param pixels offset of each place of a block
     */
    private record Phase(int r, int c, int terms, long before, MemorySegment taps, MemorySegment pixels) { }

    StridedGradient(ConvShape shape, boolean relu) {
        s = shape;
        lo = relu ? 0 : Finish.NO_BOUND;
        inputPlanes = Panel.blocks(s.OC());
        outputBlocks = Panel.blocks(s.IC());
        panels = Panel.count(outputBlocks);
        height = Axis.of(s.IH(), s.SH(), s.PH(), s.KH(), s.DH());
        width = Axis.of(s.IW(), s.SW(), s.PW(), s.KW(), s.DW());
        rows = equal(height.cells, PIXELS / width.cells);
        images = rows < height.cells ? 1 : equal(s.N(), PIXELS / (height.cells * width.cells));
        blocks = Math.ceilDiv(s.N(), images) * Math.ceilDiv(height.cells, rows);
        rowBytes = (width.cells + width.reach) * Simd.BYTES;
        imageBytes = (rows + height.reach) * rowBytes;
        planeBytes = images * imageBytes;
        phases = new Phase[s.SH() * s.SW()];
        long before = 0;
        for (int i = 0; i < phases.length; i++) {
            phases[i] = phase(i / s.SW(), i % s.SW(), before);
            before += phases[i].terms;
        }
    }

    /** Returns whether the offsets fit 32 bits, and the terms a tile. */
    static boolean suits(ConvShape s) {
        long columns = s.OW() + (s.KW() - 1L) * s.DW() + 1;
        long height = s.OH() + (s.KH() - 1L) * s.DH() + 1;
        return s.G() == 1 && (long) s.OC() * s.KH() * s.KW() <= Native.TERMS && (s.OC() + Simd.LANES) * columns * height < Integer.MAX_VALUE / Native.FLOAT / 4;
    }

    private static int equal(int n, int most) {
        return Math.ceilDiv(n, Math.ceilDiv(n, Math.clamp(most, 1, n)));
    }

    private Phase phase(int r, int c, long before) {
        int taps = s.KH() * s.KW();
        int places = 0;
        for (int tap = 0; tap < taps; tap++) {
            places += height.meets(tap / s.KW(), r) && width.meets(tap % s.KW(), c) ? 1 : 0;
        }
        MemorySegment offsets = Arena.ofAuto().allocate(4L * Math.max(1, places * s.OC()), 64);
        int k = 0;
        for (int first = 0; first < s.OC(); first += Simd.LANES) {
            for (int tap = taps - 1; tap >= 0; tap--) {                // as the weights are packed
                int kh = tap / s.KW();
                int kw = tap % s.KW();
                if (height.meets(kh, r) && width.meets(kw, c)) {
                    long at = first / Simd.LANES * planeBytes + (height.reach - kh * s.DH() / s.SH()) * rowBytes
                            + (width.reach - kw * s.DW() / s.SW()) * Simd.BYTES;
                    for (int oc = first; oc < Math.min(s.OC(), first + Simd.LANES); oc++) {
                        offsets.setAtIndex(ValueLayout.JAVA_INT, k++, Math.toIntExact(at + (oc - first) * Native.FLOAT));
                    }
                }
            }
        }
        int columns = columns(c);
        int high = images > 1 ? height.to(r) - height.from(r) : rows;
        MemorySegment pixels = Arena.ofAuto().allocate(8L * Math.max(1, images * high * columns), 64);
        for (int q = 0; q < images * high * columns; q++) {
            pixels.setAtIndex(ValueLayout.JAVA_LONG, q, q / (high * columns) * imageBytes + q / columns % high * rowBytes
                    + (width.from(c) - width.first + q % columns) * Simd.BYTES);
        }
        return new Phase(r, c, k, before, offsets, pixels);
    }

    private int columns(int c) {
        return width.to(c) - width.from(c);
    }

    @Override
    public String name() {
        return "conv backward data " + s.KH() + "x" + s.KW() + ", " + phases.length + " phases, tiles 6x" + Panel.BLOCKS * Simd.LANES;
    }

    @Override
    public Layout source() {
        return Blocked.NATIVE;
    }

    @Override
    public PackedWeights weights() {
        return new PackedWeights(PackedWeights.Order.GRADIENT_BLOCKS, s.SH(), s.SW(), s.DH(), s.DW());
    }

    @Override
    public long scratchBytes(int threads) {
        return threads * areaBytes();
    }

    /** What a worker needs: a panel of a phase, and rows of dy; workers do not share lines of the cache. */
    private long areaBytes() {
        return Math.ceilDiv(offsetOfInput() + inputPlanes * planeBytes, 128L) * 128;
    }

    private long phasePlane() {
        return (long) images * rows * width.cells * Simd.BYTES;
    }

    private long offsetOfInput() {
        return Panel.BLOCKS * phasePlane();
    }

    @Override
    public void run(long frame, Workers workers) {
        if (s.isSmall()) {
            part(frame, 0, 1);
        } else {
            workers.run(task, frame);
        }
    }

    /** A grid of workers: each computes some blocks of rows and some of their panels. */
    private void part(long frame, int worker, int workers) {
        int columns = panelParts(workers);
        int gridRows = workers / columns;
        int gridRow = worker / columns;
        if (gridRow >= gridRows) {
            return;
        }
        int firstPanel = (int) Workers.share(panels, worker % columns, columns);
        int lastPanel = (int) Workers.share(panels, worker % columns + 1, columns);
        long area = ConvFrame.scratch(frame) + worker * areaBytes();
        int high = Math.ceilDiv(height.cells, rows);
        int last = (int) Workers.share(blocks, gridRow + 1, gridRows);
        for (int block = (int) Workers.share(blocks, gridRow, gridRows); block < last; block++) {
            int n = block / high * images;
            block(frame, n, Math.min(images, s.N() - n), height.first + block % high * rows, firstPanel, lastPanel, area);
        }
    }

    /** Returns into how many parts the panels are cut, so that the slowest cell of the grid costs least; the more the better, for the weights' sake. */
    private int panelParts(int workers) {
        long best = Long.MAX_VALUE;
        int parts = 1;
        for (int candidate = 1; candidate <= Math.min(workers, panels); candidate++) {
            long cost = (long) Math.ceilDiv(panels, candidate) * Math.ceilDiv(blocks, workers / candidate);
            if (cost <= best) {
                best = cost;
                parts = candidate;
            }
        }
        return parts;
    }

    /** Computes the cells from {@code a} on, of {@code count} images from {@code n} on. */
    private void block(long frame, int n, int count, int a, int firstPanel, int lastPanel, long area) {
        int end = Math.min(a + rows, height.first + height.cells);
        long plane = s.OH() * (s.OW() * Simd.BYTES);
        long input = area + offsetOfInput();
        for (int i = 0; i < count; i++) {
            for (int p = 0; p < inputPlanes; p++) {
                PaddedRows.copy(1, s.OH(), s.OW(), a - height.reach, rows + height.reach, width.first - width.reach, width.cells + width.reach, Simd.BYTES,
                        ConvFrame.x(frame) + ((long) (n + i) * inputPlanes + p) * plane, input + p * planeBytes + i * imageBytes);
            }
        }
        long wEnd = ConvFrame.w(frame) + (long) outputBlocks * s.OC() * s.KH() * s.KW() * Simd.BYTES;
        for (int panel = firstPanel; panel < lastPanel; panel++) {
            int first = Panel.first(panel, outputBlocks);
            int vectors = Panel.first(panel + 1, outputBlocks) - first;
            long w = ConvFrame.w(frame) + (long) first * s.OC() * s.KH() * s.KW() * Simd.BYTES;
            for (Phase phase : phases) {
                int from = Math.max(a, height.from(phase.r));
                int high = Math.min(end, height.to(phase.r)) - from;
                int wide = columns(phase.c);
                if (high <= 0 || wide <= 0) {
                    continue;
                }
                Panel.run(count * high * wide, vectors, input + (from - a) * rowBytes, phase.pixels.address(), phase.taps.address(), phase.terms,
                        w + phase.before * vectors * Simd.BYTES, wEnd, area, phasePlane(), 0, ConvFrame.bias(frame) + first * Simd.BYTES, 0, Finish.NO_BOUND);
                long row = (long) from * s.SH() + phase.r - s.PH();
                for (int i = 0; i < count; i++) {
                    for (int v = 0; v < vectors; v++) {
                        long dx = ConvFrame.y(frame) + (((long) (n + i) * outputBlocks + first + v) * s.IH() + row) * s.IW() * Simd.BYTES;
                        spread(high, wide, area + v * phasePlane() + (long) i * high * wide * Simd.BYTES,
                                dx + ((long) width.from(phase.c) * s.SW() + phase.c - s.PW()) * Simd.BYTES);
                    }
                }
            }
            finish(frame, n, count, a, end, first, vectors);
        }
    }

    /** Copies rows of {@code wide} neighbours to every SH-th row and every SW-th place of dx. */
    private void spread(int high, int wide, long src, long dst) {
        for (int i = 0; i < high; i++) {
            long to = dst;
            for (int j = 0; j < wide; j++) {
                Native.store(to, Native.load(src));
                src += Simd.BYTES;
                to += s.SW() * Simd.BYTES;
            }
            dst += s.SH() * s.IW() * Simd.BYTES;
        }
    }

    private void finish(long frame, int n, int count, int a, int end, int first, int vectors) {
        long residual = ConvFrame.residual(frame);
        int top = Math.max(0, a * s.SH() - s.PH());
        int pixels = (Math.min(s.IH(), end * s.SH() - s.PH()) - top) * s.IW();
        long plane = s.IH() * (s.IW() * Simd.BYTES);
        for (int i = 0; i < count; i++) {
            long at = ((long) (n + i) * outputBlocks + first) * plane + top * s.IW() * Simd.BYTES;
            Finish.run(pixels, vectors, ConvFrame.y(frame) + at, plane, residual == 0 ? 0 : residual + at, lo);
        }
    }
}
