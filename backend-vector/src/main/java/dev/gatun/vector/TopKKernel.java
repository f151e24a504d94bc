package dev.gatun.vector;

import static dev.gatun.vector.Native.getInt;
import static dev.gatun.vector.Native.getLong;
import static dev.gatun.vector.Native.putInt;
import static dev.gatun.vector.Native.putLong;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Indexing.TopK;
import java.util.List;
import java.util.Optional;

/**
 * The k first of each line along an axis, in order. An element and its index are one long: above, the number as an integer of the same order, inverted if the
 * largest come first; below, the index, which decides between equal ones. The k least of these are kept in a heap with the greatest on top, which an
 * element that is less replaces; sorting the heap in place ends it: P·log k steps for P elements.
 */
final class TopKKernel implements FrameKernel {
    private final TopK op;
    private final Axis axis;
    private final boolean floating;
    private final Workers workers;

    private TopKKernel(TopK op, Axis axis, boolean floating, Workers workers) {
        this.op = op;
        this.axis = axis;
        this.floating = floating;
        this.workers = workers;
    }

    /** Returns a kernel, or empty if {@code x} is neither of floats nor of 32-bit integers. */
    static Optional<TopKKernel> of(TopK op, List<TensorType> inputs, Workers workers) {
        TensorType x = inputs.getFirst();
        boolean fits = x.dtype() == DType.F32 || x.dtype() == DType.I32;
        return fits ? Optional.of(new TopKKernel(op, Axis.of(x.shape(), op.axis()), x.dtype() == DType.F32, workers)) : Optional.empty();
    }

    @Override
    public String name() {
        return "heap of " + op.k() + " of " + axis.size();
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
        return axis.elements() >= PARALLEL_ELEMENTS && axis.outer() * axis.inner() > 1;
    }

    @Override
    public long scratchBytes() {
        return heapBytes() * workers.threads();
    }

    /** Heaps of two workers share no cache line. */
    private long heapBytes() {
        return Math.ceilDiv(8L * op.k(), 64L) * 64;
    }

    @Override
    public void run(long frame, int worker, int of) {
        long heap = scratch(frame) + worker * heapBytes();
        long lines = op.k() == 0 ? 0 : axis.outer() * axis.inner();
        long to = Workers.share(lines, worker + 1, of);
        for (long line = Workers.share(lines, worker, of); line < to; line++) {
            long outer = line / axis.inner();
            long inner = line % axis.inner();
            long x = address(frame, 0) + 4 * (outer * axis.size() * axis.inner() + inner);
            select(x, heap);
            sort(heap);
            for (int k = 0; k < op.k(); k++) {
                long index = getLong(heap + 8L * k) & 0xFFFF_FFFFL;
                long at = (outer * op.k() + k) * axis.inner() + inner;
                putInt(address(frame, 1) + 4 * at, getInt(x + 4 * index * axis.inner()));
                putLong(address(frame, 2) + 8 * at, index);
            }
        }
    }

    /** Fills the heap with the first k elements of a line, then with whatever is less than its greatest. */
    private void select(long x, long heap) {
        int k = op.k();
        for (int p = 0; p < k; p++) {
            putLong(heap + 8L * p, entry(x, p));
        }
        for (int p = k / 2 - 1; p >= 0; p--) {
            sift(heap, p, k, getLong(heap + 8L * p));
        }
        for (int p = k; p < axis.size(); p++) {
            long entry = entry(x, p);
            if (entry < getLong(heap)) {
                sift(heap, 0, k, entry);
            }
        }
    }

    /** Sorts a heap, the least first: its greatest goes behind the rest, again and again. */
    private void sort(long heap) {
        for (int size = op.k() - 1; size > 0; size--) {
            long last = getLong(heap + 8L * size);
            putLong(heap + 8L * size, getLong(heap));
            sift(heap, 0, size, last);
        }
    }

    /** Puts an entry in at {@code hole}, or below where greater ones come up. */
    private static void sift(long heap, int hole, int size, long entry) {
        int at = hole;
        for (int child = 2 * at + 1; child < size; child = 2 * at + 1) {
            if (child + 1 < size && getLong(heap + 8L * (child + 1)) > getLong(heap + 8L * child)) {
                child++;
            }
            long below = getLong(heap + 8L * child);
            if (below <= entry) {
                break;
            }
            putLong(heap + 8L * at, below);
            at = child;
        }
        putLong(heap + 8L * at, entry);
    }

    private long entry(long x, int p) {
        int number = getInt(x + 4L * p * axis.inner());
        int key = floating ? ordered(Float.intBitsToFloat(number)) : number;
        return (long) (op.largest() ? ~key : key) << 32 | p;
    }

    /** Returns an integer that compares as the number does: 0 and -0 are equal, and all NaNs, above every number. */
    private static int ordered(float number) {
        int bits = number == 0 ? 0 : Float.floatToIntBits(number);
        return bits ^ bits >> 31 & Integer.MAX_VALUE;
    }
}
