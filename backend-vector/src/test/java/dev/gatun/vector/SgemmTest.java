package dev.gatun.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The matrix product against double loops, on every path: tiles, few rows, few columns, packed, batched. */
@Tag("every-width")
class SgemmTest {
    @AutoClose
    private static final Workers ONE = new Workers(1);
    @AutoClose
    private static final Workers THREE = new Workers(3);

    /** M, N, K: ones, tails of tiles and vectors, primes, empty sums, more than one block each way, so much work that B is packed together. */
    static List<int[]> sizes() {
        var sizes = new ArrayList<>(List.of(new int[][] {
            {1, 1, 1}, {1, 1, 0}, {5, 7, 0}, {1, 1, 100}, {1, 17, 40}, {17, 1, 40}, {1, 200, 67}, {200, 1, 67}, {1, 64, 1000}, {64, 1, 1000},
            {2, 50, 129}, {50, 2, 129}, {3, 33, 65}, {33, 3, 65}, {4, 100, 37}, {100, 4, 37}, {5, 5, 5}, {6, 64, 8}, {6, 63, 8}, {6, 65, 8},
            {7, 16, 9}, {8, 32, 33}, {11, 48, 3}, {12, 80, 100}, {13, 96, 100}, {97, 101, 103}, {100, 640, 30}, {199, 66, 31},
            {9, 9, 1024}, {10, 70, 1025}, {31, 37, 2050}, {13, 530, 1030}, {200, 40, 64}, {40, 1100, 1030}, {205, 410, 401}}));
        // Some rows or columns with a long k: tiles of 4, 2 and 1 rows by 6, sixteen rows and more, a last tile that is not full, k of whole vectors and not.
        sizes.addAll(List.of(new int[][] {
            {4, 6, 64}, {4, 7, 65}, {5, 11, 96}, {6, 13, 112}, {7, 6, 131}, {8, 48, 128}, {9, 20, 150}, {16, 23, 257}, {17, 18, 272}, {23, 41, 390},
            {48, 50, 769}, {6, 4, 128}, {29, 7, 230}, {50, 13, 417}, {40, 16, 515}, {8, 9, 33000}}));
        // Few rows or columns with so long a k that four are read at once: fewer than four, parts of four, k of whole pairs of vectors and not.
        sizes.addAll(List.of(new int[][] {{1, 7, 1030}, {2, 1, 1024}, {3, 30, 2051}, {10, 1, 1100}, {1, 33, 1056}}));
        // A transposed B that is much the larger: more than one block of k, several of A, B packed together.
        sizes.addAll(List.of(new int[][] {{16, 200, 100}, {17, 120, 40}, {45, 100, 70}, {64, 230, 1100}, {50, 900, 760}}));
        // A transposed A in groups of six: several blocks of it, a last group that is not full; each worker packs its own, or all together.
        sizes.addAll(List.of(new int[][] {{199, 70, 600}, {205, 300, 700}}));
        for (int n = 1; n <= 20; n++) {
            sizes.add(new int[] {n, 21 - n, n + 3});
        }
        return sizes;
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void allTransposesEqualDoubleLoops(int[] size) {
        for (int variant = 0; variant < 16; variant++) {
            boolean accumulate = (variant & 4) != 0;
            int gap = (variant & 8) != 0 ? 5 : 0;
            Case test = Case.of(size, (variant & 1) != 0, (variant & 2) != 0, gap, accumulate, Sgemm.Batch.ONE, Epilogue.NONE);
            test.checkAgainstDoubles(ONE);
            test.checkThatWorkersChangeNoBit();
        }
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void packedWeightsGiveTheSame(int[] size) {
        for (boolean transB : new boolean[] {false, true}) {
            Case test = Case.of(size, false, transB, 3, false, Sgemm.Batch.ONE, Epilogue.NONE).withPackedB();
            test.checkAgainstDoubles(ONE);
            test.checkThatWorkersChangeNoBit();
        }
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void epiloguesAddBiasAndResidualThenActivate(int[] size) {
        for (Epilogue.Bias bias : Epilogue.Bias.values()) {
            for (boolean relu : new boolean[] {false, true}) {
                for (boolean residual : new boolean[] {false, true}) {
                    Case.of(size, false, true, 1, relu, Sgemm.Batch.ONE, new Epilogue(bias, residual, relu)).checkAgainstDoubles(THREE);
                    Case.of(size, false, false, 2, !relu, Sgemm.Batch.ONE, new Epilogue(bias, residual, relu)).checkAgainstDoubles(THREE);
                }
            }
        }
    }

    @Test
    void eachWorkerPacksItsOwnPartOfALargeTransposedOperand() {
        Case.of(new int[] {4300, 66, 1000}, true, false, 0, false, Sgemm.Batch.ONE, Epilogue.NONE).checkAgainstDoubles(THREE);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 12})
    void aBatchHasItsOwnOperandsOrSharesThem(int count) {
        for (int[] size : new int[][] {{1, 40, 50}, {50, 1, 40}, {70, 90, 33}, {3, 5, 0}, {6, 20, 130}, {20, 6, 200}, {18, 100, 50}, {20, 70, 520}}) {
            var own = new Sgemm.Batch(count, 0, 0, 0);
            Case.of(size, false, true, 1, false, own, new Epilogue(Epilogue.Bias.COLUMN, true, true)).checkAgainstDoubles(THREE);
            Case.of(size, false, true, 1, true, own, new Epilogue(Epilogue.Bias.ROW, true, false)).sharingB().checkAgainstDoubles(THREE);
            Case.of(size, true, true, 1, true, own, Epilogue.NONE).sharingA().checkAgainstDoubles(THREE);
            Case.of(size, true, false, 1, true, own, Epilogue.NONE).sharingA().checkAgainstDoubles(THREE);
            Case.of(size, false, false, 1, false, own, Epilogue.NONE).sharingB().checkAgainstDoubles(THREE);
            Case.of(size, false, false, 1, false, own, Epilogue.NONE).sharingB().withPackedB().checkAgainstDoubles(THREE);
        }
    }

    @Test
    void rowsMayLieAPageApart() {
        Case test = Case.of(new int[] {100, 70, 1024}, false, false, 0, false, Sgemm.Batch.ONE, Epilogue.NONE);
        test.checkAgainstDoubles(ONE);
        test.checkThatWorkersChangeNoBit();
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void nanAndInfinityReachTheirRowAndColumnOnly(int[] size) {
        int M = size[0];
        int N = size[1];
        int K = size[2];
        if (K == 0) {
            return;
        }
        for (int variant = 0; variant < 4; variant++) {
            Case test = Case.of(size, (variant & 1) != 0, (variant & 2) != 0, 0, false, Sgemm.Batch.ONE, Epilogue.NONE);
            test.setA(M - 1, K / 2, Float.NaN);
            test.setB(K - 1, N - 1, Float.POSITIVE_INFINITY);
            test.run(THREE);
            for (int m = 0; m < M; m++) {
                for (int n = 0; n < N; n++) {
                    float c = test.c(m, n);
                    if (m == M - 1) {
                        assertTrue(Float.isNaN(c), test + ": NaN got lost");
                    } else {
                        assertEquals(n < N - 1, Float.isFinite(c), test + ": c[" + m + ", " + n + "] = " + c);
                    }
                }
            }
        }
    }

    @Test
    void reluKeepsNanAndClearsInfinityBelow() {
        Case test = Case.of(new int[] {2, 40, 3}, false, false, 0, false, Sgemm.Batch.ONE, new Epilogue(Epilogue.Bias.COLUMN, false, true));
        test.bias.set(0, Float.NaN);
        test.bias.set(1, Float.NEGATIVE_INFINITY);
        test.bias.set(38, Float.NaN);
        test.bias.set(39, Float.NEGATIVE_INFINITY);
        test.run(ONE);
        assertTrue(Float.isNaN(test.c(0, 0)) && Float.isNaN(test.c(1, 38)));
        assertEquals(0, test.c(0, 1));
        assertEquals(0, test.c(1, 39));
    }

    @Test
    @Tag("steady-state")
    void aCallAllocatesNothing() {
        var bean = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        Case test = Case.of(new int[] {70, 130, 100}, false, true, 0, false, Sgemm.Batch.ONE, new Epilogue(Epilogue.Bias.ROW, true, true));
        MemorySegment workspace = Floats.workspace(test.sgemm.workspaceBytes(3));
        long bytes = Long.MAX_VALUE;
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (bytes > 100_000 && System.nanoTime() < deadline) {                 // until it is compiled: interpreted vectors are objects
            long before = bean.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 500; i++) {
                test.runInto(test.c, THREE, test.b.address(), workspace.address());
            }
            bytes = bean.getCurrentThreadAllocatedBytes() - before;
        }
        assertTrue(bytes <= 100_000, "500 calls allocated " + bytes + " bytes");
        test.c.check();
    }

    /** One product with its buffers. */
    private record Case(int M, int N, int K, boolean transA, boolean transB, boolean accumulate, Sgemm.Batch batch, Epilogue epilogue, boolean packed,
            int strideA, int strideB, int strideC, Sgemm sgemm, Floats a, Floats b, Floats c, Floats bias, Floats residual) {
        static Case of(int[] size, boolean transA, boolean transB, int gap, boolean accumulate, Sgemm.Batch batch, Epilogue epilogue) {
            int M = size[0];
            int N = size[1];
            int K = size[2];
            int lda = (transA ? M : K) + gap;
            int ldb = (transB ? K : N) + gap;
            int ldc = N + gap;
            var own = new Sgemm.Batch(batch.count(), ((transA ? K : M) * lda + 3) * 4L, ((transB ? N : K) * ldb + 1) * 4L, (M * ldc + 2) * 4L);
            return of(M, N, K, transA, transB, lda, ldb, ldc, accumulate, own, epilogue, false);
        }

        private static Case of(int M, int N, int K, boolean transA, boolean transB, int lda, int ldb, int ldc, boolean accumulate, Sgemm.Batch batch,
                Epilogue epilogue, boolean packed) {
            var shape = new Sgemm.Shape(M, N, K, transA, transB, lda * 4L, ldb * 4L, ldc * 4L);
            // The last matrix of a batch ends with its last element: whatever is read or written behind it is behind the buffer.
            long a = (batch.count() - 1) * batch.strideA() / 4 + extent(transA ? K : M, transA ? M : K, lda);
            long b = (batch.count() - 1) * batch.strideB() / 4 + extent(transB ? N : K, transB ? K : N, ldb);
            long c = (batch.count() - 1) * batch.strideC() / 4 + extent(M, N, ldc);
            var sgemm = new Sgemm(shape, batch, accumulate, epilogue, packed);
            return new Case(M, N, K, transA, transB, accumulate, batch, epilogue, packed, lda, ldb, ldc, sgemm, Floats.random(a, 1),
                    Floats.random(b, 2), accumulate ? Floats.random(c, 3) : Floats.unset(c), Floats.random(M + N, 4), Floats.random(c, 5));
        }

        private static long extent(int rows, int columns, int stride) {
            return rows == 0 || columns == 0 ? 0 : (rows - 1L) * stride + columns;
        }

        Case withPackedB() {
            return of(M, N, K, transA, transB, strideA, strideB, strideC, accumulate, batch, epilogue, true);
        }

        Case sharingA() {
            var shared = new Sgemm.Batch(batch.count(), 0, batch.strideB(), batch.strideC());
            return of(M, N, K, transA, transB, strideA, strideB, strideC, accumulate, shared, epilogue, packed);
        }

        Case sharingB() {
            var shared = new Sgemm.Batch(batch.count(), batch.strideA(), 0, batch.strideC());
            return of(M, N, K, transA, transB, strideA, strideB, strideC, accumulate, shared, epilogue, packed);
        }

        void setA(int m, int k, float value) {
            a.set(transA ? (long) k * strideA + m : (long) m * strideA + k, value);
        }

        void setB(int k, int n, float value) {
            b.set(transB ? (long) n * strideB + k : (long) k * strideB + n, value);
        }

        float c(int m, int n) {
            return c.get((long) m * strideC + n);
        }

        void run(Workers workers) {
            runInto(c, workers);
        }

        private void runInto(Floats dst, Workers workers) {
            long bytes = sgemm.workspaceBytes(workers.threads());
            MemorySegment workspace = Floats.workspace(bytes);
            if (packed) {
                MemorySegment panels = Floats.workspace(sgemm.packedBytes());
                sgemm.packB(b.address(), panels.address());
                runInto(dst, workers, panels.address(), workspace.address());
                Floats.checkWorkspace(panels, sgemm.packedBytes());
            } else {
                runInto(dst, workers, b.address(), workspace.address());
            }
            Floats.checkWorkspace(workspace, bytes);
            a.check();
            b.check();
            dst.check();
        }

        private void runInto(Floats dst, Workers workers, long weights, long workspace) {
            sgemm.run(a.address(), weights, dst.address(), bias.address(), residual.address(), workspace, workers);
        }

        /** Each element within the bound of any order of summation: |error| ≤ γ(K + 4) · Σ|terms|. */
        void checkAgainstDoubles(Workers workers) {
            Floats before = c.copy();
            Floats result = c.copy();
            runInto(result, workers);
            boolean[] written = new boolean[result.length()];
            for (int item = 0; item < batch.count(); item++) {
                long a0 = item * batch.strideA() / 4;
                long b0 = item * batch.strideB() / 4;
                long c0 = item * batch.strideC() / 4;
                for (int m = 0; m < M; m++) {
                    for (int n = 0; n < N; n++) {
                        int at = (int) (c0 + (long) m * strideC + n);
                        double sum = accumulate ? before.get(at) : 0;
                        double size = Math.abs(sum);
                        for (int k = 0; k < K; k++) {
                            double term = (double) a.get(a0 + (transA ? (long) k * strideA + m : (long) m * strideA + k))
                                    * b.get(b0 + (transB ? (long) n * strideB + k : (long) k * strideB + n));
                            sum += term;
                            size += Math.abs(term);
                        }
                        double added = switch (epilogue.bias()) {
                            case NONE -> 0;
                            case ROW -> bias.get(m);
                            case COLUMN -> bias.get(n);
                        };
                        added += epilogue.residual() ? residual.get(at) : 0;
                        sum += added;
                        size += Math.abs(added) + 1e-30;
                        sum = epilogue.relu() ? Math.max(0, sum) : sum;
                        double error = Math.abs(result.get(at) - sum);
                        assertTrue(error <= (K + 4) * 0x1p-24 * size, () -> this + ": c[" + at + "] = " + result.get(at));
                        written[at] = true;
                    }
                }
            }
            for (int i = 0; i < written.length; i++) {
                if (!written[i]) {
                    assertEquals(before.bits(i), result.bits(i), this + ": wrote into the gap at " + i);
                }
            }
        }

        void checkThatWorkersChangeNoBit() {
            Floats first = c.copy();
            Floats again = c.copy();
            Floats shared = c.copy();
            runInto(first, ONE);
            runInto(again, ONE);
            runInto(shared, THREE);
            first.assertSameBits(again, this + " twice");
            first.assertSameBits(shared, this + " on three workers");
        }

        @Override
        public String toString() {
            return "sgemm " + M + "x" + N + "x" + K + (transA ? " A'" : "") + (transB ? " B'" : "") + (packed ? " packed" : "")
                    + (accumulate ? " +=" : "") + " batch " + batch.count() + " " + epilogue;
        }
    }
}
