package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;
import static dev.gatun.vector.Native.getFloat;
import static dev.gatun.vector.Native.load;
import static dev.gatun.vector.Native.putFloat;
import static dev.gatun.vector.Native.store;

/**
 * Packing of operands into the order in which the micro-kernels read them.
 *
 * <p>Panels of a fixed number of columns, each row of a panel behind the one before; the last panel is as wide as its columns, rounded up to vectors and
 * padded with zeros. B goes to panels as wide as the largest tile, and so does A where it is stored transposed, to panels of as many of its rows as stay in
 * the cache, or, where k is long, to {@linkplain #packGroups groups}. Nothing is read outside of the matrix.
 *
 * <p>A matrix is read row by row, each from end to end: read panel by panel, whose rows lie pages apart, it comes from memory at half the speed or less.
 */
final class Panels {
    private static final long GROUP_BYTES = FLOAT * Tiles.ROWS;
    private static final long LINE = 64;

    private Panels() {
    }

    /** Returns the width in floats of a panel that holds {@code columns} columns. */
    static int width(int columns) {
        return (columns + Simd.LANES - 1) / Simd.LANES * Simd.LANES;
    }

    /** Returns the bytes of panels that hold {@code kc} rows and {@code columns} columns. */
    static long bytes(int kc, int columns) {
        return kc * FLOAT * width(columns);
    }

    /** Packs b[k, j], the float at {@code b + k·ldb + 4j}, or at {@code b + j·ldb + 4k} if {@code transposed}, in panels of {@link Tiles#COLUMNS} columns. */
    static void packB(boolean transposed, int kc, int columns, long b, long ldb, long dst) {
        if (!transposed) {
            packRows(Tiles.COLUMNS, kc, 0, kc, columns, b, ldb, dst);
            return;
        }
        for (int j = 0; j < columns; j += Tiles.COLUMNS) {
            packRowsAsColumns(kc, Math.min(Tiles.COLUMNS, columns - j), b + j * ldb, ldb, dst + j * (long) kc * FLOAT);
        }
    }

    /**
     * Packs rows k0..k1 of a matrix of {@code height} rows, which others may pack the rest of.
     *
     * @param width columns of a panel, two vectors or a multiple of that
     * @param src address of row 0
     * @param dst address of {@link #bytes} bytes, the same for all rows
     */
    static void packRows(int width, int height, int k0, int k1, int columns, long src, long stride, long dst) {
        int full = columns / width;
        long panelBytes = FLOAT * width * height;
        packFullPanels(width, k1 - k0, full, src + k0 * stride, stride, dst + FLOAT * width * k0, panelBytes);
        int left = columns - full * width;
        if (left > 0) {
            packNarrowPanel(k1 - k0, left, src + k0 * stride + FLOAT * width * full, stride, dst + full * panelBytes + FLOAT * width(left) * k0);
        }
    }

    /** Returns the bytes between groups of {@link #packGroups}: an odd number of lines, so that they begin in all sets of the cache. */
    static long groupStride(int height) {
        return (Math.ceilDiv(GROUP_BYTES * height, LINE) | 1) * LINE;
    }

    /** Returns the bytes of groups that hold {@code columns} columns. */
    static long groupBytes(int height, int columns) {
        return Math.ceilDiv(columns, Tiles.ROWS) * groupStride(height);
    }

    /**
     * Packs rows k0..k1 of a matrix of {@code height} rows in groups of {@link Tiles#ROWS} columns, {@code [height, 6]} each: the order in which a tile reads a
     * transposed A. Others may pack the rest of the rows. What the last group lacks stays as it is.
     *
     * @param dst address of {@link #groupBytes} bytes, the same for all rows
     */
    static void packGroups(int height, int k0, int k1, int columns, long src, long stride, long dst) {
        int groups = columns / Tiles.ROWS;
        int left = columns % Tiles.ROWS;
        long between = groupStride(height);
        for (int k = k0; k < k1; k++) {
            long from = src + k * stride;
            long to = dst + k * GROUP_BYTES;
            for (int group = 0; group < groups; group++) {
                long two = Native.getLong(from);
                long four = Native.getLong(from + 8);
                long six = Native.getLong(from + 16);
                Native.putLong(to, two);
                Native.putLong(to + 8, four);
                Native.putLong(to + 16, six);
                from += GROUP_BYTES;
                to += between;
            }
            for (long i = 0; i < left * FLOAT; i += FLOAT) {
                putFloat(to + i, getFloat(from + i));
            }
        }
    }

