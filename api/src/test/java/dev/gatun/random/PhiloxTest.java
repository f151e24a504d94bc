package dev.gatun.random;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PhiloxTest {
    private static void block(long seed, long stream, long counter, int... expected) {
        int[] four = new int[4];
        Philox.block(seed, stream, counter, four);
        assertArrayEquals(expected, four);
    }

    /** The known answers that the authors publish with their library Random123. */
    @Test
    void blocksEqualThePublishedKnownAnswers() {
        block(0, 0, 0, 0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8);
        block(-1, -1, -1, 0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD);
        block(0x299F31D0A4093822L, 0x0370734413198A2EL, 0x85A308D3243F6A88L, 0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1);
    }

    @Test
    void uniformNumbersAreTheUpper24BitsOfTheWords() {
        assertEquals(0, Philox.uniform(0xFF));
        assertEquals(1 - 0x1p-24f, Philox.uniform(-1));
        float[] x = new float[5];
        Philox.uniform(0, 0, x);
        int[] second = new int[4];
        Philox.block(0, 0, 1, second);
        assertEquals((0xE169C58D >>> 8) / 16777216f, x[1]);
        assertEquals((second[0] >>> 8) / 16777216f, x[4]);
    }

    @Test
    void normalNumbersComeInPairsOfCosineAndSine() {
        assertEquals((float) Math.sqrt(2 * 32 * Math.log(2)), Philox.normal(0, 0, false), "the largest radius, at angle 0");
        assertEquals(0, Philox.normal(0, 0, true));
        assertEquals(0, Math.abs(Philox.normal(-1, 1 << 28, false)), "the smallest radius");
        assertEquals((float) -Math.sqrt(2 * Math.log(2)), Philox.normal(Integer.MAX_VALUE, 1 << 31, false), 1e-7f, "half way round");
        float[] x = new float[4];
        Philox.normal(0, 0, x);
        assertEquals(Philox.normal(0xBC57AC4C, 0x9B00DBD8, true), x[3]);
    }

    /** The logarithm, sine and cosine of a library as the judge of the series, at random and at the ends of all quarters. */
    @Test
    void normalNumbersAreTheFloatsNextToThoseOfALibrary() {
        int[] four = new int[4];
        for (int i = 0; i < 50_000; i++) {
            Philox.block(1, 2, i, four);
            assertNextToLibrary(four[0], four[1]);
            assertNextToLibrary(four[2] >>> four[3], four[3]);
            assertNextToLibrary(~(four[2] >>> four[3]), (i % 8 << 29) + i % 5 - 2);
        }
    }

    private static void assertNextToLibrary(int w0, int w1) {
        double radius = StrictMath.sqrt(-2 * StrictMath.log((Integer.toUnsignedLong(w0) + 1) * 0x1p-32));
        double angle = 2 * Math.PI * (Integer.toUnsignedLong(w1) * 0x1p-32);
        // 2π rounded moves zeros of the library's functions by up to 3e-16.
        double cosine = radius * StrictMath.cos(angle);
        assertEquals(cosine, Philox.normal(w0, w1, false), Math.ulp((float) cosine) + 5e-15, () -> "cosine of words " + w0 + ", " + w1);
        double sine = radius * StrictMath.sin(angle);
        assertEquals(sine, Philox.normal(w0, w1, true), Math.ulp((float) sine) + 5e-15, () -> "sine of words " + w0 + ", " + w1);
    }

    @Test
    void manyNumbersAtOnceAreThoseOneByOne() {
        RandomStream one = new RandomStream(5, 6);
        float[] many = new float[7];
        new RandomStream(5, 6).normals(many);
        for (float x : many) {
            assertEquals(one.nextNormal(), x);
        }
        RandomStream all = new RandomStream(5, 6);
        all.nextBits();
        all.uniforms(many);
        all.uniforms(new float[0]);
        assertEquals(new RandomStream(5, 6).from(1).nextUniform(), many[0], "the block that was begun is skipped");
        all.normals(many);
        assertEquals(new RandomStream(5, 6).from(3).nextNormal(), many[0], "as is what a call has left of its last block");
    }

    @Test
    void momentsAreThoseOfTheDistributions() {
        float[] x = new float[100_000];
        Philox.uniform(7, 3, x);
        assertEquals(0.5, mean(x, 1), 5 * Math.sqrt(1 / 12.0 / x.length));
        Philox.normal(7, 3, x);
        assertEquals(0, mean(x, 1), 5 / Math.sqrt(x.length));
        assertEquals(1, mean(x, 2), 5 * Math.sqrt(2.0 / x.length));
        assertEquals(3, mean(x, 4), 5 * Math.sqrt(96.0 / x.length));
    }

    @Test
    void seedsAndStreamsGiveDifferentNumbers() {
        float[] a = new float[8];
        float[] b = new float[8];
        Philox.uniform(1, 0, a);
        Philox.uniform(0, 1, b);
        assertTrue(IntStream.range(0, 8).allMatch(i -> a[i] != b[i]));
    }

    private static double mean(float[] x, int power) {
        return IntStream.range(0, x.length).mapToDouble(i -> Math.pow(x[i], power)).average().orElseThrow();
    }
}
