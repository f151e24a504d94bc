package dev.gatun.vector.blocked;

import dev.gatun.TensorType;
import dev.gatun.op.Convolution;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
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
import java.util.Optional;

/**
 * The gradient of a convolution in its weights, with G = 1:
 *
 * <pre>dw[oc, ic, kh, kw] = Σ x[n, ic, oh·SH + kh·DH - PH, ow·SW + kw·DW - PW] · dy[n, oc, oh, ow]   over n, oh, ow</pre>
 *
 * <p>It is {@link DirectConv} with the roles of its two tables exchanged: the tile's rows are weights (ic, kh, kw), the terms of its sums are pixels, and
 * what is read vector by vector is dy, of which a panel of channels is copied together first. Some hundred pixels at a time, rows of an image or whole images;
 * their sums are added up in memory, pixel by pixel in the same order whoever shares the work. In the end the sums are transposed into row-major dw; where all
 * pixels are one part, at once, some blocks of input channels at a time, while the first caches hold them.
 */
final class BackwardWeightsConv implements FrameKernel {
    /** Pixels of a sum: adding it to those before takes a small part of its time, and a panel of dy stays near. An image of 14 x 14 is one sum. */
    private static final int PIXELS = 256;

    /** Terms whose sums are transposed while they are in a cache: with a full panel 128 KiB. */
    private static final int TERMS = 512;

    private final ConvShape s;
    private final int block;
    private final int inputPlanes;
    private final int outputBlocks;
    private final int panels;
    private final boolean padded;
    private final boolean onePart;
    private final int blocksAtOnce;
    private final int images;
    private final int rows;
    private final long rowBytes;
    private final long planeBytes;
    private final long imageBytes;
    private final MemorySegment terms;
    private final MemorySegment pixels;
    private final Workers workers;
    private final Workers.FrameTask store = this::store;

    private BackwardWeightsConv(ConvShape shape, boolean plain, Workers workers) {
        this.workers = workers;
        s = shape.flat();
        block = plain ? 1 : Simd.LANES;
        inputPlanes = Math.ceilDiv(s.IC(), block);
        outputBlocks = Panel.blocks(s.OC());
        panels = Panel.count(outputBlocks);
        padded = s.seesOutside();
        rows = equal(s.OH(), PIXELS / s.OW());
        images = rows < s.OH() ? 1 : equal(s.N(), PIXELS / (s.OH() * s.OW()));
        onePart = rows == s.OH() && images == s.N();
        blocksAtOnce = Math.clamp(TERMS / (Simd.LANES * s.KH() * s.KW()), 1, Panel.blocks(s.IC()));
        rowBytes = (padded ? s.columnsSeen() : s.IW()) * pixelBytes();
        imageBytes = padded ? s.rowsSeen(rows) * rowBytes : inputPlanes * s.IH() * rowBytes;
        planeBytes = padded ? images * imageBytes : s.IH() * rowBytes;
        terms = offsetsOfTerms();
        pixels = offsetsOfPixels();
    }

    /** Returns the kernel, or empty if groups see each other's channels, offsets exceed 32 bits, or sums have too many terms. */
    static Optional<Kernel> of(Convolution.ConvBackwardWeights op, KernelRequest.Single request, Workers workers) {
        TensorType x = request.inputs().get(0);
        WarmUp.startGradients();
        return ConvShape.of(new Convolution.Conv(op.geometry()), x, request.outputs().getFirst())
                .filter(ConvChoice::canBeTrained)
                .flatMap(s -> ConvChoice.winogradForWeights(s).<Kernel>map(algorithm -> new WinogradBackwardWeights(s, algorithm, workers))
                        .or(() -> direct(s, workers)));
    }

