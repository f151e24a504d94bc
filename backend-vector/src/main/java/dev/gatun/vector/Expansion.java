package dev.gatun.vector;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.gatun.Shape;
import jdk.incubator.vector.FloatVector;

/**
 * How a tensor of a smaller shape is read as if it had been expanded to a region's shape. Axes of size 1 are dropped and neighbours merged that are either
 * both repeated or both walked through, so that [C, 1, 1] over [N, C, H, W] becomes three axes: repeated N, walked C, repeated H·W.
 *
 * <p>The region is then rows along the last axis, along which the operand either runs ({@code step} 1) or stands still ({@code step} 0).
 */
final class Expansion {
    private final Places rows;
    private final long row;
    private final int step;

    private Expansion(Places places) {
        int last = places.rank() - 1;
        this.rows = places.rows();
        this.row = last < 0 ? 1 : places.dim(last);
        this.step = last < 0 ? 0 : (int) places.stride(last);
    }

    /** Returns how a tensor of shape {@code from} is read over {@code to}, to which it expands. */
    static Expansion of(Shape from, Shape to) {
        return new Expansion(Places.of(to.stream().asLongStream().toArray(), strides(from, to)));
    }

    /** Returns the strides of a tensor of shape {@code from} along the axes of {@code to}: 0 where it is repeated. */
    static long[] strides(Shape from, Shape to) {
        int lead = to.rank() - from.rank();
        long[] own = from.strides();
        long[] strides = new long[to.rank()];
        for (int i = lead; i < to.rank(); i++) {
            strides[i] = from.dim(i - lead) == 1 ? 0 : own[i - lead];
        }
        return strides;
    }

    /** Returns whether the operand has the region's elements in the region's order. */
    boolean isInOrder() {
        return rows.rank() == 0 && (step == 1 || row == 1);
    }

    /**
     * Returns the address of elements {@code from} to {@code from + n} of the expanded tensor: in place where they lie side by side, else in
     * {@code slot}, filled if it does not hold them yet.
     *
     * @param src the tensor, {@code bytes} bytes an element
     * @param slot room for {@code block} elements and one vector
     * @param held the address of a long with the row that fills the slot, or -1
     * @param copy whether it must be in the slot
     */
    long read(long src, int bytes, long from, int n, long slot, int block, long held, boolean copy) {
        long at = from / row;
        long column = from % row;
        if (column + n <= row) {
            long first = src + bytes * rows.offset(at);
            if (step == 1 && !copy) {
                return first + bytes * column;
            }
            if (step == 0) {
                if (Native.getLong(held) != at) {
                    fill(first, bytes, slot, block);
                    Native.putLong(held, at);
                }
                return slot;
            }
        }
        Native.putLong(held, -1);
        long to = slot;
        for (int left = n; left > 0; at++, column = 0) {
            int run = (int) Math.min(left, row - column);
            long first = src + bytes * rows.offset(at);
            if (step == 0) {
                fill(first, bytes, to, run);
            } else {
                Native.copy(first + bytes * column, to, (long) bytes * run);
            }
            to += (long) bytes * run;
            left -= run;
        }
        return slot;
    }

    /** Writes the element at {@code src} {@code n} times, and over the end up to a vector. */
    private static void fill(long src, int bytes, long dst, int n) {
        switch (bytes) {
            case 1 -> {
                int four = 0x01010101 * (Native.ALL.get(JAVA_BYTE, src) & 0xFF);
                for (int i = 0; i < n; i += 4) {
                    Native.putInt(dst + i, four);
                }
            }
            case 2 -> {
                int two = 0x00010001 * (Native.ALL.get(JAVA_SHORT_UNALIGNED, src) & 0xFFFF);
                for (int i = 0; i < n; i += 2) {
                    Native.putInt(dst + 2L * i, two);
                }
            }
            case 4 -> {
                FloatVector v = Native.broadcast(src);
                for (int i = 0; i < n; i += Simd.LANES) {
                    Native.store(dst + 4L * i, v);
                }
            }
            default -> {
                long value = Native.getLong(src);
                for (int i = 0; i < n; i++) {
                    Native.putLong(dst + 8L * i, value);
                }
            }
        }
    }
}
