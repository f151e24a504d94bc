package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;
import static dev.gatun.vector.Native.getFloat;
import static dev.gatun.vector.Native.getLong;
import static dev.gatun.vector.Native.putFloat;
import static dev.gatun.vector.Native.putInt;
import static dev.gatun.vector.Native.putLong;

/**
 * The convolution of few channels to few in plain NCHW, as the first layers of small networks are: channels fill no vector, so vectors run along the rows of
 * the output, and each value of x is used too seldom to pay for the columns of {@link Im2col}. Its padded rows are what is read: all terms of a row of output
 * read consecutive floats there, whatever padding, stride and dilation are.
 *
 * <p>{@link NarrowTile4} computes up to six channels of four vectors. The last vector of a row reaches into the next row, which is written after it; where
 * nothing is written after it, the tile is written elsewhere and copied.
 *
 * <p>Immutable; a call allocates nothing; the number of workers changes no bit.
 */
public final class NarrowConv {
    /** With more channels, matrix products or blocks of channels are as fast. */
    private static final int MOST_INPUTS = 8;
    private static final int MOST_OUTPUTS = 16;

    /** The same for channels of dy, where the other way adds columns onto dx. */
    private static final int MOST_GRADIENT_INPUTS = 32;

    /** What the padded rows that one row of outputs sees may take: offsets of terms have 31 bits. */
    private static final long MOST_BYTES = 64 << 20;

    /** Elements of dx for each of dy: more are sums of few terms, of which this way computes all. */
    private static final int MOST_SPREAD = 2;

    /** What the padded rows of a strip may take of the first-level cache. */
    private static final long STRIP_BYTES = 24 << 10;

    /** Vectors of a tile. */
    private static final int VECTORS = Simd.MANY_REGISTERS ? 4 : 2;

    private static final long TILE_BYTES = 6 * VECTORS * Simd.BYTES;

    /** Convolutions of fewer multiplications run on the caller alone: a fork costs about as much. */
    private static final long FORK_MULTIPLICATIONS = 1 << 17;

    private static final long FRAME_BYTES = 64;

    private final ConvGeometry g;
    private final Epilogue epilogue;
    private final boolean turned;
    private final Im2col im2col;
    private final int OH;
    private final int OW;
    private final int K;
    private final int vectors;
    private final int rows;
    private final Workers.FrameTask task = this::part;

    NarrowConv(ConvGeometry geometry, Epilogue epilogue) {
        this(geometry, epilogue, false);
    }

    /** @param turned whether w is {@code [IC, OC, KH, KW]}, its kernels from behind */
    private NarrowConv(ConvGeometry geometry, Epilogue epilogue, boolean turned) {
        g = geometry;
        this.epilogue = epilogue;
        this.turned = turned;
        im2col = new Im2col(geometry);
        OH = geometry.height().O();
        OW = geometry.width().O();
        K = geometry.terms();
        vectors = Math.ceilDiv(OW, Simd.LANES);
        long fits = STRIP_BYTES / (geometry.IC() * im2col.rowBytes());
        int first = im2col.rows(1);
        rows = Math.clamp((fits - first) / geometry.height().S() + 1, 1, OH);
    }

    /**
     * Returns whether this may be the better way: few channels go in and out of few vectors a row.
     *
     * @param OW outputs of a row
     */
    public static boolean suits(int IC, int OC, int OW) {
        return IC <= MOST_INPUTS && OC <= MOST_OUTPUTS && Math.ceilDiv(OW, Simd.LANES) * OC < OW * Math.ceilDiv(OC, Simd.LANES);
    }

    /** Returns whether there are few channels, two spatial axes at most, and no groups. */
    static boolean suits(ConvGeometry g) {
        return isPlane(g) && g.terms() <= Native.TERMS && seenBytes(g) <= MOST_BYTES && suits(g.IC(), g.OC(), g.width().O());
    }

    /** Plans the gradient of the convolution {@code g} in its input: its {@link #run} takes dy for x, and w as it is. */
    static NarrowConv gradient(ConvGeometry g, Epilogue epilogue) {
        return new NarrowConv(gradient(g), epilogue, true);
    }

    private static ConvGeometry gradient(ConvGeometry g) {
        return new ConvGeometry(g.N(), g.OC(), g.IC(), 1, ConvGeometry.Axis.NONE, g.height().gradient(), g.width().gradient());
    }

