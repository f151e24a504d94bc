package dev.gatun.vector;

import static dev.gatun.vector.Native.ALL;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

/**
 * A copy between two strided views of one shape, for elements of 1, 2, 4 or 8 bytes: dst[dstStart + Σ iₖ·dstStrideₖ] = src[srcStart + Σ iₖ·srcStrideₖ]. With
 * the right strides that is a permutation, an expansion, a slice, a padding or a part of a concatenation. Axes that both views walk through as one are
 * merged; then the innermost axis decides which loop runs.
 */
final class StridedCopy {
    /** Runs below that many bytes are copied by a loop: a call costs as much. */
    private static final long SHORT_RUN = 64;

    private enum Row {
        /** Side by side in both. */
        RUN,
        /** One element of the source, again and again. */
        FILL,
        /** Side by side in the result, but in the source along another axis: tile by tile, so that each cache line is used up. */
        TRANSPOSE,
        /** Anything else. */
        STRIDED
    }

    private final int bytes;
    private final long srcStart;
    private final long dstStart;
    private final long elements;
    private final Row kind;
    private final long length;
    private final long srcStep;
    private final long dstStep;
    /** The axis along which the source is contiguous, if transposed: the rows of a tile. Else the second innermost. */
    private final long rows;
    private final long srcRow;
    private final long dstRow;
    private final Places srcPlanes;
    private final Places dstPlanes;
    private final int tile;

    /** All in elements; the axes in the order of the result. */
    StridedCopy(int bytes, long[] dims, long srcStart, long[] srcStrides, long dstStart, long[] dstStrides) {
        this.bytes = bytes;
        this.srcStart = srcStart * bytes;
        this.dstStart = dstStart * bytes;
        long[] d = new long[dims.length + 2];
        long[] s = new long[dims.length + 2];
        long[] t = new long[dims.length + 2];
        d[0] = 1;                                     // two axes at least: rows and their elements
        d[1] = 1;
        int axes = 2;
        long n = 1;
        for (int i = 0; i < dims.length; i++) {
            n *= dims[i];
            if (dims[i] == 1) {
                continue;
            }
            boolean merges = axes > 2 && s[axes - 1] == srcStrides[i] * dims[i] && t[axes - 1] == dstStrides[i] * dims[i];
            axes -= merges ? 1 : 0;
            d[axes] = merges ? d[axes] * dims[i] : dims[i];
            s[axes] = srcStrides[i];
            t[axes++] = dstStrides[i];
        }
        this.elements = n;
        int last = axes - 1;
        int other = last - 1;
        Row found = s[last] == 1 && t[last] == 1 || d[last] == 1 ? Row.RUN : s[last] == 0 && t[last] == 1 ? Row.FILL : Row.STRIDED;
        if (found == Row.STRIDED && t[last] == 1) {
            for (int i = last - 1; i >= 2; i--) {
                if (s[i] == 1) {
                    other = i;
                    found = Row.TRANSPOSE;
                }
            }
        }
        this.kind = found;
        this.length = d[last];
        this.srcStep = s[last] * bytes;
        this.dstStep = t[last] * bytes;
        this.rows = d[other];
        this.srcRow = s[other] * bytes;
        this.dstRow = t[other] * bytes;
        this.tile = kind == Row.TRANSPOSE ? 64 / bytes : 1;
        long[] outer = new long[axes - 2];
        long[] srcOuter = new long[axes - 2];
        long[] dstOuter = new long[axes - 2];
        for (int i = 0, j = 0; i < last; i++) {
            if (i != other) {
                outer[j] = d[i];
                srcOuter[j] = s[i] * bytes;
                dstOuter[j++] = t[i] * bytes;
            }
        }
        this.srcPlanes = Places.of(outer, srcOuter);
        this.dstPlanes = Places.of(outer, dstOuter);
    }

    /** Returns whether all is one run from the start of one to the start of the other. */
    boolean isIdentity() {
        return kind == Row.RUN && rows == 1 && srcPlanes.count() == 1 && srcStart == 0 && dstStart == 0;
    }

    /** Returns a name for plans. */
    String label() {
        return switch (kind) {
            case RUN -> "runs";
            case FILL -> "fill";
            case TRANSPOSE -> "transposed tiles";
            case STRIDED -> "strided";
        };
    }

