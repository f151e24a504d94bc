package dev.gatun.vector.blocked;

import dev.gatun.spi.Layout;
import dev.gatun.vector.Caches;
import dev.gatun.vector.Native;
import dev.gatun.vector.Simd;
import dev.gatun.vector.Taken;
import dev.gatun.vector.Workers;
import java.lang.foreign.MemorySegment;

/**
 * The convolution with a dense 3x3 kernel and stride 1 by Winograd's algorithm: y is cut into tiles of m x m pixels, each of which costs n² = (m + 2)² products
 * a pair of channels instead of 9m²: 4 times fewer for m = 4, 2.25 times for m = 2.
 *
 * <pre>V[ξ, ic, tile] = Bᵀ d B          the patch of n² input pixels under a tile, ξ the place in it: {@link Winograd4Tile#input}
 * M[ξ, oc, tile] = Σ V[ξ, ic, tile] · U[ξ, oc, ic]      n² matrix products: {@link Panel#run}
 * y[oc, tile]    = max(lo, Aᵀ M A + bias + residual)    {@link Winograd4Tile#output}</pre>
 *
 * <p>A kernel of 4x4 with stride 2 is the sum of four kernels of 2x2 with stride 1, each over the pixels of a phase of x: as many channels four times, with
 * m = 4 and n = 5, for which a pair of channels costs 100 products instead of 256.
 *
 * <p>Some tiles at a time, so that V and M stay in the second-level cache. Where there are many tiles, workers share tiles, each with a V of its own. Where
 * there are few (fewer, if the second-level cache holds the transformed weights, 4 times as large as w for m = 4), or where these do not fit the last cache,
 * all workers make one V, then share the panels of output channels: each weight is read once.
 *
 * <p>Error: against double precision it stays below 3e-6 of the largest output for m = 4 and 1e-6 for m = 2 (direct: 1e-6 to 3e-6, growing with the number of
 * channels); for 4x4 with stride 2 below 3e-6.
 */
final class WinogradConv implements ConvMethod {
    /** What a worker's own V may take: a little less than half of a second-level cache. */
    private static final long OWN_BYTES = Caches.L2 * 115 / 256;

    /** The most places of own tiles: the products of a panel take 256 bytes for each. */
    private static final long OWN_PLACES = 864 * Caches.L2 >> 20;

    /** What a shared V may take of the last cache. */
    private static final long SHARED_BYTES = 6 << 20;

    /** Weights beyond this are read once a call, not once a block of tiles. */
    private static final long WEIGHTS_BYTES = 24 << 20;

    /** A worker with fewer tiles had better read only a part of the weights than wait for all of them; those that the second-level cache holds come sooner. */
    private static final int FEW_TILES = 32;
    private static final int FEW_TILES_IN_CACHE = 12;

    /** The fewest tiles at a time that share a V. */
    private static final int LEAST_SHARED = 12;

    /** Longer sums are made of parts of half this length, or this for m = 2: the error of a sum grows with the root of the longest chain of additions. */
    private static final int CHAIN = 256;

    /**
     * Where the pixels of y go.
     *
     * @param offset bytes from the start of y to the first
     * @param column bytes between neighbours, {@code row} between rows, {@code plane} between the images of blocks
     */
    record Target(long offset, long column, long row, long plane) {
        /** An image of its own. */
        static Target of(ConvShape s) {
            return new Target(0, Simd.BYTES, s.OW() * Simd.BYTES, (long) s.OH() * s.OW() * Simd.BYTES);
        }
    }

    private final ConvShape s;
    private final Winograd algorithm;
    private final Target target;
    private final long offsetOfWeights;
    private final int m;
    private final int n;
    private final int K;
    private final float lo;
    private final int inputBlocks;
    private final int outputBlocks;
    private final int panels;
    private final int tilesHigh;
    private final int tilesWide;
    private final int tiles;
    private final int T;
    private final boolean shared;
    private final int parts;
    private final long xiV;
    private final WinogradInput input;
    private final long xiM;
    private final MemorySegment taps;
    private final MemorySegment pixels;
    private final Workers.FrameTask ownTiles = this::ownTiles;
    private final Workers.FrameTask sharedInput = this::sharedInput;
    private final Workers.FrameTask sharedOutput = this::sharedOutput;

