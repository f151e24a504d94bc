package dev.gatun.nn;

import dev.gatun.Tensor;
import dev.gatun.op.Ints;
import dev.gatun.op.Movement;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/** Padding of the last axes of a tensor: {@code before} and {@code after} have an entry for each of them, outermost first. */
public final class Pads {
    private Pads() {
    }

    /** What stands in the padding. */
    public enum Mode {
        /** 0. */
        ZEROS,
        /** The nearest element: a a|a b c|c c. */
        REPLICATE,
        /** The elements mirrored at the edge element, which is not repeated: c b|a b c|b a. */
        REFLECT,
        /** The elements of the other end: b c|a b c|a b. */
        CIRCULAR
    }

    /** Returns x with {@code value} around its last axes. */
    public static Tensor constant(Tensor x, int[] before, int[] after, double value) {
        int lead = lead(x, before, after);
        Ints none = Ints.filled(x.rank(), 0);
        return Tensor.record(new Movement.Pad(Ints.of(trailing(x, lead, before)), Ints.of(trailing(x, lead, after)), none), x,
                Tensor.scalar(x.dtype(), value)).getFirst();
    }

    private static int[] trailing(Tensor x, int lead, int[] sizes) {
        int[] all = new int[x.rank()];
        System.arraycopy(sizes, 0, all, lead, sizes.length);
        return all;
    }

    /**
     * Returns x padded as {@code mode} says.
     *
     * @throws IllegalArgumentException if a size is negative, or larger than what there is to mirror or to repeat
     */
    public static Tensor pad(Tensor x, Mode mode, int[] before, int[] after) {
        if (mode == Mode.ZEROS) {
            return constant(x, before, after, 0);
        }
        int lead = lead(x, before, after);
        Tensor y = x;
        for (int i = 0; i < before.length; i++) {
            if (before[i] != 0 || after[i] != 0) {
                y = y.gather(lead + i, Tensor.of(places(mode, x.dim(lead + i), before[i], after[i])));
            }
        }
        return y;
    }

    private static int[] places(Mode mode, int size, int before, int after) {
        int most = switch (mode) {
            case ZEROS, REPLICATE -> size == 0 ? 0 : Integer.MAX_VALUE;
            case REFLECT -> size - 1;
            case CIRCULAR -> size;
        };
        if (Math.max(before, after) > most) {
            throw new IllegalArgumentException("pad: " + before + " before and " + after + " after are more than the " + Math.max(0, most)
                    + " places that " + mode + " can take from an axis of " + size);
        }
        IntUnaryOperator place = switch (mode) {
            case ZEROS, REPLICATE -> i -> Math.clamp(i, 0, size - 1);
            case REFLECT -> i -> i < 0 ? -i : i < size ? i : 2 * (size - 1) - i;
            case CIRCULAR -> i -> Math.floorMod(i, size);
        };
        int[] places = new int[before + size + after];
        Arrays.setAll(places, i -> place.applyAsInt(i - before));
        return places;
    }

    private static int lead(Tensor x, int[] before, int[] after) {
        if (before.length != after.length || before.length > x.rank()) {
            throw new IllegalArgumentException("pad: before " + Arrays.toString(before) + " and after " + Arrays.toString(after)
                    + " must have an entry for each of the last axes of x" + x.shape() + " that are padded");
        }
        for (int i = 0; i < before.length; i++) {
            if (before[i] < 0 || after[i] < 0) {
                throw new IllegalArgumentException("pad: before " + Arrays.toString(before) + " and after " + Arrays.toString(after)
                        + " must not be negative; use slice to cut");
            }
        }
        return x.rank() - before.length;
    }
}