    private static Optional<Kernel> direct(ConvShape s, Workers workers) {
        if (PointwiseBackwardWeights.suits(s)) {
            return Optional.of(new PointwiseBackwardWeights(s, workers));
        }
        var kernel = new BackwardWeightsConv(s, ConvChoice.hasFewChannels(s), workers);
        boolean fits = kernel.images * kernel.imageBytes < Integer.MAX_VALUE && (long) kernel.images * kernel.rows * s.OW() <= Native.TERMS;
        return fits ? Optional.of(kernel) : Optional.empty();
    }

    /** Returns the length of the parts, at most {@code most} long and as equal as possible, that {@code n} is cut into. */
    private static int equal(int n, int most) {
        return Math.ceilDiv(n, Math.ceilDiv(n, Math.clamp(most, 1, n)));
    }

    private long pixelBytes() {
        return block * Native.FLOAT;
    }

    private MemorySegment offsetsOfTerms() {
        MemorySegment table = Arena.ofAuto().allocate(8L * s.terms(), 64);
        Taps.visit(s.IC(), s.KH(), s.KW(), block, (k, ic, kh, kw) -> table.setAtIndex(ValueLayout.JAVA_LONG, k,
                ic / block * planeBytes + kh * s.DH() * rowBytes + kw * s.DW() * pixelBytes() + ic % block * Native.FLOAT));
        return table;
    }

    private MemorySegment offsetsOfPixels() {
        int plane = rows * s.OW();
        MemorySegment table = Arena.ofAuto().allocate(4L * images * plane, 64);
        for (int q = 0; q < images * plane; q++) {
            long offset = q / plane * imageBytes + q % plane / s.OW() * s.SH() * rowBytes + q % s.OW() * s.SW() * pixelBytes();
            table.setAtIndex(ValueLayout.JAVA_INT, q, (int) offset);
        }
        return table;
    }

    @Override
    public String name() {
        return "conv backward weights " + s.KH() + "x" + s.KW() + ", tiles 6x" + Panel.BLOCKS * Simd.LANES;
    }

    @Override
    public List<Layout> inputLayouts() {
        return List.of(block == 1 ? Layout.PLAIN : Blocked.NATIVE, Blocked.NATIVE);
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
        return sumBytes() + (isParallel() ? workers.threads() : 1) * areaBytes();
    }

    /** The sums: [block of output channels, term, output channel]. */
    private long sumBytes() {
        return onePart ? 0 : Math.ceilDiv(outputBlocks * sumPlane(), 128L) * 128;
    }

    private long sumPlane() {
        return (onePart ? termsOfBlocks(blocksAtOnce) : s.terms()) * Simd.BYTES;
    }

    /** Returns the terms of the first {@code blocks} blocks of input channels. */
    private int termsOfBlocks(int blocks) {
        return Math.min(s.IC(), blocks * Simd.LANES) * s.KH() * s.KW();
    }

    /**
     * What a worker needs: a tile or, in the end, a block of weights in two orders; a panel of dy; padded rows of x; sums of one part. Workers do not share
     * lines of the cache.
     */
    private long areaBytes() {
        return Math.ceilDiv(offsetOfSums() + (onePart ? Panel.BLOCKS * sumPlane() : 0), 128L) * 128;
    }

    private long offsetOfPanel() {
        return Math.max(Panel.TILE_BYTES, 2 * WeightBlock.bytes(s.KH() * s.KW()));
    }

    private long offsetOfInput() {
        return offsetOfPanel() + (long) images * rows * s.OW() * Panel.BLOCKS * Simd.BYTES;
    }

    private long offsetOfSums() {
        return Math.ceilDiv(offsetOfInput() + (padded ? inputPlanes * planeBytes : 0), 128L) * 128;
    }

    @Override
    public void start(long frame) {
        if (isParallel()) {
            workers.run(this, frame);
        } else {
            run(frame, 0, 1);
        }
        if (!onePart && isParallel()) {
            workers.run(store, frame);
        } else if (!onePart) {
            store(frame, 0, 1);
        }
    }

