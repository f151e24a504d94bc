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
 * their sums are added up in memory, pixel by pixel in the same order whoever shares the work. In the end the sums are transposed into row-major dw.
 */
final class BackwardWeightsConv implements FrameKernel {
    /** Pixels of a sum: adding it to those before takes a small part of its time, and a panel of dy fits a quarter of the second-level cache. */
    private static final int PIXELS = 512;

    private final ConvShape s;
    private final int block;
    private final int inputPlanes;
    private final int outputBlocks;
    private final int panels;
    private final boolean padded;
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
        rowBytes = (padded ? s.columnsSeen() : s.IW()) * pixelBytes();
        imageBytes = padded ? s.rowsSeen(rows) * rowBytes : inputPlanes * s.IH() * rowBytes;
        planeBytes = padded ? images * imageBytes : s.IH() * rowBytes;
        terms = offsetsOfTerms();
        pixels = offsetsOfPixels();
    }

    /** Returns the kernel, or empty if groups see each other's channels, or offsets exceed 32 bits. */
    static Optional<Kernel> of(Convolution.ConvBackwardWeights op, KernelRequest.Single request, Workers workers) {
        TensorType x = request.inputs().get(0);
        WarmUp.startGradients();
        return ConvShape.of(new Convolution.Conv(op.geometry()), x, request.outputs().getFirst())
                .filter(ConvChoice::canBeTrained)
                .flatMap(s -> ConvChoice.winogradForWeights(s).<Kernel>map(algorithm -> new WinogradBackwardWeights(s, algorithm, workers))
                        .or(() -> direct(s, workers)));
    }

    private static Optional<Kernel> direct(ConvShape s, Workers workers) {
        var kernel = new BackwardWeightsConv(s, ConvChoice.hasFewChannels(s), workers);
        return kernel.images * kernel.imageBytes < Integer.MAX_VALUE ? Optional.of(kernel) : Optional.empty();
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
        return Math.ceilDiv(outputBlocks * sumPlane(), 128L) * 128;
    }

    private long sumPlane() {
        return s.terms() * Simd.BYTES;
    }

    /** What a worker needs: a tile or, in the end, a block of weights; a panel of dy; padded rows of x. Workers do not share lines of the cache. */
    private long areaBytes() {
        return Math.ceilDiv(offsetOfInput() + (padded ? inputPlanes * planeBytes : 0), 128L) * 128;
    }

    private long offsetOfPanel() {
        return Math.max(Panel.PIXELS * Panel.BLOCKS * Simd.BYTES, WeightBlock.bytes(s.KH() * s.KW()));
    }

    private long offsetOfInput() {
        return offsetOfPanel() + (long) images * rows * s.OW() * Panel.BLOCKS * Simd.BYTES;
    }

    @Override
    public void start(long frame) {
        if (isParallel()) {
            workers.run(this, frame);
            workers.run(store, frame);
        } else {
            run(frame, 0, 1);
            store(frame, 0, 1);
        }
    }

    /** A grid of workers: each computes some panels and some terms, over all pixels. */
    @Override
    public void run(long frame, int worker, int of) {
        int columns = panels % of == 0 || panels >= 4 * of ? of : 1;
        int gridRows = of / columns;
        int firstPanel = (int) Workers.share(panels, worker % columns, columns);
        int lastPanel = (int) Workers.share(panels, worker % columns + 1, columns);
        int from = (int) Workers.share(s.terms(), worker / columns, gridRows);
        int to = (int) Workers.share(s.terms(), worker / columns + 1, gridRows);
        long area = scratch(frame) + sumBytes() + worker * areaBytes();
        boolean isFirst = true;
        for (int n = 0; n < s.N(); n += images) {
            for (int oh = 0; oh < s.OH(); oh += rows) {
                int count = Math.min(images, s.N() - n);
                int height = Math.min(rows, s.OH() - oh);
                long src = input(frame, n, count, oh, from, to, area);
                for (int panel = firstPanel; panel < lastPanel; panel++) {
                    panel(frame, panel, n, count, oh, height, src, from, to, isFirst, area);
                }
                isFirst = false;
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

    /** Adds the sums over these pixels of terms {@code from} .. {@code to} and a panel of output channels. */
    private void panel(long frame, int panel, int n, int count, int oh, int height, long src, int from, int to, boolean isFirst, long area) {
        int first = Panel.first(panel, outputBlocks);
        int vectors = Panel.first(panel + 1, outputBlocks) - first;
        long plane = s.OH() * (s.OW() * Simd.BYTES);
        long dy = area + offsetOfPanel();
        int K = height * s.OW();
        for (int i = 0; i < count; i++) {
            for (int v = 0; v < vectors; v++) {
                spread(K, address(frame, 1) + ((long) (n + i) * outputBlocks + first + v) * plane + oh * (s.OW() * Simd.BYTES),
                        dy + ((long) i * K * vectors + v) * Simd.BYTES, vectors * Simd.BYTES);
            }
        }
        Panel.addProducts(to - from, vectors, src, terms.address() + 8L * from, pixels.address(), count * K, dy,
                scratch(frame) + first * sumPlane() + from * Simd.BYTES, sumPlane(), isFirst, area);
    }

    /** Copies vectors that lie one behind the other to places {@code step} bytes apart. */
    static void spread(int count, long src, long dst, long step) {
        for (int q = 0; q < count; q++) {
            Native.store(dst, Native.load(src));
            src += Simd.BYTES;
            dst += step;
        }
    }

    /** Transposes the sums into dw, a block of input by a block of output channels at a time. */
    private void store(long frame, int worker, int of) {
        int taps = s.KH() * s.KW();
        int inputBlocks = Panel.blocks(s.IC());
        long area = scratch(frame) + sumBytes() + worker * areaBytes();
        long last = Workers.share((long) outputBlocks * inputBlocks, worker + 1, of);
        for (long item = Workers.share((long) outputBlocks * inputBlocks, worker, of); item < last; item++) {
            int oc = (int) (item / inputBlocks) * Simd.LANES;
            int ic = (int) (item % inputBlocks) * Simd.LANES;
            int channels = Math.min(Simd.LANES, s.IC() - ic);
            long src = scratch(frame) + item / inputBlocks * sumPlane() + ic * taps * Simd.BYTES;
            if (block > 1 && taps > 1) {                             // [tap, channel] to [channel, tap]
                for (int tap = 0; tap < taps; tap++) {
                    spread(channels, src + tap * channels * Simd.BYTES, area + tap * Simd.BYTES, taps * Simd.BYTES);
                }
                src = area;
            }
            Transpose.run(channels * taps, Math.min(Simd.LANES, s.OC() - oc), src, Simd.BYTES,
                    address(frame, 2) + ((long) oc * s.IC() + ic) * taps * Native.FLOAT, (long) s.IC() * taps * Native.FLOAT);
        }
    }
}
