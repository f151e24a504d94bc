package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;
import static dev.gatun.vector.Native.getFloat;
import static dev.gatun.vector.Native.load;
import static dev.gatun.vector.Native.putFloat;
import static dev.gatun.vector.Native.store;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Products of some rows with many, c[i, j] = Σₖ p[i, k] · q[j, k], for more rows p than {@link Gemv} takes and fewer than it takes to pay for packing q. Each
 * {@link DotTile} leaves a vector of sums an element; those of up to sixteen rows are then added up together.
 */
final class Dots {
    /** Rows whose sums are added up together: then they are whole groups of sixteen, and in the first-level cache. */
    private static final int ROWS = 16;

    /** Bytes of p that are multiplied with all of q before the next are: they stay in the second-level cache. */
    private static final long MOST_OF_P = 1 << 20;

    private static final int SUMS = ROWS * DotTile.COLUMNS;
    private static final long LANE_SUMS = SUMS * Simd.BYTES;
    private static final long RESULTS = LANE_SUMS + LaneSums.scratchBytes(SUMS);

    /** Bytes of scratch that {@link #run} needs. */
    static final long SCRATCH_BYTES = RESULTS + SUMS * FLOAT;

    private Dots() {
    }

    /**
     * c[i, j] = Σₖ p[i, k] · q[j, k], or +=, for {@code few} rows i and rows j from {@code j0} to {@code j1}.
     *
     * @param p row i is at {@code p + i·rsP}
     * @param q row j is at {@code q + j·rsQ}; there are {@link DotTile#COLUMNS} from 0 on, or more
     * @param c c[i, j] is at {@code c + i·rsC + j·csC}
     * @param scratch address of {@link #SCRATCH_BYTES} bytes
     */
    static void run(int few, int K, long p, long rsP, long q, long rsQ, int j0, int j1, long c, long rsC, long csC, boolean accumulate, long scratch) {
        int blocks = (int) Math.ceilDiv(few * (long) K * FLOAT, MOST_OF_P);
        int kc = Math.ceilDiv(Math.ceilDiv(K, blocks), Simd.LANES) * Simd.LANES;
        for (int k = 0; k < K; k += kc) {
            block(few, Math.min(kc, K - k), p + k * FLOAT, rsP, q + k * FLOAT, rsQ, j0, j1, c, rsC, csC, accumulate || k > 0, scratch);
        }
    }

    private static void block(int few, int kc, long p, long rsP, long q, long rsQ, int j0, int j1, long c, long rsC, long csC, boolean accumulate,
            long scratch) {
        for (int j = j0; j < j1; j += DotTile.COLUMNS) {
            int columns = Math.min(DotTile.COLUMNS, j1 - j);
            // The last tile begins so much earlier as it lacks columns, and computes again what there is already.
            int first = Math.max(0, Math.min(j, j1 - DotTile.COLUMNS));
            for (int i = 0; i < few; i += ROWS) {
                int rows = Math.min(ROWS, few - i);
                sums(rows, kc, p + i * rsP, rsP, q + first * rsQ, rsQ, scratch);
                LaneSums.run(rows * DotTile.COLUMNS, scratch, scratch + LANE_SUMS, scratch + RESULTS);
                long to = c + i * rsC + j * csC;
                if (columns == DotTile.COLUMNS && !accumulate) {
                    put(rows, scratch + RESULTS, to, rsC, csC);
                } else {
                    put(rows, columns, scratch + RESULTS + (j - first) * FLOAT, to, rsC, csC, accumulate);
                }
            }
        }
    }

    private static void sums(int rows, int kc, long p, long rsP, long q, long rsQ, long sums) {
        int left = kc % Simd.LANES;
        long whole = (kc - left) * FLOAT;
        for (int i = 0; i < rows;) {
            i += DotTile.run(rows - i, whole, p + i * rsP, rsP, q, rsQ, sums + i * DotTile.COLUMNS * Simd.BYTES);
        }
        if (left > 0) {
            addRest(rows, left, p + whole, rsP, q + whole, rsQ, sums);
        }
    }

    /** sums[i, j] += p[i, k] · q[j, k] for {@code left} k, less than a vector. */
    private static void addRest(int rows, int left, long p, long rsP, long q, long rsQ, long sums) {
        VectorMask<Float> mask = Tails.mask(left);
        for (int i = 0; i < rows; i++) {
            FloatVector x = Tails.load(p, mask);
            for (int j = 0; j < DotTile.COLUMNS; j++) {
                store(sums, x.fma(Tails.load(q + j * rsQ, mask), load(sums)));
                sums += Simd.BYTES;
            }
            p += rsP;
        }
    }

    /** c[i, j] = src[i, j] for all columns of a tile. */
    private static void put(int rows, long src, long c, long rsC, long csC) {
        for (int i = 0; i < rows; i++) {
            putFloat(c, getFloat(src));
            putFloat(c + csC, getFloat(src + FLOAT));
            putFloat(c + 2 * csC, getFloat(src + 2 * FLOAT));
            putFloat(c + 3 * csC, getFloat(src + 3 * FLOAT));
            putFloat(c + 4 * csC, getFloat(src + 4 * FLOAT));
            putFloat(c + 5 * csC, getFloat(src + 5 * FLOAT));
            src += DotTile.COLUMNS * FLOAT;
            c += rsC;
        }
    }

    /** c[i, j] = src[i, j], or +=, for the first {@code columns} of a tile. */
    private static void put(int rows, int columns, long src, long c, long rsC, long csC, boolean accumulate) {
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                float sum = getFloat(src + j * FLOAT);
                putFloat(c + j * csC, accumulate ? getFloat(c + j * csC) + sum : sum);
            }
            src += DotTile.COLUMNS * FLOAT;
            c += rsC;
        }
    }
}
