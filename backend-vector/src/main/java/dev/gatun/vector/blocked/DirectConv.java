package dev.gatun.vector.blocked;

import dev.gatun.spi.Layout;
import dev.gatun.vector.Caches;
import dev.gatun.vector.Native;
import dev.gatun.vector.Simd;
import dev.gatun.vector.Taken;
import dev.gatun.vector.Workers;
import java.lang.foreign.MemorySegment;

/**
 * The convolution as its formula says, for kernels of any size, stride and dilation, with G = 1:
 *
 * <pre>y[n, oc, oh, ow] = max(lo, bias[oc] + Σ x[n, ic, oh·SH + kh·DH - PH, ow·SW + kw·DW - PW] · w[oc, ic, kh, kw] + residual[n, oc, oh, ow])</pre>
 *
 * <p>Some rows of output at a time: their input, which then stays in the second-level cache, meets one panel of weights after the other, of long
 * sums one part after the other. Where the kernel sees outside of the image, the rows are copied with zeros around them first; else they are read where they
 * are. x may also be row-major: that is how the first layer reads an image of three channels.
 */
final class DirectConv implements ConvMethod {
    /**
     * Pixels that share one pass over the weights: reading a panel then takes a small part of the time of its multiplications. An image of 14 x 14 is one
     * pass, one of 28 x 28 four.
     */
    private static final int PIXELS = 196;

    /** What the input of these pixels may take: half of a second-level cache, or a little less. */
    private static final long INPUT_BYTES = Caches.L2 * 7 / 16;

    /**
     * The fewest terms that are added up at once where there are twice as many: nothing is read ahead of the first weights of a layer, so those had better be
     * few; and the second-level cache does not hold many more beside the input. Only {@link Tile4} reads ahead.
     */
    private static final int PART_TERMS = Panel.BLOCKS == 4 ? 512 : Integer.MAX_VALUE;

    /** Reading a panel of weights from afar (8 bytes a cycle) takes as long as multiplying so many pixels with it (4 cycles each 256 bytes). */
    private static final long WEIGHTS_IN_PIXELS = 8;

    private final ConvShape s;
    private final float lo;
    private final int block;
    private final int inputPlanes;
    private final int outputBlocks;
    private final int panels;
    private final int parts;
    private final boolean padded;
    private final int rows;
    private final long rowBytes;
    private final long planeBytes;
    private final long imageBytes;
    private final MemorySegment taps;
    private final MemorySegment pixels;
    private final Workers.FrameTask task = this::part;

    /**
     * Plans a convolution.
     *
     * @param plain whether x is row-major instead of blocked
     * @param relu whether y is cut off below zero
     */
    DirectConv(ConvShape shape, boolean plain, boolean relu) {
        s = shape.flat();
        lo = relu ? 0 : Finish.NO_BOUND;
        block = plain ? 1 : Simd.LANES;
        inputPlanes = Math.ceilDiv(s.IC(), block);
        outputBlocks = Panel.blocks(s.OC());
        panels = Panel.count(outputBlocks);
        parts = Math.max(1, s.terms() / PART_TERMS);
        padded = s.seesOutside();
        rows = rowsOfABlock();
        rowBytes = (padded ? s.columnsSeen() : s.IW()) * pixelBytes();
        planeBytes = (padded ? s.rowsSeen(rows) : s.IH()) * rowBytes;
        imageBytes = inputPlanes * s.IH() * (s.IW() * pixelBytes());
        taps = Taps.table(s, block, rowBytes, planeBytes);
        pixels = Taps.pixels(s, rows, block, rowBytes);
    }

    /** Returns whether the offsets of an image fit 32 bits. */
    static boolean suits(ConvShape s) {
        long columns = Math.max(s.IW(), s.columnsSeen());
        long height = Math.max(s.IH(), s.rowsSeen(s.OH()));
        return s.G() == 1 && (s.IC() + Simd.LANES) * columns * height < Integer.MAX_VALUE / Native.FLOAT;
    }

    private long pixelBytes() {
        return block * Native.FLOAT;
    }

    private int rowsOfABlock() {
        int most = Math.clamp(PIXELS / s.OW(), 1, s.OH());
        while (most > 1 && inputPlanes * pixelBytes() * s.rowsSeen(most) * s.columnsSeen() > INPUT_BYTES) {
            most--;
        }
        return Math.ceilDiv(s.OH(), Math.ceilDiv(s.OH(), most));     // blocks as equal as possible
    }

    @Override
    public String name() {
        String kernel = s.isPointwise() ? "pointwise" : "direct " + s.KH() + "x" + s.KW() + (s.SH() * s.SW() > 1 ? " stride " + Math.max(s.SH(), s.SW()) : "");
        return "conv " + kernel + ", tiles 6x" + Panel.BLOCKS * Simd.LANES;
    }

    @Override
    public Layout source() {
        return block == 1 ? Layout.PLAIN : Blocked.NATIVE;
    }

    @Override
    public PackedWeights weights() {
        return new PackedWeights(block == 1 ? PackedWeights.Order.CHANNELS : PackedWeights.Order.BLOCKS);
    }

