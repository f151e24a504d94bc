package dev.gatun.onednn;

import static dev.gatun.onednn.Bf16MaxPool.SHORTS;
import static dev.gatun.vector.Native.ALL;
import static dev.gatun.vector.Native.ORDER;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.I2S;
import static jdk.incubator.vector.VectorOperators.IS_NAN;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_S2I;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Pooling;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import dev.gatun.vector.FrameKernel;
import dev.gatun.vector.Simd;
import dev.gatun.vector.Workers;
import java.util.List;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * dx[i] = Σ dy[o] over the windows o whose largest element is at i, of BF16 where channels lie side by side: a place looks at the few windows that have it,
 * sums up in float32 and rounds once.
 */
record Bf16MaxPoolGradient(WindowPositions positions, Workers workers) implements FrameKernel {
    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, Simd.F32.vectorShape());
    private static final int HALF = 16;
    /** Half of the lowest bit that a BF16 keeps, less one: with that bit added, ties go to even. */
    private static final int ALMOST_HALF = 0x7FFF;
    private static final int QUIET = 0x40;

    /** Returns the kernel, or empty if the positions were not written by {@link Bf16MaxPool}, for these windows. */
    static Optional<Kernel> of(Pooling.MaxPoolBackward op, KernelRequest.Single request, Workers workers) {
        TensorType dy = request.inputs().getFirst();
        PoolShape shape = new PoolShape(op.window(), request.outputs().getFirst(), dy);
        return request.layouts().getLast() instanceof WindowPositions p && dy.dtype() == DType.BF16 && p.runs().shape().equals(shape)
                ? Optional.of(new Bf16MaxPoolGradient(p, workers)) : Optional.empty();
    }

    private PixelRuns runs() {
        return positions.runs();
    }

    @Override
    public String name() {
        return "gradient of a max pool of pixels";
    }

    @Override
    public List<Layout> inputLayouts() {
        return List.of(runs().layout(runs().shape().y()), positions);
    }

    @Override
    public List<Layout> outputLayouts() {
        return List.of(runs().layout(runs().shape().x()));
    }

    @Override
    public int buffers() {
        return 3;
    }

    @Override
    public boolean isParallel() {
        return runs().shape().x().elements() >= PARALLEL_ELEMENTS;
    }

    @Override
    public void run(long frame, int worker, int of) {
        PixelRuns r = runs();
        int IH = r.in(0);
        int IW = r.in(1);
        long last = Workers.share((long) r.planes() * IH, worker + 1, of);
        for (long row = Workers.share((long) r.planes() * IH, worker, of); row < last; row++) {
            int ih = (int) (row % IH);
            long plane = row / IH * r.out(0) * r.out(1) * r.pixel();
            int h0 = r.firstWindow(0, ih);
            int h1 = r.endWindow(0, ih);
            for (int iw = 0; iw < IW; iw++) {
                long dx = address(frame, 2) + (row * IW + iw) * r.pixel();
                pixel(address(frame, 0) + plane, address(frame, 1) + 2 * plane, ih * IW + iw, h0, h1, r.firstWindow(1, iw), r.endWindow(1, iw), dx);
            }
        }
    }

    private void pixel(long dy, long index, int position, int h0, int h1, int w0, int w1, long dx) {
        PixelRuns r = runs();
        for (int c = 0; c < r.channels(); c += SHORTS.length()) {
            FloatVector sum = FloatVector.zero(Simd.F32);
            for (int h = h0; h < h1; h++) {
                long at = ((long) h * r.out(1) + w0) * r.channels() + c;
                for (int w = w0; w < w1; w++, at += r.channels()) {
                    VectorMask<Float> here = IntVector.fromMemorySegment(INTS, ALL, index + 4 * at, ORDER).compare(EQ, position).cast(Simd.F32);
                    IntVector bits = (IntVector) ShortVector.fromMemorySegment(SHORTS, ALL, dy + 2 * at, ORDER).convertShape(ZERO_EXTEND_S2I, INTS, 0);
                    sum = sum.add(bits.lanewise(LSHL, HALF).reinterpretAsFloats(), here);
                }
            }
            narrow(sum).intoMemorySegment(ALL, dx + 2L * c, ORDER);
        }
    }

    /** Returns the nearest BF16, ties to even; a NaN stays one. */
    private static ShortVector narrow(FloatVector v) {
        IntVector bits = v.reinterpretAsInts();
        IntVector upper = bits.lanewise(LSHR, HALF);
        IntVector rounded = bits.add(ALMOST_HALF).add(upper.and(1)).lanewise(LSHR, HALF).blend(upper.or(QUIET), v.test(IS_NAN).cast(INTS));
        return (ShortVector) rounded.convertShape(I2S, SHORTS, 0);
    }
}
