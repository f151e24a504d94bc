package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;
import static dev.gatun.vector.Native.getFloat;
import static dev.gatun.vector.Native.getLong;
import static dev.gatun.vector.Native.load;
import static dev.gatun.vector.Native.putFloat;
import static dev.gatun.vector.Native.putLong;
import static dev.gatun.vector.Native.store;

/**
 * Packing of operands into the order in which the micro-kernels read them.
 *
 * <p>B: panels of {@link Tiles#COLUMNS} columns, each row of a panel behind the one before; the last panel is as wide as its columns,
 * rounded up to vectors and padded with zeros. A: groups of six rows, k by k. Neither reads outside of the matrix.
 */
final class Panels {
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

    /** Packs b[k, j], the float at {@code b + k·ldb + 4j}, or at {@code b + j·ldb + 4k} if {@code transposed}. */
    static void packB(boolean transposed, int kc, int columns, long b, long ldb, long dst) {
        for (int j = 0; j < columns; j += Tiles.COLUMNS) {
            int n = Math.min(Tiles.COLUMNS, columns - j);
            if (transposed) {
                packRowsAsColumns(kc, n, b + j * ldb, ldb, dst);
            } else if (n == Tiles.COLUMNS) {
                packFullPanel(kc, b + j * FLOAT, ldb, dst);
            } else {
                packNarrowPanel(kc, n, b + j * FLOAT, ldb, dst);
            }
            dst += kc * FLOAT * Tiles.COLUMNS;
        }
    }

    private static void packFullPanel(int kc, long b, long ldb, long dst) {
        for (int k = 0; k < kc; k++) {
            for (long i = 0; i < Tiles.COLUMNS * FLOAT; i += Simd.BYTES) {
                store(dst + i, load(b + i));
            }
            b += ldb;
            dst += Tiles.COLUMNS * FLOAT;
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

    private static void packRowsAsColumns(int kc, int columns, long b, long ldb, long dst) {
        int width = width(columns);
        Transpose.run(columns, kc, b, ldb, dst, width * FLOAT);
        for (int k = 0; k < kc && columns < width; k++) {
            Native.zero(dst + ((long) k * width + columns) * FLOAT, (width - columns) * FLOAT);
        }
    }

    /** Returns the bytes of {@code rows} x {@code kc} elements of A in groups of six rows. */
    static long groupBytes(int rows, int kc) {
        return Math.ceilDiv(rows, Tiles.ROWS) * Tiles.ROWS * FLOAT * kc;
    }

    /**
     * Packs a[i, k], the float at {@code a + k·lda + 4i} (A is stored transposed), in groups of six rows; the last group has holes.
     *
     * @param dst address of {@link #groupBytes} bytes
     */
    static void packTransposedA(int rows, int kc, long a, long lda, long dst) {
        // Eight rows of the stored matrix at a time: at a stride of a page, a set of the cache holds no more.
        for (int k = 0; k < kc; k += 8) {
            int count = Math.min(8, kc - k);
            boolean roomForVectors = Simd.LANES >= Tiles.ROWS && (k + count - 1) * Tiles.ROWS + Simd.LANES <= kc * Tiles.ROWS;
            for (int i = 0; i < rows; i += Tiles.ROWS) {
                long src = a + k * lda + i * FLOAT;
                long to = dst + ((long) i * kc + k * Tiles.ROWS) * FLOAT;
                if (roomForVectors && i + Simd.LANES <= rows) {
                    packVectors(count, src, lda, to);
                } else if (i + Tiles.ROWS <= rows) {
                    packSix(count, src, lda, to);
                } else {
                    packSixByFloats(Math.min(Tiles.ROWS, rows - i), count, src, lda, to);
                }
            }
        }
    }

    /** Copies whole vectors, each over what the one before wrote too much; the rows of the next k, still to be copied, lie behind. */
    private static void packVectors(int count, long a, long lda, long dst) {
        for (int k = 0; k < count; k++) {
            store(dst, load(a));
            a += lda;
            dst += Tiles.ROWS * FLOAT;
        }
    }

    /** Copies two floats at a time: vectors of six there are not, and those of eight must not be stored, see {@link Native#store}. */
    private static void packSix(int count, long a, long lda, long dst) {
        for (int k = 0; k < count; k++) {
            putLong(dst, getLong(a));
            putLong(dst + 2 * FLOAT, getLong(a + 2 * FLOAT));
            putLong(dst + 4 * FLOAT, getLong(a + 4 * FLOAT));
            a += lda;
            dst += Tiles.ROWS * FLOAT;
        }
    }

    private static void packSixByFloats(int rows, int count, long a, long lda, long dst) {
        for (int k = 0; k < count; k++) {
            for (int row = 0; row < rows; row++) {
                putFloat(dst + row * FLOAT, getFloat(a + row * FLOAT));
            }
            a += lda;
            dst += Tiles.ROWS * FLOAT;
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