    /** A grid of workers: each computes some panels and some blocks of input channels, over all pixels. */
    @Override
    public void run(long frame, int worker, int of) {
        int columns = panels % of == 0 || panels >= 4 * of ? of : 1;
        int gridRows = of / columns;
        int firstPanel = (int) Workers.share(panels, worker % columns, columns);
        int lastPanel = (int) Workers.share(panels, worker % columns + 1, columns);
        long area = scratch(frame) + sumBytes() + worker * areaBytes();
        if (onePart) {
            int inputBlocks = Panel.blocks(s.IC());
            onePart(frame, firstPanel, lastPanel, (int) Workers.share(inputBlocks, worker / columns, gridRows),
                    (int) Workers.share(inputBlocks, worker / columns + 1, gridRows), area);
            return;
        }
        int from = (int) Workers.share(s.terms(), worker / columns, gridRows);
        int to = (int) Workers.share(s.terms(), worker / columns + 1, gridRows);
        boolean isFirst = true;
        for (int n = 0; n < s.N(); n += images) {
            for (int oh = 0; oh < s.OH(); oh += rows) {
                int count = Math.min(images, s.N() - n);
                int height = Math.min(rows, s.OH() - oh);
                long src = input(frame, n, count, oh, from, to, area);
                for (int panel = firstPanel; panel < lastPanel; panel++) {
                    gather(frame, panel, n, count, oh, height, area + offsetOfPanel());
                    addProducts(panel, count * height * s.OW(), src, from, to, isFirst,
                            scratch(frame) + Panel.first(panel, outputBlocks) * sumPlane() + from * Simd.BYTES, area);
                }
                isFirst = false;
            }
        }
    }

    /** Computes some panels of some blocks of input channels where all pixels are one part. */
    private void onePart(long frame, int firstPanel, int lastPanel, int firstBlock, int lastBlock, long area) {
        long src = input(frame, 0, s.N(), 0, termsOfBlocks(firstBlock), termsOfBlocks(lastBlock), area);
        long sums = area + offsetOfSums();
        for (int panel = firstPanel; panel < lastPanel; panel++) {
            gather(frame, panel, 0, s.N(), 0, s.OH(), area + offsetOfPanel());
            int end = Panel.first(panel + 1, outputBlocks);
            for (int block = firstBlock; block < lastBlock; block += blocksAtOnce) {
                int behind = Math.min(lastBlock, block + blocksAtOnce);
                int from = termsOfBlocks(block);
                addProducts(panel, s.N() * s.OH() * s.OW(), src, from, termsOfBlocks(behind), true, sums, area);
                for (int o = Panel.first(panel, outputBlocks); o < end; o++) {
                    long plane = sums + (o - Panel.first(panel, outputBlocks)) * sumPlane();
                    for (int i = block; i < behind; i++) {
                        store(frame, o, i, plane + (termsOfBlocks(i) - from) * Simd.BYTES, area);
                    }
                }
            }
        }
    }

    /** Returns where the offsets count from for the pixels of rows {@code oh} on, of {@code count} images from {@code n} on. */
    private long input(long frame, int n, int count, int oh, int from, int to, long area) {
        long plane = s.IH() * (s.IW() * pixelBytes());
        long x = address(frame, 0) + n * inputPlanes * plane;
        if (!padded) {
            return x + oh * s.SH() * rowBytes;
        }
        int ofPlane = s.KH() * s.KW() * block;                     // terms
        long dst = area + offsetOfInput();
        for (int p = from / ofPlane; p * ofPlane < to; p++) {
            for (int i = 0; i < count; i++) {
                PaddedRows.copy(1, s.IH(), s.IW(), oh * s.SH() - s.PH(), s.rowsSeen(rows), -s.PW(), s.columnsSeen(), pixelBytes(),
                        x + (i * inputPlanes + p) * plane, dst + p * planeBytes + i * imageBytes);
            }
        }
        return dst;
    }