    /** Copies the part of {@code worker} of {@code of}. */
    void run(long src, long dst, int worker, int of) {
        if (elements == 0) {
            return;
        }
        if (kind == Row.RUN && rows == 1 && srcPlanes.count() == 1) {
            long from = Workers.share(length, worker, of) * bytes;
            copy(src + srcStart + from, dst + dstStart + from, Workers.share(length, worker + 1, of) * bytes - from);
            return;
        }
        long groups = Math.ceilDiv(rows, (long) tile);
        long units = srcPlanes.count() * groups;
        long to = Workers.share(units, worker + 1, of);
        long plane = -1;
        long x = 0;
        long y = 0;
        for (long unit = Workers.share(units, worker, of); unit < to; unit++) {
            if (unit / groups != plane) {
                plane = unit / groups;
                x = src + srcStart + srcPlanes.offset(plane);
                y = dst + dstStart + dstPlanes.offset(plane);
            }
            long row = unit % groups * tile;
            switch (kind) {
                case RUN -> copy(x + row * srcRow, y + row * dstRow, length * bytes);
                case FILL -> fill(x + row * srcRow, y + row * dstRow, bytes, length);
                case TRANSPOSE -> transpose(x + row * srcRow, y + row * dstRow, (int) Math.min(tile, rows - row));
                case STRIDED -> strided(x + row * srcRow, y + row * dstRow, length, srcStep, dstStep);
            }
        }
    }

    static void copy(long src, long dst, long size) {
        if (size >= SHORT_RUN) {
            Native.copy(src, dst, size);
            return;
        }
        long i = 0;
        for (; i <= size - 8; i += 8) {
            Native.putLong(dst + i, Native.getLong(src + i));
        }
        for (; i < size; i++) {
            ALL.set(JAVA_BYTE, dst + i, ALL.get(JAVA_BYTE, src + i));
        }
    }

    /** Writes the element at {@code src} {@code n} times. */
    static void fill(long src, long dst, int bytes, long n) {
        long pattern = switch (bytes) {
            case 1 -> 0x0101010101010101L * (ALL.get(JAVA_BYTE, src) & 0xFF);
            case 2 -> 0x0001000100010001L * (ALL.get(JAVA_SHORT_UNALIGNED, src) & 0xFFFF);
            case 4 -> 0x0000000100000001L * (Native.getInt(src) & 0xFFFFFFFFL);
            default -> Native.getLong(src);
        };
        long size = n * bytes;
        long i = 0;
        for (; i <= size - 8; i += 8) {
            Native.putLong(dst + i, pattern);
        }
        for (; i < size; i++, pattern >>>= 8) {       // little-endian: the first byte is the lowest
            ALL.set(JAVA_BYTE, dst + i, (byte) pattern);
        }
    }

    /** Rows of {@code height} result rows: tiles as wide as a cache line. */
    private void transpose(long src, long dst, int height) {
        for (long from = 0; from < length; from += tile) {
            int width = (int) Math.min(tile, length - from);
            for (int row = 0; row < height; row++) {
                strided(src + row * srcRow + from * srcStep, dst + row * dstRow + from * dstStep, width, srcStep, dstStep);
            }
        }
    }

    private void strided(long src, long dst, long n, long srcBy, long dstBy) {
        switch (bytes) {
            case 1 -> {
                for (long i = 0; i < n; i++) {
                    ALL.set(JAVA_BYTE, dst + i * dstBy, ALL.get(JAVA_BYTE, src + i * srcBy));
                }
            }
            case 2 -> {
                for (long i = 0; i < n; i++) {
                    ALL.set(JAVA_SHORT_UNALIGNED, dst + i * dstBy, ALL.get(JAVA_SHORT_UNALIGNED, src + i * srcBy));
                }
            }
            case 4 -> {
                for (long i = 0; i < n; i++) {
                    Native.putInt(dst + i * dstBy, Native.getInt(src + i * srcBy));
                }
            }
            default -> {
                for (long i = 0; i < n; i++) {
                    Native.putLong(dst + i * dstBy, Native.getLong(src + i * srcBy));
                }
            }
        }
    }
}
