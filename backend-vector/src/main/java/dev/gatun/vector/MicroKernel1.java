package dev.gatun.vector;

import static dev.gatun.vector.Native.ADDRESS;
import static dev.gatun.vector.Native.ALL;
import static dev.gatun.vector.Native.ORDER;
import static dev.gatun.vector.Native.STEP;
import static dev.gatun.vector.Simd.F32;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.FloatVector.zero;

import jdk.incubator.vector.FloatVector;

/** {@link MicroKernel4} one vector wide: the tail of a panel. */
final class MicroKernel1 {
    private MicroKernel1() {
    }

    /** Runs the first 6, 4, 2 or 1 of {@code rows} rows and returns how many that were. */
    static int run(int rows, int kc, long a, long rsA, long ksA, long b, long ksB, long c, long rsC) {
        if (rows >= 6) {
            rows6(kc, a, rsA, ksA, b, ksB, c, rsC);
            return 6;
        }
        if (rows >= 4) {
            rows4(kc, a, rsA, ksA, b, ksB, c, rsC);
            return 4;
        }
        if (rows >= 2) {
            rows2(kc, a, rsA, ksA, b, ksB, c, rsC);
            return 2;
        }
        rows1(kc, a, ksA, b, ksB, c);
        return 1;
    }

    /** Six rows of one vector. */
    private static void rows6(int kc, long a, long rsA, long ksA, long b, long ksB, long c, long rsC) {
        FloatVector zero = zero(F32);
        FloatVector c00 = zero;
        FloatVector c10 = zero;
        FloatVector c20 = zero;
        FloatVector c30 = zero;
        FloatVector c40 = zero;
        FloatVector c50 = zero;
        long a0 = a & ADDRESS, a1 = a + rsA & ADDRESS, a2 = a + 2 * rsA & ADDRESS, a3 = a + 3 * rsA & ADDRESS;
        long a4 = a + 4 * rsA & ADDRESS, a5 = a + 5 * rsA & ADDRESS;
        long stepA = ksA & STEP, stepB = ksB & STEP;
        long panel = b & ADDRESS;
        for (int k = 0; k < kc; k++) {
            long ka = Integer.toUnsignedLong(k) * stepA;
            long kb = panel + Integer.toUnsignedLong(k) * stepB;
            FloatVector b0 = fromMemorySegment(F32, ALL, kb, ORDER);
            FloatVector x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, a0 + ka));
            c00 = x.fma(b0, c00);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, a1 + ka));
            c10 = x.fma(b0, c10);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, a2 + ka));
            c20 = x.fma(b0, c20);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, a3 + ka));
            c30 = x.fma(b0, c30);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, a4 + ka));
            c40 = x.fma(b0, c40);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, a5 + ka));
            c50 = x.fma(b0, c50);
        }
        c00.intoMemorySegment(ALL, c, ORDER);
        c10.intoMemorySegment(ALL, c += rsC, ORDER);
        c20.intoMemorySegment(ALL, c += rsC, ORDER);
        c30.intoMemorySegment(ALL, c += rsC, ORDER);
        c40.intoMemorySegment(ALL, c += rsC, ORDER);
        c50.intoMemorySegment(ALL, c += rsC, ORDER);
    }

    /** Four rows of one vector. */
    private static void rows4(int kc, long a, long rsA, long ksA, long b, long ksB, long c, long rsC) {
        FloatVector zero = zero(F32);
        FloatVector c00 = zero;
        FloatVector c10 = zero;
        FloatVector c20 = zero;
        FloatVector c30 = zero;
        long a0 = a & ADDRESS, a1 = a + rsA & ADDRESS, a2 = a + 2 * rsA & ADDRESS, a3 = a + 3 * rsA & ADDRESS;
        long stepA = ksA & STEP, stepB = ksB & STEP;
        long panel = b & ADDRESS;
        for (int k = 0; k < kc; k++) {
            long ka = Integer.toUnsignedLong(k) * stepA;
            long kb = panel + Integer.toUnsignedLong(k) * stepB;
            FloatVector b0 = fromMemorySegment(F32, ALL, kb, ORDER);
            FloatVector x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, a0 + ka));
            c00 = x.fma(b0, c00);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, a1 + ka));
            c10 = x.fma(b0, c10);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, a2 + ka));
            c20 = x.fma(b0, c20);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, a3 + ka));
            c30 = x.fma(b0, c30);
        }
        c00.intoMemorySegment(ALL, c, ORDER);
        c10.intoMemorySegment(ALL, c += rsC, ORDER);
        c20.intoMemorySegment(ALL, c += rsC, ORDER);
        c30.intoMemorySegment(ALL, c += rsC, ORDER);
    }

    /** Two rows of one vector. */
    private static void rows2(int kc, long a, long rsA, long ksA, long b, long ksB, long c, long rsC) {
        FloatVector zero = zero(F32);
        FloatVector c00 = zero;
        FloatVector c10 = zero;
        long a0 = a & ADDRESS, a1 = a + rsA & ADDRESS;
        long stepA = ksA & STEP, stepB = ksB & STEP;
        long panel = b & ADDRESS;
        for (int k = 0; k < kc; k++) {
            long ka = Integer.toUnsignedLong(k) * stepA;
            long kb = panel + Integer.toUnsignedLong(k) * stepB;
            FloatVector b0 = fromMemorySegment(F32, ALL, kb, ORDER);
            FloatVector x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, a0 + ka));
            c00 = x.fma(b0, c00);
            x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, a1 + ka));
            c10 = x.fma(b0, c10);
        }
        c00.intoMemorySegment(ALL, c, ORDER);
        c10.intoMemorySegment(ALL, c += rsC, ORDER);
    }

    /** One row of one vector. */
    private static void rows1(int kc, long a, long ksA, long b, long ksB, long c) {
        FloatVector zero = zero(F32);
        FloatVector c00 = zero;
        long a0 = a & ADDRESS;
        long stepA = ksA & STEP, stepB = ksB & STEP;
        long panel = b & ADDRESS;
        for (int k = 0; k < kc; k++) {
            long ka = Integer.toUnsignedLong(k) * stepA;
            long kb = panel + Integer.toUnsignedLong(k) * stepB;
            FloatVector b0 = fromMemorySegment(F32, ALL, kb, ORDER);
            FloatVector x = broadcast(F32, ALL.get(JAVA_FLOAT_UNALIGNED, a0 + ka));
            c00 = x.fma(b0, c00);
        }
        c00.intoMemorySegment(ALL, c, ORDER);
    }
}
