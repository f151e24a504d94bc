package dev.gatun;

import dev.gatun.op.Ints;
import dev.gatun.op.Movement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Parts of a tensor along its axes: slices with steps, splits, rotations. Any element type. */
public final class Slices {
    private Slices() {
    }

    /**
     * Returns x[..., start:end:step, ...] as Python writes it: positions start, start + step, ... before {@code end} of {@code axis}. Negative bounds
     * count from the end of the axis; then all are clamped to it: {@link Long#MAX_VALUE} and {@link Long#MIN_VALUE} mean "as far as there is".
     *
     * @param step not 0; negative goes backwards
     * @throws IllegalArgumentException if {@code step} is 0 or there is no such axis
     */
    public static Tensor slice(Tensor x, int axis, long start, long end, int step) {
        return slice(x, new int[] {axis}, new long[] {start}, new long[] {end}, new int[] {step});
    }

    /**
     * Returns a slice along several axes; see {@link #slice(Tensor, int, long, long, int)}. Source: ONNX Slice-13.
     *
     * @param axes distinct
     * @param starts one an axis
     * @param ends one an axis
     * @param steps one an axis
     * @throws IllegalArgumentException if the arrays differ in length, an axis comes twice, or a step is 0
     */
    public static Tensor slice(Tensor x, int[] axes, long[] starts, long[] ends, int[] steps) {
        if (starts.length != axes.length || ends.length != axes.length || steps.length != axes.length) {
            throw new IllegalArgumentException("slice: " + axes.length + " axes need as many bounds and steps, got " + starts.length + " starts, "
                    + ends.length + " ends and " + steps.length + " steps");
        }
        int[] first = new int[x.rank()];
        int[] size = x.shape().dims();
        int[] by = Ints.filled(x.rank(), 1).toArray();
        boolean[] isGiven = new boolean[x.rank()];
        for (int i = 0; i < axes.length; i++) {
            int axis = x.shape().axis(axes[i]);
            int step = steps[i];
            if (isGiven[axis] || step == 0) {
                throw new IllegalArgumentException("slice: axis " + axes[i] + " of x" + x.shape() + (step == 0 ? " has step 0" : " is given twice"));
            }
            isGiven[axis] = true;
            int n = x.dim(axis);
            // Backwards, the place in front of the first is a bound as well.
            long low = step > 0 ? 0 : -1;
            long high = step > 0 ? n : n - 1;
            long from = Math.clamp(starts[i] < 0 ? starts[i] + n : starts[i], low, high);
            long to = Math.clamp(ends[i] < 0 ? ends[i] + n : ends[i], low, high);
            long count = Math.max(0, Math.ceilDiv(to - from, (long) step));
            first[axis] = count == 0 ? 0 : (int) from;
            size[axis] = (int) count;
            by[axis] = count <= 1 ? 1 : step;
        }
        return Tensor.record(new Movement.Slice(Ints.of(first), Ints.of(size), Ints.of(by)), x).getFirst();
    }

    /**
     * Returns x cut into parts of the given sizes along {@code axis}. Source: ONNX Split-18, PyTorch's split.
     *
     * @throws IllegalArgumentException if a size is negative or they do not add up to the size of the axis
     */
    public static List<Tensor> split(Tensor x, int axis, int... sizes) {
        long sum = Arrays.stream(sizes).asLongStream().sum();
        if (sum != x.dim(axis) || Arrays.stream(sizes).anyMatch(size -> size < 0)) {
            throw new IllegalArgumentException("split: sizes " + Arrays.toString(sizes) + " must add up to the " + x.dim(axis) + " positions of axis "
                    + axis + " of x" + x.shape());
        }
        List<Tensor> parts = new ArrayList<>(sizes.length);
        int from = 0;
        for (int size : sizes) {
            parts.add(x.slice(axis, from, from + size));
            from += size;
        }
        return List.copyOf(parts);
    }

    /**
     * Returns x cut into {@code parts} parts of ⌈n / parts⌉ positions along {@code axis}; the last ones have fewer, or none, if that does not go into
     * n. Source: ONNX Split-18.
     *
     * @throws IllegalArgumentException if {@code parts} is less than 1
     */
    public static List<Tensor> chunk(Tensor x, int axis, int parts) {
        if (parts < 1) {
            throw new IllegalArgumentException("chunk: x" + x.shape() + " cannot be cut into " + parts + " parts");
        }
        int n = x.dim(axis);
        int size = Math.ceilDiv(n, parts);
        int[] sizes = new int[parts];
        for (int i = 0; i < parts; i++) {
            sizes[i] = Math.clamp(n - (long) i * size, 0, size);
        }
        return split(x, axis, sizes);
    }

    /** Returns the slices of x along {@code axis}, which they do not have any more: the reverse of {@link Movements#stack}. */
    public static List<Tensor> unstack(Tensor x, int axis) {
        int[] ones = Ints.filled(x.dim(axis), 1).toArray();
        return split(x, axis, ones).stream().map(part -> part.squeeze(axis)).toList();
    }

    /** Returns y[i] = x[(i - shift) mod n] along {@code axis}: what leaves at the end comes in at the front. Source: NumPy's roll. */
    public static Tensor roll(Tensor x, int axis, int shift) {
        int n = x.dim(axis);
        int cut = n == 0 ? 0 : n - Math.floorMod(shift, n);
        return cut % Math.max(1, n) == 0 ? x : Tensor.concat(axis, List.of(x.slice(axis, cut, n), x.slice(axis, 0, cut)));
    }
}