    /** Returns whether the gradient in the input is a convolution, of few channels to few. */
    static boolean suitsGradient(ConvGeometry g) {
        return isPlane(g) && g.height().hasGradient() && g.width().hasGradient() && (long) g.inputs() <= (long) MOST_SPREAD * g.outputs()
                && g.OC() <= MOST_GRADIENT_INPUTS && (long) g.OC() * g.taps() <= Native.TERMS && seenBytes(gradient(g)) <= MOST_BYTES
                && suits(1, g.IC(), g.width().I());
    }

    /** Returns the bytes of the padded rows that a row of outputs sees. */
    static long seenBytes(ConvGeometry g) {
        ConvGeometry.Axis width = g.width();
        long row = width.S() * (width.O() + (width.K() - 1L) * width.D() / width.S()) * FLOAT;
        return Math.min(g.IC() * ((g.height().K() - 1L) * g.height().D() + 1), Integer.MAX_VALUE) * row;
    }

    private static boolean isPlane(ConvGeometry g) {
        return g.G() == 1 && g.depth().equals(ConvGeometry.Axis.NONE) && !g.isPointwise() && g.OC() > 0 && g.terms() > 0 && g.outputs() > 0 && g.inputs() > 0;
    }

    String name() {
        return "conv " + g.height().K() + "x" + g.width().K() + ", along rows, tiles 6x" + VECTORS * Simd.LANES;
    }

    /** Returns the bytes of workspace that {@link #run} needs with a pool of {@code threads}. */
    long workspaceBytes(int threads) {
        return FRAME_BYTES + weightBytes() + threads * sliceBytes();
    }

    private long weightBytes() {
        return Math.ceilDiv((long) g.OC() * K * FLOAT, 64L) * 64;
    }

    /** What a worker needs: a tile, the table of terms, padded rows; workers do not share lines of the cache. */
    private long sliceBytes() {
        return Math.ceilDiv(TILE_BYTES + tableBytes() + g.IC() * seen(rows) * im2col.rowBytes() + vectors * Simd.BYTES, 128L) * 128;
    }

    private long tableBytes() {
        return Math.ceilDiv(4L * K, 64L) * 64;
    }

    /** Returns the padded rows that {@code rows} rows of output see. */
    private int seen(int rows) {
        return im2col.endRow((rows - 1) * OW);
    }

    /** Computes y; operands as {@link ConvForward#run} has them. */
    void run(long x, long w, long bias, long residual, long y, long workspace, Workers workers) {
        putLong(workspace, x);
        putLong(workspace + 16, bias);
        putLong(workspace + 24, residual);
        putLong(workspace + 32, y);
        pack(w, workspace + FRAME_BYTES);
        if ((long) g.N() * g.OC() * OH * OW * K < FORK_MULTIPLICATIONS) {
            part(workspace, 0, 1);
        } else {
            workers.run(task, workspace);
        }
    }

    /** Writes the weights tile by tile, term by term. */
    private void pack(long w, long dst) {
        int taps = g.taps();
        long step = (turned ? taps : K) * FLOAT;
        for (int oc = 0; oc < g.OC();) {
            int channels = channels(g.OC() - oc);
            for (int ic = 0; ic < g.IC(); ic++) {
                for (int tap = 0; tap < taps; tap++) {
                    long src = w + (turned ? ((long) ic * g.OC() + oc + 1) * taps - 1 - tap : (long) oc * K + ic * taps + tap) * FLOAT;
                    for (int i = 0; i < channels; i++) {
                        putFloat(dst, getFloat(src));
                        src += step;
                        dst += FLOAT;
                    }
                }
            }
            oc += channels;
        }
    }

    /** Returns how many of {@code left} channels the next tile takes. */
    private static int channels(int left) {
        return left >= 6 ? 6 : left >= 4 ? 4 : Math.min(left, 2);
    }