    /**
     * Plans a convolution.
     *
     * @param algorithm for kernels of 3x3, or of 4x4 with stride 2
     * @param threads how many workers there will be
     */
    WinogradConv(ConvShape s, Winograd algorithm, boolean relu, int threads) {
        this(s, algorithm, Target.of(s), 0, relu, threads);
    }

    /** Plans one of several convolutions, with its own pixels of y, and weights from {@code offsetOfWeights} bytes on. */
    WinogradConv(ConvShape s, Winograd algorithm, Target target, long offsetOfWeights, boolean relu, int threads) {
        this.s = s;
        this.algorithm = algorithm;
        this.target = target;
        this.offsetOfWeights = offsetOfWeights;
        m = algorithm.m();
        n = algorithm.n();
        K = s.SH() * s.SW() * s.IC();
        lo = relu ? 0 : Finish.NO_BOUND;
        inputBlocks = WinogradInput.blocks(s);
        outputBlocks = Panel.blocks(s.OC());
        panels = Panel.count(outputBlocks);
        tilesHigh = Math.ceilDiv(s.OH(), m);
        tilesWide = Math.ceilDiv(s.OW(), m);
        tiles = s.N() * tilesHigh * tilesWide;
        long tileBytes = n * n * inputBlocks * Simd.BYTES;
        long weightBytes = n * n * Native.FLOAT * K * s.OC();
        int few = weightBytes > Caches.L2 / 4 ? FEW_TILES : FEW_TILES_IN_CACHE;
        shared = tiles < few * threads || weightBytes > WEIGHTS_BYTES;
        long most = shared ? Math.max(SHARED_BYTES / tileBytes, LEAST_SHARED) : Math.max(Math.min(OWN_BYTES / tileBytes / 6 * 6, OWN_PLACES / (n * n)), 6);
        T = Math.ceilDiv(tiles, (int) Math.ceilDiv(tiles, most));
        parts = K <= CHAIN ? 1 : Math.ceilDiv(K, m == 2 ? CHAIN : CHAIN / 2);
        xiV = WinogradInput.oddLines(inputBlocks * T * Simd.BYTES);
        input = new WinogradInput(s, algorithm, T, xiV);
        xiM = WinogradInput.oddLines(Panel.BLOCKS * T * Simd.BYTES);
        taps = Taps.table(new ConvShape(1, K, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1), Simd.LANES, 0, T * Simd.BYTES);
        pixels = Taps.neighbours(T);
    }

    /** Returns whether {@link Winograd#F4X3} and {@link Winograd#F2X3} cover {@code s}. */
    static boolean suits(ConvShape s) {
        return s.KH() == 3 && s.KW() == 3 && s.SH() == 1 && s.SW() == 1 && s.DH() == 1 && s.DW() == 1 && s.G() == 1;
    }

    /** Returns whether {@link Winograd#F4X2} covers {@code s}, phase by phase: the phases' channels follow each other, so all blocks must be full. */
    static boolean suitsPhases(ConvShape s) {
        return s.KH() == 4 && s.KW() == 4 && s.SH() == 2 && s.SW() == 2 && s.DH() == 1 && s.DW() == 1 && s.G() == 1 && s.IC() % Simd.LANES == 0;
    }

    @Override
    public String name() {
        String phases = K > s.IC() ? " of " + K / s.IC() + " phases" : "";
        return "conv winograd " + m + "x" + m + phases + (shared ? ", shared tiles" : ", blocks of " + T + " tiles");
    }

    @Override
    public Layout source() {
        return Blocked.NATIVE;
    }

    @Override
    public PackedWeights weights() {
        return new PackedWeights(switch (algorithm) {
            case F2X3 -> PackedWeights.Order.WINOGRAD_2;
            case F4X3 -> PackedWeights.Order.WINOGRAD_4;
            case F4X2 -> PackedWeights.Order.WINOGRAD_PHASES;
        });
    }

    @Override
    public long scratchBytes(int threads) {
        return (shared ? vBytes() : 0) + threads * areaBytes();
    }

    private long vBytes() {
        return WinogradInput.oddLines(n * n * xiV);
    }

