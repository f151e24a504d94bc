package dev.gatun.onednn;

import static dev.gatun.vector.Native.ALL;
import static dev.gatun.vector.Native.ORDER;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.XOR;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Pooling;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import dev.gatun.vector.FrameKernel;
import dev.gatun.vector.Native;
import dev.gatun.vector.Simd;
import dev.gatun.vector.Workers;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The largest BF16 of each window where channels lie side by side, last or in blocks, and its position: what oneDNN would take without NaN, and the vector
 * backend does not read.
 *
 * <p>Numbers are compared as integers: with the bits below the sign of negative ones inverted they are in order, and a NaN without its sign is above infinity.
 * Where the position counts, zeros of both signs are equal, and the first stays; else a window of nothing above zeros of both signs gives +0.
 */
record Bf16MaxPool(PixelRuns runs, boolean indices, Layout layout, Layout positions, Workers workers) implements FrameKernel {
    static final VectorSpecies<Short> SHORTS = VectorSpecies.of(short.class, VectorShape.forBitSize(Simd.F32.vectorBitSize() / 2));
    private static final int BELOW_SIGN = 0x7FFF;
    private static final int INFINITY = 0x7F80;
    private static final int SIGN = 15;

    /** Returns the kernel, or empty for other types, unusual windows and other layouts. */
    static Optional<Kernel> of(Pooling.MaxPool op, KernelRequest.Single request, Workers workers) {
        TensorType x = request.inputs().getFirst();
        TensorType y = request.outputs().getFirst();
        PoolShape shape = new PoolShape(op.window(), x, y);
        if (x.dtype() != DType.BF16 || !shape.isUsual() || op.window().spatialRank() > 2) {
            return Optional.empty();
        }
        return ImageFormat.first(DataType.BF16, x, request.layouts().getFirst(), format -> PixelRuns.of(shape, format).map(runs ->
                new Bf16MaxPool(runs, op.indices(), runs.layout(y), new WindowPositions(runs, runs.layout(y.with(DType.I32))), workers)));
    }

    @Override
    public String name() {
        return "max pool of pixels";
    }

    @Override
    public List<Layout> inputLayouts() {
        return List.of(runs.layout(runs.shape().x()));
    }

    @Override
    public List<Layout> outputLayouts() {
        return indices ? List.of(layout, positions) : List.of(layout);
    }

    @Override
    public int buffers() {
        return indices ? 3 : 2;
    }

    @Override
    public boolean isParallel() {
        return runs.shape().x().elements() >= PARALLEL_ELEMENTS;
    }

    /** Of a worker: which place of the window is the largest, a number a channel. */
    @Override
    public long scratchBytes() {
        return 2L * SHORTS.length() * workers.threads();
    }

    @Override
    public void run(long frame, int worker, int of) {
        int OW = runs.out(1);
        int OH = runs.out(0);
        long places = scratch(frame) + 2L * SHORTS.length() * worker;
        long last = Workers.share((long) runs.planes() * OH, worker + 1, of);
        for (long row = Workers.share((long) runs.planes() * OH, worker, of); row < last; row++) {
            long plane = address(frame, 0) + row / OH * runs.in(0) * runs.in(1) * runs.pixel();
            for (int ow = 0; ow < OW; ow++) {
                long at = row * OW + ow;
                long i = indices ? address(frame, 2) + 2 * at * runs.pixel() : 0;
                window(plane, (int) (row % OH), ow, address(frame, 1) + at * runs.pixel(), i, places);
            }
        }
    }

    private void window(long plane, int oh, int ow, long y, long index, long places) {
        int h0 = runs.first(0, oh);
        int h1 = runs.end(0, oh);
        int w0 = runs.first(1, ow);
        int w1 = runs.end(1, ow);
        int L = SHORTS.length();
        for (int c = 0; c < runs.channels(); c += L) {
            if (indices) {
                largest(plane + 2L * c, h0, h1, w0, w1, y + 2L * c, places);
                for (int lane = 0; lane < L; lane++) {
                    int place = ALL.get(ValueLayout.JAVA_SHORT, places + 2L * lane);
                    Native.putInt(index + 4L * (c + lane), (h0 + place / (w1 - w0)) * runs.in(1) + w0 + place % (w1 - w0));
                }
            } else {
                largest(plane + 2L * c, h0, h1, w0, w1, y + 2L * c);
            }
        }
    }

    private static ShortVector key(ShortVector v) {
        ShortVector size = v.and((short) BELOW_SIGN);
        ShortVector ordered = ordered(v);
        return ordered.blend(size, size.compare(GT, (short) INFINITY));
    }

    /** Its own inverse. */
    private static ShortVector ordered(ShortVector v) {
        return v.lanewise(XOR, v.lanewise(ASHR, SIGN).and((short) BELOW_SIGN));
    }

    private void largest(long x, int h0, int h1, int w0, int w1, long y) {
        long pixel = runs.pixel();
        long row = runs.in(1) * pixel;
        ShortVector best = ShortVector.broadcast(SHORTS, Short.MIN_VALUE);
        for (int h = h0; h < h1; h++) {
            long at = x + h * row + w0 * pixel;
            for (int w = w0; w < w1; w++, at += pixel) {
                best = best.max(key(ShortVector.fromMemorySegment(SHORTS, ALL, at, ORDER)));
            }
        }
        ordered(best).intoMemorySegment(ALL, y, ORDER);
    }

    /** {@link #key} of which zeros of both signs have the same: the sign and the bits below it as a number. */
    private static ShortVector number(ShortVector v) {
        ShortVector size = v.and((short) BELOW_SIGN);
        ShortVector sign = v.lanewise(ASHR, SIGN);
        return size.lanewise(XOR, sign).sub(sign).blend(size, size.compare(GT, (short) INFINITY));
    }

    /** {@link #largest(long, int, int, int, int, long)} that also stores which place of the window it is, the first of equal ones. */
    private void largest(long x, int h0, int h1, int w0, int w1, long y, long places) {
        long pixel = runs.pixel();
        long row = runs.in(1) * pixel;
        ShortVector best = ShortVector.broadcast(SHORTS, Short.MIN_VALUE);
        ShortVector value = ShortVector.zero(SHORTS);
        ShortVector which = ShortVector.zero(SHORTS);
        short place = 0;
        for (int h = h0; h < h1; h++) {
            long at = x + h * row + w0 * pixel;
            for (int w = w0; w < w1; w++, at += pixel) {
                ShortVector v = ShortVector.fromMemorySegment(SHORTS, ALL, at, ORDER);
                ShortVector k = number(v);
                VectorMask<Short> larger = k.compare(GT, best);
                best = best.blend(k, larger);
                value = value.blend(v, larger);
                which = which.blend(place++, larger);
            }
        }
        value.intoMemorySegment(ALL, y, ORDER);
        which.intoMemorySegment(ALL, places, ORDER);
    }
}