    @Override
    public long scratchBytes(int threads) {
        return threads * areaBytes();
    }

    /** What a worker needs for its rows, and its counter; workers do not share lines of the cache. */
    private long areaBytes() {
        return imageArea() + (parts > 1 ? Panel.TILE_BYTES : 0) + Taken.BYTES;
    }

    private long area(long frame, int worker) {
        return ConvFrame.scratch(frame) + worker * areaBytes();
    }

    private long taken(long frame, int worker) {
        return area(frame, worker + 1) - Taken.BYTES;
    }

    private long imageArea() {
        return padded ? Math.ceilDiv(inputPlanes * planeBytes, 128L) * 128 : 0;
    }

    @Override
    public void run(long frame, Workers workers) {
        Taken.reset(taken(frame, 0), areaBytes(), workers.threads());
        if (s.isSmall()) {
            part(frame, 0, 1);
        } else {
            workers.run(task, frame);
        }
    }

    /** A grid of workers: each computes some rows of the output's images and some of their panels, then what is left of the others'. */
    private void part(long frame, int worker, int workers) {
        int columns = panelParts(workers);
        int cells = workers / columns * columns;
        for (int other = 0; other < cells; other++) {
            cell(frame, (worker + other) % cells, columns, cells / columns, area(frame, worker));
        }
    }

    /** Computes what nobody has taken yet of the cell of {@code owner}: pieces are panels of some rows. */
    private void cell(long frame, int owner, int columns, int gridRows, long area) {
        int firstPanel = (int) Workers.share(panels, owner % columns, columns);
        int lastPanel = (int) Workers.share(panels, owner % columns + 1, columns);
        long taken = taken(frame, owner);
        long last = Workers.share((long) s.N() * s.OH(), owner / columns + 1, gridRows);
        long next = Taken.next(taken);
        long piece = 0;
        for (long row = Workers.share((long) s.N() * s.OH(), owner / columns, gridRows); row < last;) {
            int oh = (int) (row % s.OH());
            int count = (int) Math.min(Math.min(rows, s.OH() - oh), last - row);
            long src = 0;
            for (int panel = firstPanel; panel < lastPanel; panel++) {
                if (piece++ == next) {
                    src = src == 0 ? input(frame, row / s.OH(), oh, area) : src;
                    panel(frame, row / s.OH(), oh, count, panel, src, area);
                    next = Taken.next(taken);
                }
            }
            row += count;
        }
    }

    /** Returns where the offsets count from for the rows of an image from {@code oh} on. */
    private long input(long frame, long image, int oh, long area) {
        long src = ConvFrame.x(frame) + image * imageBytes;
        if (!padded) {
            return src + oh * s.SH() * rowBytes;
        }
        PaddedRows.copy(inputPlanes, s.IH(), s.IW(), oh * s.SH() - s.PH(), s.rowsSeen(rows), -s.PW(), s.columnsSeen(), pixelBytes(), src, area);
        return area;
    }

    /** Computes a panel of {@code count} rows of an image from {@code oh} on. */
    private void panel(long frame, long image, int oh, int count, int panel, long src, long area) {
        long plane = s.OH() * (s.OW() * Simd.BYTES);
        long residual = ConvFrame.residual(frame);
        long tile = area + imageArea();
        long w = ConvFrame.w(frame);
        long wEnd = w + outputBlocks * Simd.BYTES * s.terms();
        int first = Panel.first(panel, outputBlocks);
        int vectors = Panel.first(panel + 1, outputBlocks) - first;
        long offset = (image * outputBlocks + first) * plane + oh * (s.OW() * Simd.BYTES);
        for (int part = 0; part < parts; part++) {
            int k = (int) Workers.share(s.terms(), part, parts);
            int terms = (int) Workers.share(s.terms(), part + 1, parts) - k;
            boolean isLast = part == parts - 1;
            Panel.run(count * s.OW(), vectors, src, pixels.address(), taps.address() + 4L * k, terms, w + first * Simd.BYTES * s.terms()
                    + k * vectors * Simd.BYTES, wEnd, ConvFrame.y(frame) + offset, plane, part == 0 ? 0 : tile, ConvFrame.bias(frame) + first * Simd.BYTES,
                    isLast && residual != 0 ? residual + offset : 0, isLast ? lo : Finish.NO_BOUND);
        }
    }

    /**
     * Returns into how many parts the panels are cut for a grid of {@code workers}, so that the slowest cell costs least: where the images are large,
     * workers share the pixels; where the weights are, they share the panels, and each weight is read once.
     */
    private int panelParts(int workers) {
        long best = Long.MAX_VALUE;
        int parts = 1;
        for (int candidate = 1; candidate <= Math.min(workers, panels); candidate++) {
            int gridRows = workers / candidate;
            long cellRows = Math.ceilDiv((long) s.N() * s.OH(), (long) gridRows);
            long passes = Math.ceilDiv(cellRows, (long) rows);
            long cost = Math.ceilDiv(panels, candidate) * (cellRows * s.OW() + WEIGHTS_IN_PIXELS * passes);
            if (cost < best) {
                best = cost;
                parts = candidate;
            }
        }
        return parts;
    }
}
