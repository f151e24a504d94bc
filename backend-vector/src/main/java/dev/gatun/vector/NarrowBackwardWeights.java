package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;
import static dev.gatun.vector.Native.getFloat;
import static dev.gatun.vector.Native.getLong;
import static dev.gatun.vector.Native.load;
import static dev.gatun.vector.Native.putFloat;
import static dev.gatun.vector.Native.putLong;

/**
 * {@link ConvBackwardWeights} for few channels and stride 1, the first layers of small networks: columns of x would be copied more often than multiplied.
 *
 * <pre>dw[oc, ic, kh, kw] = Σ dy'[n, oc, q] · x'[n, ic, q + kh·DH·row + kw·DW]   over n and q</pre>
 *
 * <p>with x' the padded rows of x, one behind the other, and dy' those of dy at the same distances, with zeros behind each: so a weight is the dot product of
 * two runs of floats, over all rows of an image at once. {@link DotTile} makes those of six output channels and some taps of a row of the kernel together.
 * Images are dealt out to chunks, so many whoever computes them, each with sums of its own.
 *
 * <p>The zeros meet elements of x that the weight does not see, and 0 · ∞ is no number: of sums that are not finite, {@link #run} says so.
 *
 * <p>Immutable; a call allocates nothing; the number of workers changes no bit.
 */
final class NarrowBackwardWeights {
    /** What the rows of a strip take, unless one row of outputs needs more: a part of the second-level cache. */
    private static final long STRIP_BYTES = 96 << 10;

    /** What one row of outputs may need. */
    private static final long MOST_ROW_BYTES = 2 << 20;

    /** What the sums of a chunk may take. */
    private static final long MOST_SUM_BYTES = 1 << 20;

    /** With rows of the kernel and channels, there are enough parts for many workers. */
    private static final int MOST_CHUNKS = 4;

    private static final int COLUMNS = DotTile.COLUMNS;

    /** Output channels whose lanes are added up together. */
    private static final int REDUCED = 16;

    private static final long TILE_BYTES = DotTile.ROWS * COLUMNS * Simd.BYTES;
    private static final long FRAME_BYTES = 64;

    private final ConvGeometry g;
    private final Im2col im2col;
    private final int OH;
    private final int OW;
    private final int KH;
    private final int KW;
    private final int planes;
    private final int items;
    private final int chunks;
    private final int rows;
    private final long rowBytes;
    private final long channelBytes;
    private final long planeBytes;
    private final long sumBytes;
    private final Workers.FrameTask task = this::part;

    NarrowBackwardWeights(ConvGeometry geometry) {
        g = geometry;
        im2col = new Im2col(geometry);
        OH = geometry.height().O();
        OW = geometry.width().O();
        KH = geometry.height().K();
        KW = geometry.width().K();
        planes = Math.ceilDiv(geometry.OC(), COLUMNS) * COLUMNS;
        items = geometry.IC() * KH * planes / COLUMNS;
        chunks = Math.min(geometry.N(), MOST_CHUNKS);
        rowBytes = im2col.rowBytes();
        long border = (KH - 1L) * geometry.height().D() * geometry.IC() * rowBytes;
        rows = Math.clamp((STRIP_BYTES - border) / ((geometry.IC() + planes) * rowBytes), 1, OH);
        channelBytes = im2col.endRow((rows - 1) * OW) * rowBytes;
        planeBytes = Math.ceilDiv(rows * rowBytes, Simd.BYTES) * Simd.BYTES;
        sumBytes = Math.ceilDiv((long) geometry.IC() * KH * KW * planes * Simd.BYTES, 128L) * 128;
    }

    /** Returns whether this is the better way: few channels, two spatial axes at most, of stride 1, and kernels that are no wider than the output. */
    static boolean suits(ConvGeometry g) {
        if (!NarrowConv.suits(g) || g.N() == 0 || g.height().S() > 1 || g.width().S() > 1) {
            return false;
        }
        long beside = (g.width().K() - 1L) * g.width().D();
        long planes = g.OC() + COLUMNS;                              // or less
        return beside <= g.width().O() && NarrowConv.seenBytes(g) + planes * (g.width().O() + beside) * FLOAT <= MOST_ROW_BYTES
                && g.terms() * planes * Simd.BYTES <= MOST_SUM_BYTES;
    }

    String name() {
        return "conv backward weights " + KH + "x" + KW + ", along rows, tiles " + DotTile.ROWS + "x" + COLUMNS;
    }

    /** Returns the bytes of workspace that {@link #run} needs with a pool of {@code threads}. */
    long workspaceBytes(int threads) {
        return FRAME_BYTES + chunks * sumBytes + Math.max(threads * sliceBytes(), reducedBytes());
    }

    /** What a worker needs: a tile, channels of x, channels of dy and a vector behind them; workers do not share lines of the cache. */
    private long sliceBytes() {
        return Math.ceilDiv(TILE_BYTES + inputBytes() + planes * planeBytes + Simd.BYTES, 128L) * 128;
    }

    /** Channels of x: the taps of a row of the kernel begin up to a row later than the first, and end in a whole vector. */
    private long inputBytes() {
        return Math.ceilDiv(g.IC() * channelBytes + rowBytes, Simd.BYTES) * Simd.BYTES + 2 * Simd.BYTES;
    }

    private static long reducedBytes() {
        return REDUCED * Simd.BYTES + LaneSums.scratchBytes(REDUCED) + REDUCED * FLOAT;
    }

