package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class MeasurementTest {
    @Test
    void medianAndP99AreThoseOfTheSortedCalls() {
        assertEquals(2, new Measurement(9, new long[] {1, 2, 30}).median());
        assertEquals(2.5, new Measurement(9, new long[] {1, 2, 3, 40}).median());
        assertEquals(40, new Measurement(9, new long[] {1, 2, 3, 40}).p99());
        long[] hundred = new long[100];
        for (int i = 0; i < 100; i++) {
            hundred[i] = i + 1;
        }
        assertEquals(99, new Measurement(9, hundred).p99());
    }

    @Test
    void theFirstCallIsKeptApartAndTheOthersAreManyEnough() {
        long[] clock = new long[1];
        int[] calls = new int[1];
        Measurement m = Measurement.of(() -> clock[0] += calls[0]++ == 0 ? 300_000_000 : 20_000_000, () -> clock[0]);
        assertEquals(300_000_000, m.first());
        assertEquals(20e6, m.median());
        assertEquals(100, m.sorted().length);                        // two seconds
        // Warm after 2 seconds: the first call, then four windows of half a second, of which three were not faster.
        assertEquals(1 + 4 * 25 + 100, calls[0]);
    }

    @Test
    void ofMillionsOfCallsSomeAtEvenDistancesAreKept() {
        long[] clock = new long[1];
        int[] calls = new int[1];
        Measurement m = Measurement.of(() -> clock[0] += calls[0]++ % 32 == 31 ? 9_000 : 1_000, () -> clock[0]);
        assertTrue(calls[0] > 1_000_000, calls[0] + " calls");
        assertTrue(m.sorted().length > 1 << 15 && m.sorted().length <= 1 << 16, m.sorted().length + " times");
        assertEquals(1_000, m.median());
    }

    @Test
    void whatTakesSecondsIsCalledFiveTimesUnlessThatTakesMoreThanTwenty() {
        long[] clock = new long[1];
        assertEquals(4, Measurement.of(() -> clock[0] += 6_000_000_000L, () -> clock[0]).sorted().length);
        assertEquals(5, Measurement.of(() -> clock[0] += 1_000_000_000L, () -> clock[0]).sorted().length);
    }
}
