package dev.gatun.vector.blocked;

import dev.gatun.spi.Layout;
import dev.gatun.vector.FrameKernel;
import dev.gatun.vector.Native;
import dev.gatun.vector.Simd;
import dev.gatun.vector.Transpose;
import dev.gatun.vector.Workers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * The gradient in the weights of a convolution with a dense 3x3 kernel and stride 1, by the gradient of Winograd's algorithm: a tile of 4 x 4 pixels costs
 * 36 products a pair of channels instead of 144.
 *
 * <pre>V[ξ, ic, tile] = Bᵀ d B           the patch of 6 x 6 pixels of x under a tile: {@link WinogradInput}
 * Z[ξ, oc, tile] = A dy Aᵀ          the tile of dy: {@link Winograd4Gradient#output}
 * U[ξ, oc, ic]   = Σ V[ξ, ic, tile] · Z[ξ, oc, tile]     36 matrix products over all tiles: {@link Panel#tile}
 * dw[oc, ic]     = Gᵀ U G           {@link Winograd4Gradient#weights}</pre>
 *
 * <p>Some tiles at a time, so that V and Z stay in the last cache: workers share the tiles to transform, then the products. U, which is four times as large
 * as w, is the sum over these parts; where all tiles are one part, a worker makes U of one panel after the other, and dw of it while the cache holds it.
 * Error: against double precision below 3e-6 of the largest weight's gradient.
 *
 * <p>Of a kernel of 4x4 with stride 2 each phase is such a gradient, with 2x2 places, 25 products a tile, and its own pixels of x: as many channels four times.
 */
final class WinogradBackwardWeights implements FrameKernel {
    /** What V and Z may take of the last cache. */
    private static final long CACHE_BYTES = 10 << 20;

    /** Tiles of a sum: more than 192 take Z of a panel out of the first cache, fewer than 32 are less than what adding them costs. */
    private static final int MOST_TILES = 192;
    private static final int FEWEST_TILES = 32;

    private final ConvShape s;
    private final Winograd algorithm;
    private final int m;
    private final int places;
    private final int K;
    private final int inputBlocks;
    private final int outputBlocks;
    private final int panels;
    private final int tiles;
    private final int T;
    private final WinogradInput input;
    private final boolean panelByPanel;
    private final long xiU;
    private final MemorySegment channels;
    private final MemorySegment neighbours;
    private final Workers workers;
    private final Workers.FrameTask transform = this::transform;
    private final Workers.FrameTask store = this::store;

    WinogradBackwardWeights(ConvShape s, Winograd algorithm, Workers workers) {
        this.s = s;
        this.algorithm = algorithm;
        this.workers = workers;
        m = algorithm.m();
        places = algorithm.places();
        K = s.SH() * s.SW() * s.IC();
        inputBlocks = WinogradInput.blocks(s);
        outputBlocks = Panel.blocks(s.OC());
        panels = Panel.count(outputBlocks);
        tiles = s.N() * algorithm.tiles(s);
        int most = Math.clamp(CACHE_BYTES / (places * (inputBlocks + outputBlocks) * Simd.BYTES), FEWEST_TILES, MOST_TILES);
        T = Math.ceilDiv(tiles, Math.ceilDiv(tiles, most));
        input = new WinogradInput(s, algorithm, T, WinogradInput.oddLines(inputBlocks * T * Simd.BYTES));
        panelByPanel = tiles == T && (panels % workers.threads() == 0 || panels >= 4 * workers.threads());
        xiU = WinogradInput.oddLines((panelByPanel ? Panel.BLOCKS : outputBlocks) * K * Simd.BYTES);
        channels = Arena.ofAuto().allocate(8L * K, 64);
        for (int k = 0; k < K; k++) {
            channels.setAtIndex(ValueLayout.JAVA_LONG, k, k / Simd.LANES * T * Simd.BYTES + k % Simd.LANES * Native.FLOAT);
        }
        neighbours = Arena.ofAuto().allocate(4L * T, 64);
        for (int tile = 0; tile < T; tile++) {
            neighbours.setAtIndex(ValueLayout.JAVA_INT, tile, (int) (tile * Simd.BYTES));
        }
    }

    @Override
    public String name() {
        return "conv backward weights, winograd 4x4" + (K > s.IC() ? " of " + K / s.IC() + " phases" : "") + ", blocks of " + T + " tiles";
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
        return offsetOfAreas() + (isParallel() ? workers.threads() : 1) * areaBytes();
    }

    /** Behind the position: V. */
    private static long offsetOfV() {
        return 64;
    }

    private long offsetOfZ() {
        return offsetOfV() + places * input.xi();
    }

    private long offsetOfU() {
        return offsetOfZ() + outputBlocks * blockZ();
    }

    private long offsetOfAreas() {
        return Math.ceilDiv(offsetOfU() + (panelByPanel ? workers.threads() : 1) * places * xiU, 128L) * 128;
    }

    /** Bytes between the places of a patch in Z of a panel. */
    private long xiZ(int vectors) {
        return WinogradInput.oddLines(vectors * T * Simd.BYTES);
    }

    /** Room for a block of output channels in Z, whatever panel it belongs to. */
    private long blockZ() {
        return places * (T * Simd.BYTES + 128);
    }

    /** What a worker needs: patches, or a tile of products, or a block of weights and one in the middle of its transform. */
    private long areaBytes() {
        return Math.ceilDiv(Math.max(WinogradInput.scratchBytes(algorithm), WeightBlock.bytes(s.KH() * s.KW()) + Winograd4Tile.WEIGHT_SCRATCH), 128L) * 128;
    }

    private long area(long frame, int worker) {
        return scratch(frame) + offsetOfAreas() + worker * areaBytes();
    }

    @Override
    public void start(long frame) {
        for (int first = 0; first < tiles; first += T) {
            Native.putLong(scratch(frame), first);
            share(transform, frame);
            share(this, frame);
        }
        if (!panelByPanel) {
            share(store, frame);
        }
    }

    private void share(Workers.FrameTask task, long frame) {
        if (isParallel()) {
            workers.run(task, frame);
        } else {
            task.run(frame, 0, 1);
        }
    }

    /** Transforms some of the tiles from the position on, of x as of dy. */
    private void transform(long frame, int worker, int of) {
        int first = (int) Native.getLong(scratch(frame));
        int count = Math.min(T, tiles - first);
        int from = first + (int) Workers.share(count, worker, of);
        int to = first + (int) Workers.share(count, worker + 1, of);
        long area = area(frame, worker);
        input.run(address(frame, 0), first, from, to, 0, inputBlocks, scratch(frame) + offsetOfV(), area);
        for (int panel = 0; panel < panels; panel++) {
            int block = Panel.first(panel, outputBlocks);
            int vectors = Panel.first(panel + 1, outputBlocks) - block;
            long z = z(frame, block);
            for (int tile = from; tile < to; tile++) {
                for (int v = 0; v < vectors; v++) {
                    output(frame, tile, block + v, z + ((long) (tile - first) * vectors + v) * Simd.BYTES, xiZ(vectors), area);
                }
            }
        }
    }

    private long z(long frame, int block) {
        return scratch(frame) + offsetOfZ() + block * blockZ();
    }

    private void output(long frame, int tile, int block, long dst, long xi, long area) {
        int wide = input.tilesWide();
        int high = input.tilesHigh();
        int oh = tile / wide % high * m;
        int ow = tile % wide * m;
        long row = s.OW() * Simd.BYTES;
        long plane = address(frame, 1) + ((long) (tile / (wide * high)) * outputBlocks + block) * s.OH() * row;
        long half = area + m * m * Simd.BYTES;
        if (oh + m <= s.OH() && ow + m <= s.OW()) {
            algorithm.outputGradient(plane + oh * row + ow * Simd.BYTES, row, dst, xi, half);
        } else {
            PaddedRows.copy(1, s.OH(), s.OW(), oh, m, ow, m, Simd.BYTES, plane, area);
            algorithm.outputGradient(area, m * Simd.BYTES, dst, xi, half);
        }
    }

    /** Computes some of the products over these tiles, and adds them to those of the tiles before; or all of some panels, and dw of them. */
    @Override
    public void run(long frame, int worker, int of) {
        long area = area(frame, worker);
        if (!panelByPanel) {
            long u = scratch(frame) + offsetOfU();
            int last = (int) Workers.share(places * panels, worker + 1, of);
            for (int item = (int) Workers.share(places * panels, worker, of); item < last; item++) {
                multiply(frame, item / panels, item % panels, u + Panel.first(item % panels, outputBlocks) * K * Simd.BYTES, area);
            }
            return;
        }
        long u = scratch(frame) + offsetOfU() + worker * places * xiU;
        int last = (int) Workers.share(panels, worker + 1, of);
        for (int panel = (int) Workers.share(panels, worker, of); panel < last; panel++) {
            for (int xi = 0; xi < places; xi++) {
                multiply(frame, xi, panel, u, area);
            }
            int block = Panel.first(panel, outputBlocks);
            int end = Panel.first(panel + 1, outputBlocks);
            int blocks = Panel.blocks(s.IC());
            for (int item = block * blocks; item < end * blocks; item++) {
                store(frame, item, u - block * K * Simd.BYTES, area);
            }
        }
    }

    /** Adds the products of a place and a panel, of which {@code u} is U of the first place. */
    private void multiply(long frame, int xi, int panel, long u, long area) {
        int first = (int) Native.getLong(scratch(frame));
        int block = Panel.first(panel, outputBlocks);
        int vectors = Panel.first(panel + 1, outputBlocks) - block;
        Panel.addProducts(K, vectors, scratch(frame) + offsetOfV() + xi * input.xi(), channels.address(), neighbours.address(),
                Math.min(T, tiles - first), z(frame, block) + xi * xiZ(vectors), u + xi * xiU, K * Simd.BYTES, first == 0, area);
    }

    private void store(long frame, int worker, int of) {
        int items = outputBlocks * Panel.blocks(s.IC());
        int last = (int) Workers.share(items, worker + 1, of);
        for (int item = (int) Workers.share(items, worker, of); item < last; item++) {
            store(frame, item, scratch(frame) + offsetOfU(), area(frame, worker));
        }
    }

    /** Transforms U into dw: a block of input and a block of output channels. */
    private void store(long frame, int item, long u, long area) {
        int blocks = Panel.blocks(s.IC());
        int taps = s.KH() * s.KW();
        int oc = item / blocks * Simd.LANES;
        int ic = item % blocks * Simd.LANES;
        int rows = Math.min(Simd.LANES, s.IC() - ic);
        long src = u + ((long) item / blocks * K + ic) * Simd.BYTES;
        for (int i = 0; i < rows; i++) {
            algorithm.weightsGradient(src + i * Simd.BYTES, xiU, s.IC() * Simd.BYTES, area + i * taps * Simd.BYTES, area + WeightBlock.bytes(taps));
        }
        Transpose.run(rows * taps, Math.min(Simd.LANES, s.OC() - oc), area, Simd.BYTES,
                address(frame, 2) + ((long) oc * s.IC() + ic) * taps * Native.FLOAT, (long) s.IC() * taps * Native.FLOAT);
    }
}