    /** Copies a panel of dy together, of {@code height} rows of {@code count} images. */
    private void gather(long frame, int panel, int n, int count, int oh, int height, long dst) {
        int first = Panel.first(panel, outputBlocks);
        int vectors = Panel.first(panel + 1, outputBlocks) - first;
        long plane = s.OH() * (s.OW() * Simd.BYTES);
        int K = height * s.OW();
        for (int i = 0; i < count; i++) {
            for (int v = 0; v < vectors; v++) {
                spread(K, address(frame, 1) + ((long) (n + i) * outputBlocks + first + v) * plane + oh * (s.OW() * Simd.BYTES), Simd.BYTES,
                        dst + ((long) i * K * vectors + v) * Simd.BYTES, vectors * Simd.BYTES);
            }
        }
    }

    /** Adds the sums over {@code K} pixels of terms {@code from} .. {@code to} and a panel of output channels. */
    private void addProducts(int panel, int K, long src, int from, int to, boolean isFirst, long dst, long area) {
        int vectors = Panel.first(panel + 1, outputBlocks) - Panel.first(panel, outputBlocks);
        Panel.addProducts(to - from, vectors, src, terms.address() + 8L * from, pixels.address(), K, area + offsetOfPanel(), dst, sumPlane(), isFirst, area);
    }

    /** Copies vectors that lie {@code srcStep} bytes apart to places {@code step} bytes apart. */
    static void spread(int count, long src, long srcStep, long dst, long step) {
        for (int q = 0; q < count; q++) {
            Native.store(dst, Native.load(src));
            src += srcStep;
            dst += step;
        }
    }

    /** Transposes the sums into dw, a block of input by a block of output channels at a time. */
    private void store(long frame, int worker, int of) {
        int inputBlocks = Panel.blocks(s.IC());
        long area = scratch(frame) + sumBytes() + worker * areaBytes();
        long last = Workers.share((long) outputBlocks * inputBlocks, worker + 1, of);
        for (long item = Workers.share((long) outputBlocks * inputBlocks, worker, of); item < last; item++) {
            int o = (int) (item / inputBlocks);
            int i = (int) (item % inputBlocks);
            store(frame, o, i, scratch(frame) + o * sumPlane() + termsOfBlocks(i) * Simd.BYTES, area);
        }
    }

    /**
     * Transposes the sums at {@code src}, of a block of output and a block of input channels, into dw. Full blocks by way of memory that lies together: rows of
     * dw are often so many bytes apart that a cache has room for half of a block, and each pass would wait for the next cache.
     */
    private void store(long frame, int o, int i, long src, long area) {
        int taps = s.KH() * s.KW();
        int oc = o * Simd.LANES;
        int ic = i * Simd.LANES;
        int channels = Math.min(Simd.LANES, s.IC() - ic);
        int outputs = Math.min(Simd.LANES, s.OC() - oc);
        long from = src;
        if (block > 1 && taps > 1) {                                 // [tap, channel] to [channel, tap]
            for (int tap = 0; tap < taps; tap++) {
                spread(channels, src + tap * channels * Simd.BYTES, Simd.BYTES, area + tap * Simd.BYTES, taps * Simd.BYTES);
            }
            from = area;
        }
        long dw = address(frame, 2) + ((long) oc * s.IC() + ic) * taps * Native.FLOAT;
        long row = (long) s.IC() * taps * Native.FLOAT;
        if (channels < Simd.LANES) {
            Transpose.run(channels * taps, outputs, from, Simd.BYTES, dw, row);
            return;
        }
        long together = area + WeightBlock.bytes(taps);
        Transpose.run(channels * taps, outputs, from, Simd.BYTES, together, taps * Simd.BYTES);
        for (int c = 0; c < outputs; c++) {
            spread(taps, together + c * (taps * Simd.BYTES), Simd.BYTES, dw + c * row, Simd.BYTES);
        }
    }
}
