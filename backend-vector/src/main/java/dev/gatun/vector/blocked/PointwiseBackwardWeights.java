package dev.gatun.vector.blocked;

import dev.gatun.spi.Layout;
import dev.gatun.vector.FrameKernel;
import dev.gatun.vector.Native;
import dev.gatun.vector.Simd;
import dev.gatun.vector.Workers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * The gradient of a convolution of one image in weights of 1x1, with any stride, where few pixels make many weights:
 *
 * <pre>dw[oc, ic] = Σ dy[oc, oh, ow] · x[ic, oh·SH, ow·SW]   over oh, ow</pre>
 *
 * <p>Unlike in {@link BackwardWeightsConv} the tile's rows are output channels, and what is read vector by vector is x, of which a panel of channels is copied
 * together first: then a tile's results are runs of row-major dw. Each weight is summed up in registers and written once. Where some dozen pixels make
 * millions of weights, writing sums and transposing them took two thirds of the time.
 */
final class PointwiseBackwardWeights implements FrameKernel {
    /** Pixels of a sum, at most: a panel of x, and a row of tiles of dy, stay in the second-level cache. */
    private static final int MOST_PIXELS = 1024;

    /** Bytes of a vector of all rows of a tile. */
    private static final long PLANE = Panel.PIXELS * Simd.BYTES;

    private final ConvShape s;
    private final int K;
    private final int inputBlocks;
    private final int panels;
    private final MemorySegment channels;
    private final MemorySegment pixels;
    private final Workers workers;

    PointwiseBackwardWeights(ConvShape s, Workers workers) {
        this.s = s;
        this.workers = workers;
        K = s.OH() * s.OW();
        inputBlocks = Panel.blocks(s.IC());
        panels = Panel.count(inputBlocks);
        channels = Arena.ofAuto().allocate(8L * s.OC(), 64);
        for (int oc = 0; oc < s.OC(); oc++) {
            channels.setAtIndex(ValueLayout.JAVA_LONG, oc, oc / Simd.LANES * (K * Simd.BYTES) + oc % Simd.LANES * Native.FLOAT);
        }
        pixels = Arena.ofAuto().allocate(4L * K, 64);
        for (int q = 0; q < K; q++) {
            pixels.setAtIndex(ValueLayout.JAVA_INT, q, (int) (q * Simd.BYTES));
        }
    }

    /** Returns whether weights of {@code s} are computed so: only vectors of input channels that all exist are written. */
    static boolean suits(ConvShape s) {
        return s.N() == 1 && s.KH() == 1 && s.KW() == 1 && !s.seesOutside() && s.IC() % Simd.LANES == 0 && (long) s.OH() * s.OW() <= MOST_PIXELS;
    }

    @Override
    public String name() {
        return "conv backward weights 1x1, tiles 6x" + Panel.BLOCKS * Simd.LANES + " of dw";
    }

    @Override
    public List<Layout> inputLayouts() {
        return List.of(Blocked.NATIVE, Blocked.NATIVE);
    }

    @Override
    public int buffers() {
        return 3;
    }

    @Override
    public Workers workers() {
        return workers;
    }

    @Override
    public boolean isParallel() {
        return !s.isSmall();
    }

    @Override
    public long scratchBytes() {
        return (isParallel() ? workers.threads() : 1) * areaBytes();
    }

    /** What a worker needs: a tile, and a panel of x. */
    private long areaBytes() {
        return Math.ceilDiv(Panel.TILE_BYTES + K * Panel.BLOCKS * Simd.BYTES, 128L) * 128;
    }

    /** A grid of workers: each computes some panels of input channels and some output channels. */
    @Override
    public void run(long frame, int worker, int of) {
        int columns = panels % of == 0 || panels >= 4 * of ? of : 1;
        int gridRows = of / columns;
        int firstPanel = (int) Workers.share(panels, worker % columns, columns);
        int lastPanel = (int) Workers.share(panels, worker % columns + 1, columns);
        int tiles = Math.ceilDiv(s.OC(), Panel.PIXELS);            // as equal as possible: tiles of less than four rows take as long
        int firstTile = (int) Workers.share(tiles, worker / columns, gridRows);
        int lastTile = (int) Workers.share(tiles, worker / columns + 1, gridRows);
        long tile = scratch(frame) + worker * areaBytes();
        long x = tile + Panel.TILE_BYTES;
        long row = s.IC() * Native.FLOAT;
        for (int panel = firstPanel; panel < lastPanel; panel++) {
            int first = Panel.first(panel, inputBlocks);
            int vectors = Panel.first(panel + 1, inputBlocks) - first;
            gather(address(frame, 0), first, vectors, x);
            long dw = address(frame, 2) + first * Simd.BYTES;
            for (int t = firstTile; t < lastTile; t++) {
                int oc = (int) Workers.share(s.OC(), t, tiles);
                int rows = (int) Workers.share(s.OC(), t + 1, tiles) - oc;
                Panel.tile(rows, vectors, address(frame, 1), channels.address() + 8L * oc, pixels.address(), K, x, tile, PLANE, Native.ZEROS, 0);
                place(rows, vectors, tile, dw + oc * row, row);
            }
        }
    }

    /** Copies the pixels of some blocks of x that are seen together. */
    private void gather(long x, int first, int vectors, long dst) {
        long step = vectors * Simd.BYTES;
        for (int v = 0; v < vectors; v++) {
            long plane = x + (long) (first + v) * s.IH() * s.IW() * Simd.BYTES;
            for (int oh = 0; oh < s.OH(); oh++) {
                BackwardWeightsConv.spread(s.OW(), plane + (long) oh * s.SH() * s.IW() * Simd.BYTES, s.SW() * Simd.BYTES,
                        dst + oh * s.OW() * step + v * Simd.BYTES, step);
            }
        }
    }

    /** Copies a tile to where its rows are {@code row} bytes apart. */
    private static void place(int rows, int vectors, long tile, long dst, long row) {
        if (vectors == 4) {
            placeFours(rows, tile, dst, row);
            return;
        }
        for (int v = 0; v < vectors; v++) {
            BackwardWeightsConv.spread(rows, tile + v * PLANE, Simd.BYTES, dst + v * Simd.BYTES, row);
        }
    }

    /** Four vectors a row, without a loop over them, which takes a tenth of the time of a tile of 49 pixels. */
    static void placeFours(int rows, long tile, long dst, long row) {
        for (int q = 0; q < rows; q++) {
            Native.store(dst, Native.load(tile));
            Native.store(dst + Simd.BYTES, Native.load(tile + PLANE));
            Native.store(dst + 2 * Simd.BYTES, Native.load(tile + 2 * PLANE));
            Native.store(dst + 3 * Simd.BYTES, Native.load(tile + 3 * PLANE));
            tile += Simd.BYTES;
            dst += row;
        }
    }
}