    /** What a worker needs: a patch of input, one in the middle of its transform, M, a part of M, a V unless that is shared, and a counter. */
    private long areaBytes() {
        return WinogradInput.oddLines(offsetOfV() + (shared ? 0 : vBytes())) + Taken.BYTES;
    }

    private long area(long frame, int worker) {
        return ConvFrame.scratch(frame) + (shared ? vBytes() : 0) + worker * areaBytes();
    }

    private long taken(long frame, int worker) {
        return area(frame, worker + 1) - Taken.BYTES;
    }

    private long offsetOfM() {
        return 2 * n * n * Simd.BYTES;
    }

    private long offsetOfV() {
        return offsetOfM() + (n * n + 1) * xiM;
    }

    @Override
    public void run(long frame, Workers workers) {
        if (!shared) {
            Taken.reset(taken(frame, 0), areaBytes(), workers.threads());
            workers.run(ownTiles, frame);
            return;
        }
        for (int first = 0; first < tiles; first += T) {
            ConvFrame.setPosition(frame, first);
            workers.run(sharedInput, frame);
            Taken.reset(taken(frame, 0), areaBytes(), workers.threads());
            workers.run(sharedOutput, frame);
        }
    }

    private void ownTiles(long frame, int worker, int workers) {
        for (int other = 0; other < workers; other++) {
            tilesOf(frame, (worker + other) % workers, workers, area(frame, worker));
        }
    }

    /** Computes what nobody has taken yet of the tiles of {@code owner}, a block at a time. */
    private void tilesOf(long frame, int owner, int workers, long area) {
        long v = area + offsetOfV();
        long taken = taken(frame, owner);
        int from = (int) Workers.share(tiles, owner, workers);
        int to = (int) Workers.share(tiles, owner + 1, workers);
        int blocks = Math.ceilDiv(to - from, T);
        for (int block = (int) Taken.next(taken); block < blocks; block = (int) Taken.next(taken)) {
            int first = from + (int) Workers.share(to - from, block, blocks);
            int last = from + (int) Workers.share(to - from, block + 1, blocks);
            input.run(ConvFrame.x(frame), first, first, last, 0, inputBlocks, v, area);
            for (int panel = 0; panel < panels; panel++) {
                panel(frame, panel, first, first, last, v, area);
            }
        }
    }

    /** Transforms a part of the input of the tiles from the frame's position on. */
    private void sharedInput(long frame, int worker, int workers) {
        int first = (int) ConvFrame.position(frame);
        long items = (long) Math.min(T, tiles - first) * inputBlocks;
        long area = area(frame, worker);
        long last = Workers.share(items, worker + 1, workers);
        for (long item = Workers.share(items, worker, workers); item < last;) {
            int tile = first + (int) (item / inputBlocks);
            int block = (int) (item % inputBlocks);
            int end = (int) Math.min(inputBlocks, block + last - item);
            input.run(ConvFrame.x(frame), first, tile, tile + 1, block, end, ConvFrame.scratch(frame), area);
            item += end - block;
        }
    }

    /** Computes a part of the panels of these tiles. */
    private void sharedOutput(long frame, int worker, int workers) {
        int first = (int) ConvFrame.position(frame);
        int count = Math.min(T, tiles - first);
        // Whole panels are dealt out if that is fair; else all share the tiles of each.
        int parts = panels % workers == 0 || panels >= 4 * workers ? 1 : Math.min(workers, count);
        long area = area(frame, worker);
        for (int other = 0; other < workers; other++) {
            int owner = (worker + other) % workers;
            long taken = taken(frame, owner);
            long begin = Workers.share((long) panels * parts, owner, workers);
            long last = Workers.share((long) panels * parts, owner + 1, workers);
            for (long cell = begin + Taken.next(taken); cell < last; cell = begin + Taken.next(taken)) {
                int part = (int) (cell % parts);
                panel(frame, (int) (cell / parts), first, first + (int) Workers.share(count, part, parts),
                        first + (int) Workers.share(count, part + 1, parts), ConvFrame.scratch(frame), area);
            }
        }
    }

