package dev.gatun.quantization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ObserverTest {
    private static Histogram of(float... values) {
        Histogram h = new Histogram();
        h.add(values);
        return h;
    }

    /** Numbers of a normal distribution, some of them far outside. */
    private static float[] normalWithOutliers(int count, int outliers) {
        SplittableRandom random = new SplittableRandom(1);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (i < outliers ? 100 + i : random.nextGaussian());
        }
        return values;
    }

    @Test
    void intervalsDoubleWhenALargerValueComes() {
        Histogram h = of(0, 0, 0.5f, -0.5f);
        h.add(new float[] {7});
        assertEquals(8.0 / Histogram.BINS, h.width());
        assertEquals(5, h.total());
        assertEquals(5, Arrays.stream(h.sizes()).sum());
        assertEquals(-0.5f, h.low());
        assertEquals(7, h.high());
        assertEquals(2, h.sizes()[0]);
        // 0.5 lies at the start of interval 128, -0.5 at the end of the one of the same size below 0.
        assertEquals(1, h.sizes()[128]);
        assertEquals(1, h.sizes()[127]);
        assertEquals(1, h.sizes()[1792]);
    }

    @Test
    void aRefusedSampleLeavesNoTrace() {
        Observations seen = new Observations();
        Tensor x = Tensor.of(new float[] {1, 2}, 1, 2);
        assertThrows(IllegalArgumentException.class, () -> seen.add(List.of(x, Tensor.of(new float[] {1, Float.NaN}, 1, 2))));
        assertEquals(0, seen.products());
        seen.add(List.of(x, x));
        Calibration before = seen.calibration(Observer.minMax());
        Tensor large = Tensor.of(new float[] {500, 600}, 1, 2);
        for (List<Tensor> bad : List.of(List.of(large, Tensor.of(new float[] {7, Float.NaN}, 1, 2)),
                List.of(Tensor.of(new float[] {500, Float.POSITIVE_INFINITY}, 1, 2), large))) {
            assertThrows(IllegalArgumentException.class, () -> seen.add(bad));
            assertEquals(before, seen.calibration(Observer.minMax()));
        }
    }

    @Test
    void zerosAloneAreARange() {
        assertEquals(new Range(0, 0), Observer.minMax().range(of(0, 0)));
        assertEquals(new Range(0, 0), Observer.entropy().range(of(0, 0)));
        assertEquals(new Range(0, 0), Observer.percentile(0.99).range(of(0, 0)));
    }

    @Test
    void minMaxKeepsEverything() {
        assertEquals(new Range(-3, 1000), Observer.minMax().range(of(-3, 0, 1, 1000)));
    }

    @Test
    void aPercentileCutsTheTails() {
        float[] values = new float[10_000];
        for (int i = 0; i < values.length; i++) {
            values[i] = i - 5_000;
        }
        Range range = Observer.percentile(0.99).range(of(values));
        assertEquals(-4_900, range.low(), 8);
        assertEquals(4_900, range.high(), 8);
        Range positive = Observer.percentile(0.5001).range(of(1, 2, 3, 100));
        assertEquals(1, positive.low(), "what is never negative needs nothing below");
    }

    @Test
    void entropyCutsAFewOutliersAndNotTheDistribution() {
        Range range = Observer.entropy().range(of(normalWithOutliers(100_000, 20)));
        assertTrue(range.high() > 2 && range.high() < 40, "cut at " + range.high());
        assertTrue(range.low() < -2, "cut at " + range.low());
    }

    @Test
    void entropyKeepsWhatIsEvenlySpread() {
        float[] values = new float[100_000];
        for (int i = 0; i < values.length; i++) {
            values[i] = i / 100_000f;
        }
        assertTrue(Observer.entropy().range(of(values)).high() > 0.95f);
    }

    @Test
    void manyZerosDoNotNarrowTheRange() {
        float[] values = new float[100_000];
        for (int i = 90_000; i < values.length; i++) {
            values[i] = (i - 90_000) / 10_000f;
        }
        assertTrue(Observer.entropy().range(of(values)).high() > 0.9f);
    }

    @Test
    void theCutHasTheLeastDivergence() {
        // 256 full intervals, and one value far behind: cutting off behind the full ones loses least.
        long[] sizes = new long[Histogram.BINS];
        Arrays.fill(sizes, 0, 256, 1000);
        sizes[2000] = 1;
        int cut = Observer.Entropy.threshold(sizes, 256);
        assertTrue(cut >= 256 && cut <= 272, "cut at " + cut);
    }

    @Test
    void whatIsNoNumberIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> of(1, Float.NaN));
        assertThrows(IllegalArgumentException.class, () -> of(Float.POSITIVE_INFINITY));
        assertThrows(IllegalArgumentException.class, () -> new Range(1, 0));
        assertThrows(IllegalArgumentException.class, () -> new Range(Float.NaN, 0));
        assertThrows(IllegalArgumentException.class, () -> Observer.percentile(0.5));
    }
}
