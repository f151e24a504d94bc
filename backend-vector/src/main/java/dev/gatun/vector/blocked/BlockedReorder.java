package dev.gatun.vector.blocked;

import static dev.gatun.vector.Native.ALL;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import dev.gatun.vector.FrameKernel;
import dev.gatun.vector.Native;
import dev.gatun.vector.Simd;
import dev.gatun.vector.Transpose;
import dev.gatun.vector.Workers;
import java.util.List;
import java.util.Optional;

/** Copies activations from row-major to {@link Blocked} and back: for each block of channels the transpose of [channels, pixels]. */
final class BlockedReorder implements FrameKernel {
    /** Pixels that are moved channel by channel: their vectors stay in the first-level cache. */
    private static final int STRIP = 64;

    private final boolean toBlocked;
    private final int C;
    private final int blocks;
    private final int pixels;
    private final boolean truth;
    private final long items;
    private final Workers workers;

    private BlockedReorder(TensorType type, boolean toBlocked, Workers workers) {
        this.toBlocked = toBlocked;
        this.workers = workers;
        C = type.shape().dim(1);
        blocks = Panel.blocks(C);
        pixels = Blocked.pixels(type.shape());
        truth = type.dtype() == DType.BOOL;
        items = (long) type.shape().dim(0) * blocks * strips();      // item = (image · blocks + block) · strips + strip
    }

    /** Returns the kernel between row-major and a layout of this package, or empty for other layouts. */
    static Optional<Kernel> of(KernelRequest.Reorder request, Workers workers) {
        if (request.from().equals(Layout.PLAIN) && request.to() instanceof PackedWeights packed) {
            return Optional.of(new PackWeights(request.type(), packed, workers));
        }
        boolean to = request.from().equals(Layout.PLAIN) && request.to().equals(Blocked.NATIVE);
        boolean back = request.from().equals(Blocked.NATIVE) && request.to().equals(Layout.PLAIN);
        return (to || back) && Blocked.canHold(request.type()) ? Optional.of(new BlockedReorder(request.type(), to, workers)) : Optional.empty();
    }

    private int strips() {
        return Math.ceilDiv(pixels, STRIP);
    }

    @Override
    public String name() {
        return "reorder " + (toBlocked ? "to " : "from ") + Blocked.NATIVE.label();
    }

    @Override
    public List<Layout> inputLayouts() {
        return List.of(toBlocked ? Layout.PLAIN : Blocked.NATIVE);
    }

    @Override
    public List<Layout> outputLayouts() {
        return List.of(toBlocked ? Blocked.NATIVE : Layout.PLAIN);
    }

    @Override
    public int buffers() {
        return 2;
    }

    @Override
    public Workers workers() {
        return workers;
    }

    @Override
    public boolean isParallel() {
        return items * STRIP * Simd.LANES >= PARALLEL_ELEMENTS;
    }

    @Override
    public void run(long frame, int worker, int of) {
        long plain = address(frame, toBlocked ? 0 : 1);
        long blocked = address(frame, toBlocked ? 1 : 0);
        long last = Workers.share(items, worker + 1, of);
        for (long item = Workers.share(items, worker, of); item < last; item++) {
            long plane = item / strips();
            int first = (int) (item % strips()) * STRIP;
            int channel = (int) (plane % blocks) * Simd.LANES;
            int channels = Math.min(Simd.LANES, C - channel);
            int count = Math.min(STRIP, pixels - first);
            if (truth) {
                moveBytes(channels, count, plain + (plane / blocks * C + channel) * pixels + first, blocked + (plane * pixels + first) * Simd.LANES);
                continue;
            }
            long row = plain + ((plane / blocks * C + channel) * pixels + first) * Native.FLOAT;
            long vectors = blocked + (plane * pixels + first) * Simd.BYTES;
            if (toBlocked) {
                if (channels < Simd.LANES) {
                    Native.zero(vectors, count * Simd.BYTES);
                }
                Transpose.run(channels, count, row, pixels * Native.FLOAT, vectors, Simd.BYTES);
            } else {
                Transpose.run(count, channels, vectors, Simd.BYTES, row, pixels * Native.FLOAT);
            }
        }
    }

    /** The same for elements of one byte. */
    private void moveBytes(int channels, int count, long plain, long blocked) {
        for (int c = 0; c < channels; c++) {
            for (int q = 0; q < count; q++) {
                long row = plain + (long) c * pixels + q;
                long vector = blocked + (long) q * Simd.LANES + c;
                ALL.set(JAVA_BYTE, toBlocked ? vector : row, ALL.get(JAVA_BYTE, toBlocked ? row : vector));
            }
        }
        for (int c = channels; toBlocked && c < Simd.LANES; c++) {
            for (int q = 0; q < count; q++) {
                ALL.set(JAVA_BYTE, blocked + (long) q * Simd.LANES + c, (byte) 0);
            }
        }
    }
}