    private void part(long frame, int worker, int workers) {
        int parts = Grid.parts(g.N(), workers);                    // cell = image · parts + part
        long slice = frame + FRAME_BYTES + weightBytes() + worker * sliceBytes();
        int last = (int) Workers.share((long) g.N() * parts, worker + 1, workers);
        int tabled = 0;
        for (int cell = (int) Workers.share((long) g.N() * parts, worker, workers); cell < last; cell++) {
            int end = (int) Workers.share(OH, cell % parts + 1, parts);
            for (int oh = (int) Workers.share(OH, cell % parts, parts); oh < end; oh += rows) {
                int high = Math.min(rows, end - oh);
                if (high != tabled) {
                    table(high, slice + TILE_BYTES);
                    tabled = high;
                }
                strip(frame, cell / parts, oh, high, end, slice);
            }
        }
    }

    /** Writes where each term of a strip of {@code high} rows lies. */
    private void table(int high, long table) {
        long channelBytes = seen(high) * im2col.rowBytes();
        for (int k = 0; k < K; k++) {
            putInt(table + 4L * k, (int) (k / g.taps() * channelBytes + im2col.offset(k % g.taps())));
        }
    }

    /** Computes rows {@code oh} .. {@code oh + high} of an image, of which the worker computes no row from {@code end} on. */
    private void strip(long frame, int image, int oh, int high, int end, long slice) {
        long table = slice + TILE_BYTES;
        long padded = table + tableBytes();
        int top = im2col.firstRow(oh * OW);
        im2col.pad(getLong(frame) + (long) image * g.IC() * g.inputs() * FLOAT, g.IC(), top, top + seen(high), padded);
        long plane = (long) OH * OW * FLOAT;
        long at = (long) image * g.OC() * plane + oh * OW * FLOAT;
        long y = getLong(frame + 32) + at;
        long w = frame + FRAME_BYTES;
        for (int oc = 0; oc < g.OC();) {
            int channels = channels(g.OC() - oc);
            for (int v = 0; v < high * vectors; v += VECTORS) {
                tile(channels, v, high, padded, table, w, y + oc * plane, (end - oh) * (long) OW, plane, slice);
            }
            oc += channels;
            w += channels * K * FLOAT;
        }
        epilogue.apply(g.OC(), high * OW, y, plane, epilogue.biasAt(getLong(frame + 16), 0, 0), getLong(frame + 24) + at);
    }

    /** Computes vectors {@code v} .. {@code v + VECTORS} of a strip, of which behind the last one that is computed again. @param room floats of y */
    private void tile(int channels, int v, int high, long padded, long table, long w, long y, long room, long plane, long tile) {
        int last = high * vectors - 1;
        int v1 = Math.min(v + 1, last);
        int v2 = Math.min(v + 2, last);
        int v3 = Math.min(v + 3, last);
        boolean direct = out(VECTORS == 4 ? v3 : v1) + Simd.BYTES <= room * FLOAT;
        if (VECTORS == 4 && direct) {
            NarrowTile4.run(channels, padded + in(v), padded + in(v1), padded + in(v2), padded + in(v3), table, K, w,
                    y + out(v), y + out(v1), y + out(v2), y + out(v3), plane);
        } else if (VECTORS == 4) {
            NarrowTile4.run(channels, padded + in(v), padded + in(v1), padded + in(v2), padded + in(v3), table, K, w,
                    tile, tile + Simd.BYTES, tile + 2 * Simd.BYTES, tile + 3 * Simd.BYTES, VECTORS * Simd.BYTES);
        } else if (direct) {
            NarrowTile2.run(channels, padded + in(v), padded + in(v1), table, K, w, y + out(v), y + out(v1), plane);
        } else {
            NarrowTile2.run(channels, padded + in(v), padded + in(v1), table, K, w, tile, tile + Simd.BYTES, VECTORS * Simd.BYTES);
        }
        for (int i = v; !direct && i < Math.min(v + VECTORS, last + 1); i++) {
            int count = Math.min(Simd.LANES, OW - i % vectors * Simd.LANES);
            Tiles.copy(channels, count, tile + (i - v) * Simd.BYTES, VECTORS * Simd.BYTES, y + out(i), plane);
        }
    }

    /** Returns where the outputs of a vector read, in bytes. */
    private long in(int v) {
        return v / vectors * g.height().S() * im2col.rowBytes() + v % vectors * Simd.BYTES;
    }

    /** Returns where a vector goes. */
    private long out(int v) {
        return v / vectors * OW * FLOAT + v % vectors * Simd.BYTES;
    }
}
