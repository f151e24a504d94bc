package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;
import static dev.gatun.vector.Native.getFloat;
import static dev.gatun.vector.Native.load;
import static dev.gatun.vector.Native.putFloat;
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
        long stride = width * FLOAT;
        for (int k0 = 0; k0 < kc; k0 += 32) {              // 32 rows of a panel stay in the first-level cache
            int k1 = Math.min(kc, k0 + 32);
            for (int j = 0; j < columns; j++) {
                long src = b + j * ldb;
                long to = dst + j * FLOAT;
                for (int k = k0; k < k1; k++) {
                    putFloat(to + k * stride, getFloat(src + k * FLOAT));
                }
            }
            for (int j = columns; j < width; j++) {
                for (int k = k0; k < k1; k++) {
                    putFloat(dst + k * stride + j * FLOAT, 0);
                }
            }
        }
    }

    /** Returns the bytes of {@code rows} x {@code kc} elements of A in groups of six rows. */
    static long groupBytes(int rows, int kc) {
        return Math.ceilDiv(rows, Tiles.ROWS) * Tiles.ROWS * FLOAT * kc;
    }

    /** Packs a[i, k], the float at {@code a + k·lda + 4i} (A is stored transposed), in groups of six rows; the last group has holes. */
    static void packTransposedA(int rows, int kc, long a, long lda, long dst) {
        int i = 0;
        for (; i + Tiles.ROWS <= rows; i += Tiles.ROWS) {
            long src = a + i * FLOAT;
            for (int k = 0; k < kc; k++) {
                putFloat(dst, getFloat(src));
                putFloat(dst + FLOAT, getFloat(src + FLOAT));
                putFloat(dst + 2 * FLOAT, getFloat(src + 2 * FLOAT));
                putFloat(dst + 3 * FLOAT, getFloat(src + 3 * FLOAT));
                putFloat(dst + 4 * FLOAT, getFloat(src + 4 * FLOAT));
                putFloat(dst + 5 * FLOAT, getFloat(src + 5 * FLOAT));
                src += lda;
                dst += Tiles.ROWS * FLOAT;
            }
        }
        for (int k = 0; k < kc && i < rows; k++) {
            for (int row = i; row < rows; row++) {
                putFloat(dst + (row - i) * FLOAT, getFloat(a + k * lda + row * FLOAT));
            }
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