    /** Computes a panel of tiles {@code from} .. {@code to}. */
    private void panel(long frame, int panel, int base, int from, int to, long v, long area) {
        int first = Panel.first(panel, outputBlocks);
        int vectors = Panel.first(panel + 1, outputBlocks) - first;
        long products = area + offsetOfM();
        long weights = ConvFrame.w(frame) + offsetOfWeights;
        long w = weights + n * n * first * Simd.BYTES * K;
        long wEnd = weights + n * n * outputBlocks * Simd.BYTES * K;
        for (int xi = 0; xi < n * n; xi++) {
            multiply(to - from, vectors, v + (from - base) * Simd.BYTES + xi * xiV, w + xi * vectors * Simd.BYTES * K, wEnd,
                    products + xi * xiM, products + n * n * xiM);
        }
        if (s.OW() >= WinogradInput.WIDE) {
            for (int b = 0; b < vectors; b++) {
                output(frame, first + b, 1, from, to, products + b * T * Simd.BYTES, area);
            }
        } else {
            output(frame, first, vectors, from, to, products, area);
        }
    }

    /** One matrix product of a panel. Its parts go to {@code dst} and {@code other} in turn, each with the sum of those before added, the last to dst. */
    private void multiply(int count, int vectors, long src, long w, long wEnd, long dst, long other) {
        for (int part = 0; part < parts; part++) {
            int k = (int) Workers.share(K, part, parts);
            int terms = (int) Workers.share(K, part + 1, parts) - k;
            boolean toDst = (parts - part) % 2 == 1;
            Panel.run(count, vectors, src, pixels.address(), taps.address() + 4L * k, terms, w + k * vectors * Simd.BYTES, wEnd,
                    toDst ? dst : other, T * Simd.BYTES, 0, Native.ZEROS, part == 0 ? 0 : toDst ? other : dst, Finish.NO_BOUND);
        }
    }

    /** Transforms blocks {@code block} .. {@code block + blocks} of the output of tiles {@code from} .. {@code to}. */
    private void output(long frame, int block, int blocks, int from, int to, long products, long area) {
        long row = target.row;
        long plane = target.plane;
        long bias = ConvFrame.bias(frame) + block * Simd.BYTES;
        for (int tile = from; tile < to;) {
            int image = tile / (tilesHigh * tilesWide);
            int x = tile % tilesWide;
            int oh = tile / tilesWide % tilesHigh * m;
            int ow = x * m;
            long offset = target.offset + ((long) image * outputBlocks + block) * plane + oh * row + ow * target.column;
            long y = ConvFrame.y(frame) + offset;
            long residual = ConvFrame.residual(frame) == 0 ? 0 : ConvFrame.residual(frame) + offset;
            long src = products + (tile - from) * Simd.BYTES;
            if (oh + m > s.OH() || ow + m > s.OW()) {
                for (int b = 0; b < blocks; b++) {
                    long at = b * plane;
                    partialTile(src + b * T * Simd.BYTES, Math.min(m, s.OH() - oh), Math.min(m, s.OW() - ow), y + at, bias + b * Simd.BYTES,
                            residual == 0 ? 0 : residual + at, area);
                }
                tile++;
            } else if (blocks == 1) {
                int run = Math.min(to - tile, (s.OW() - ow) / m);
                algorithm.output(src, Simd.BYTES, xiM, y, row, target.column, m * target.column, bias, 0, residual, lo, area, run);
                tile += run;
            } else {
                algorithm.output(src, T * Simd.BYTES, xiM, y, row, target.column, plane, bias, Simd.BYTES, residual, lo, area, blocks);
                tile++;
            }
        }
    }

    /** A tile of which only {@code rows} x {@code columns} pixels lie inside of y. */
    private void partialTile(long src, int rows, int columns, long y, long bias, long residual, long area) {
        long whole = area + n * n * Simd.BYTES;
        int together = target.column == Simd.BYTES ? columns : 1;
        algorithm.output(src, 0, xiM, whole, m * Simd.BYTES, Simd.BYTES, 0, bias, 0, 0, Finish.NO_BOUND, area, 1);
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                Native.store(y + i * target.row + j * target.column, Native.load(whole + (i * m + j) * Simd.BYTES));
            }
            for (int j = 0; j < columns; j += together) {
                long at = i * target.row + j * target.column;
                Finish.run(together, 1, y + at, 0, residual == 0 ? 0 : residual + at, lo);
            }
        }
    }
}