    private static void packFullPanels(int width, int rows, int panels, long src, long stride, long dst, long panelBytes) {
        long rowBytes = FLOAT * width;
        for (int row = 0; row < rows; row++) {
            long from = src;
            long to = dst;
            for (int panel = 0; panel < panels; panel++) {
                for (long i = 0; i < rowBytes; i += 2 * Simd.BYTES) {
                    store(to + i, load(from + i));
                    store(to + i + Simd.BYTES, load(from + i + Simd.BYTES));
                }
                from += rowBytes;
                to += panelBytes;
            }
            src += stride;
            dst += rowBytes;
        }
    }

    private static void packNarrowPanel(int kc, int columns, long b, long ldb, long dst) {
        long bytes = columns * FLOAT;
        long stride = width(columns) * FLOAT;
        for (int k = 0; k < kc; k++) {
            long i = 0;
            for (; i <= bytes - Simd.BYTES; i += Simd.BYTES) {
                store(dst + i, load(b + i));
            }
            for (; i < bytes; i += FLOAT) {
                putFloat(dst + i, getFloat(b + i));
            }
            for (; i < stride; i += FLOAT) {
                putFloat(dst + i, 0);
            }
            b += ldb;
            dst += stride;
        }
    }

    /**
     * Rows of the stored matrix, cut into vectors, go to where the blocks of the transpose will be, row by row; then the blocks are transposed in place,
     * while the cache holds them.
     */
    private static void packRowsAsColumns(int kc, int columns, long b, long ldb, long dst) {
        long stride = width(columns) * FLOAT;
        int fullColumns = columns - columns % Simd.LANES;
        int fullRows = kc - kc % Simd.LANES;
        for (int j = 0; j < fullColumns; j++) {
            spread(fullRows, b + j * ldb, dst + j % Simd.LANES * stride + (j - j % Simd.LANES) * FLOAT, stride);
        }
        for (int k = 0; k < fullRows; k += Simd.LANES) {
            for (int j = 0; j < fullColumns; j += Simd.LANES) {
                long block = dst + k * stride + j * FLOAT;
                Transpose.block(block, stride, block, stride);
            }
        }
        Transpose.run(columns - fullColumns, fullRows, b + fullColumns * ldb, ldb, dst + fullColumns * FLOAT, stride);
        Transpose.run(columns, kc - fullRows, b + fullRows * FLOAT, ldb, dst + fullRows * stride, stride);
        for (int k = 0; k < kc && columns * FLOAT < stride; k++) {
            Native.zero(dst + k * stride + columns * FLOAT, stride - columns * FLOAT);
        }
    }

    /** Stores the vectors of a row as many rows of {@code stride} bytes apart as a vector has lanes. */
    private static void spread(int floats, long src, long dst, long stride) {
        for (int k = 0; k < floats; k += Simd.LANES) {
            store(dst + k * stride, load(src + k * FLOAT));
        }
    }

    /** Copies dense rows of {@code columns} floats to rows of whole vectors, padded with zeros. */
    static void widenRows(int rows, int columns, long src, long dst) {
        long stride = width(columns) * FLOAT;
        for (int row = 0; row < rows; row++) {
            Tiles.copy(1, columns, src, 0, dst, 0);
            for (long i = columns * FLOAT; i < stride; i += FLOAT) {
                putFloat(dst + i, 0);
            }
            src += columns * FLOAT;
            dst += stride;
        }
    }
}
