package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;
import static dev.gatun.vector.Native.getFloat;
import static dev.gatun.vector.Native.load;
import static dev.gatun.vector.Native.putFloat;
import static dev.gatun.vector.Native.store;

/** Covers a strip of C with the tiles of the micro-kernels, so that nothing outside the strip is touched. */
final class Tiles {
    /** Rows of the largest tile. */
    static final int ROWS = 6;

    /** Rows of the tile that the last eight are two of: a tile must not reach from one group of six to the next where A is packed in such. */
    private static final int HALF = 4;

    /** Columns of the largest tile, and of a panel of B: 6 x 4 vectors want 29 registers, 6 x 2 want 15. */
    static final int COLUMNS = (Simd.MANY_REGISTERS ? 4 : 2) * Simd.LANES;

    /** Bytes of the scratch tile that {@link #multiply} needs. */
    static final long SCRATCH_BYTES = ROWS * COLUMNS * FLOAT;

    private static final long SCRATCH_STRIDE = COLUMNS * FLOAT;

    private Tiles() {
    }

    /**
     * c[i, j] = Σₖ a[i, k] · b[k, j], or += if {@code accumulate}, for {@code rows} x {@code columns} elements with columns ≤ {@link #COLUMNS}.
     *
     * @param a a[i, k] is the float at {@code a + i/6·gsA + i%6·rsA + k·ksA}; {@code gsA = 6·rsA} where A is not packed in groups of six
     * @param b row k is at {@code b + k·ksB} and must be readable up to the next full vector
     * @param c row i is at {@code c + i·rsC}; only the elements named are read or written
     * @param scratch address of {@link #SCRATCH_BYTES} bytes
     */
    static void multiply(int rows, int columns, int kc, long a, long gsA, long rsA, long ksA, long b, long ksB, long c, long rsC,
            boolean accumulate, long scratch) {
        int vectors = (columns + Simd.LANES - 1) / Simd.LANES;
        boolean direct = !accumulate && columns == vectors * Simd.LANES;
        for (int i = 0; i < rows;) {
            long ai = a + i / ROWS * gsA + i % ROWS * rsA;
            long ci = c + i * rsC;
            // Two tiles of four take the time of eight rows; six and two take longer: two rows wait for B.
            int left = rows - i == 2 * HALF && gsA == ROWS * rsA ? HALF : rows - i;
            if (direct) {
                i += tile(left, vectors, kc, ai, rsA, ksA, b, ksB, ci, rsC);
            } else {
                int done = tile(left, vectors, kc, ai, rsA, ksA, b, ksB, scratch, SCRATCH_STRIDE);
                if (accumulate) {
                    add(done, columns, scratch, SCRATCH_STRIDE, ci, rsC);
                } else {
                    copy(done, columns, scratch, SCRATCH_STRIDE, ci, rsC);
                }
                i += done;
            }
        }
    }

    private static int tile(int rows, int vectors, int kc, long a, long rsA, long ksA, long b, long ksB, long c, long rsC) {
        return switch (vectors) {
            case 4 -> {
                if (ksB == MicroKernel4.WIDTH) {
                    yield MicroKernel4.run(rows, kc, a, rsA, ksA, b, c, rsC);
                }
                MicroKernel2.run(rows, kc, a, rsA, ksA, b, ksB, c, rsC);
                yield MicroKernel2.run(rows, kc, a, rsA, ksA, b + 2 * Simd.BYTES, ksB, c + 2 * Simd.BYTES, rsC);
            }
            case 3 -> {
                MicroKernel2.run(rows, kc, a, rsA, ksA, b, ksB, c, rsC);
                yield MicroKernel1.run(rows, kc, a, rsA, ksA, b + 2 * Simd.BYTES, ksB, c + 2 * Simd.BYTES, rsC);
            }
            case 2 -> MicroKernel2.run(rows, kc, a, rsA, ksA, b, ksB, c, rsC);
            case 1 -> MicroKernel1.run(rows, kc, a, rsA, ksA, b, ksB, c, rsC);
            default -> throw new AssertionError(vectors);
        };
    }

    /** dst[i, j] += src[i, j]. */
    static void add(int rows, int columns, long src, long srcStride, long dst, long dstStride) {
        long bytes = columns * FLOAT;
        for (int row = 0; row < rows; row++) {
            long i = 0;
            for (; i <= bytes - Simd.BYTES; i += Simd.BYTES) {
                store(dst + i, load(dst + i).add(load(src + i)));
            }
            for (; i < bytes; i += FLOAT) {
                putFloat(dst + i, getFloat(dst + i) + getFloat(src + i));
            }
            src += srcStride;
            dst += dstStride;
        }
    }

    /** dst[i, j] = src[i, j]. */
    static void copy(int rows, int columns, long src, long srcStride, long dst, long dstStride) {
        long bytes = columns * FLOAT;
        for (int row = 0; row < rows; row++) {
            long i = 0;
            for (; i <= bytes - Simd.BYTES; i += Simd.BYTES) {
                store(dst + i, load(src + i));
            }
            for (; i < bytes; i += FLOAT) {
                putFloat(dst + i, getFloat(src + i));
            }
            src += srcStride;
            dst += dstStride;
        }
    }
}