    /**
     * Computes dw; operands as {@link ConvBackwardWeights#run} has them.
     *
     * @return whether all of dw is finite; else some of it may be NaN where it should not be
     */
    boolean run(long x, long dy, long dw, long workspace, Workers workers) {
        putLong(workspace, x);
        putLong(workspace + 8, dy);
        Native.zero(workspace + FRAME_BYTES, chunks * sumBytes);
        workers.run(task, workspace);
        return store(workspace, dw);
    }

    /** A cell is an item, a row of the kernel of one channel of x for some channels of dy, of a chunk of images. */
    private void part(long frame, int worker, int workers) {
        long slice = frame + FRAME_BYTES + chunks * sumBytes + worker * sliceBytes();
        long last = Workers.share((long) chunks * items, worker + 1, workers);
        for (long cell = Workers.share((long) chunks * items, worker, workers); cell < last;) {
            int chunk = (int) (cell / items);
            int from = (int) (cell % items);
            int to = (int) Math.min(items, from + last - cell);
            int end = (int) Workers.share(g.N(), chunk + 1, chunks);
            Native.zero(slice, sliceBytes());                        // what is read and never written is the same for all workers
            for (int n = (int) Workers.share(g.N(), chunk, chunks); n < end; n++) {
                for (int oh = 0; oh < OH; oh += rows) {
                    strip(frame, n, oh, Math.min(rows, OH - oh), from, to, frame + FRAME_BYTES + chunk * sumBytes, slice);
                }
            }
            cell += to - from;
        }
    }

    /** Adds what rows {@code oh} .. {@code oh + high} of an image give to items {@code from} .. {@code to}. */
    private void strip(long frame, int n, int oh, int high, int from, int to, long sums, long slice) {
        long input = slice + TILE_BYTES;
        long output = input + inputBytes();
        int top = im2col.firstRow(oh * OW);
        int bottom = im2col.endRow((oh + high - 1) * OW);
        long channel = (bottom - top) * rowBytes;
        im2col.pad(getLong(frame) + (long) n * g.IC() * g.inputs() * FLOAT, g.IC(), top, bottom, input);
        spread(getLong(frame + 8) + ((long) n * g.OC() * OH + oh) * OW * FLOAT, high, output);
        long bytes = Math.ceilDiv(high * rowBytes, Simd.BYTES) * Simd.BYTES;
        long step = g.width().D() * FLOAT;
        int tiles = planes / COLUMNS;
        for (int item = from; item < to; item++) {
            int row = item / tiles;                                // ic · KH + kh
            long dy = output + item % tiles * COLUMNS * planeBytes;
            long x = input + row / KH * channel + row % KH * g.height().D() * rowBytes;
            long sum = sums + ((long) row * KW * planes + item % tiles * COLUMNS) * Simd.BYTES;
            for (int kw = 0; kw < KW;) {
                int taps = DotTile.run(KW - kw, bytes, x + kw * step, step, dy, planeBytes, slice);
                for (int i = 0; i < taps; i++) {
                    add(slice + i * COLUMNS * Simd.BYTES, sum + (kw + i) * (planes * Simd.BYTES));
                }
                kw += taps;
            }
        }
    }

    /** Copies {@code high} rows of the channels of dy to rows as long as those of x, with zeros behind. */
    private void spread(long dy, int high, long output) {
        int behind = (int) (rowBytes / FLOAT) - OW;
        for (int oc = 0; oc < g.OC(); oc++) {
            long src = dy + (long) oc * OH * OW * FLOAT;
            long end = src + (long) high * OW * FLOAT;
            long dst = output + oc * planeBytes;
            for (int row = 0; row < high; row++) {
                Im2col.copy(OW, src, end, dst);
                zero(dst + OW * FLOAT, behind);
                src += OW * FLOAT;
                dst += rowBytes;
            }
            zero(dst, (int) ((output + (oc + 1) * planeBytes - dst) / FLOAT));
        }
    }

    private static void zero(long dst, int floats) {
        for (int i = 0; i < floats; i++) {
            putFloat(dst + i * FLOAT, 0);
        }
    }

    private static void add(long src, long dst) {
        for (long i = 0; i < COLUMNS * Simd.BYTES; i += Simd.BYTES) {
            Native.store(dst + i, load(dst + i).add(load(src + i)));
        }
    }

    /** Adds up chunks and lanes; returns whether all sums are finite. */
    private boolean store(long frame, long dw) {
        long sums = frame + FRAME_BYTES;
        long area = sums + chunks * sumBytes;
        long results = area + REDUCED * Simd.BYTES + LaneSums.scratchBytes(REDUCED);
        int terms = g.terms();
        boolean finite = true;
        for (int k = 0; k < terms; k++) {
            for (int oc = 0; oc < g.OC(); oc += REDUCED) {
                int count = Math.min(REDUCED, g.OC() - oc);
                for (int i = 0; i < count; i++) {
                    long from = sums + ((long) k * planes + oc + i) * Simd.BYTES;
                    Native.store(area + i * Simd.BYTES, load(from));
                    for (int chunk = 1; chunk < chunks; chunk++) {
                        Native.store(area + i * Simd.BYTES, load(area + i * Simd.BYTES).add(load(from + chunk * sumBytes)));
                    }
                }
                LaneSums.run(count, area, area + REDUCED * Simd.BYTES, results);
                for (int i = 0; i < count; i++) {
                    float sum = getFloat(results + i * FLOAT);
                    finite &= Float.isFinite(sum);
                    putFloat(dw + ((long) (oc + i) * terms + k) * FLOAT, sum);
                }
            }
        }
        return finite;
    }
}
