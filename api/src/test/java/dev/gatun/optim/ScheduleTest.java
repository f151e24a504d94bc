package dev.gatun.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class ScheduleTest {
    private static void assertRates(Schedule schedule, double... expected) {
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], schedule.rate(i), 1e-7, "after " + i);
        }
    }

    @Test
    void ratesFallInSteps() {
        assertRates(Schedule.step(0.8, 2, 0.5), 0.8, 0.8, 0.4, 0.4, 0.2);
        assertRates(Schedule.multiStep(1, 0.1, 1, 3), 1, 0.1, 0.1, 0.01);
        assertRates(Schedule.exponential(1, 0.5), 1, 0.5, 0.25);
    }

    @Test
    void aCosineEndsAtItsLeast() {
        assertRates(Schedule.cosine(1, 0.2, 4), 1, 0.6 + 0.4 * Math.sqrt(0.5), 0.6, 0.6 - 0.4 * Math.sqrt(0.5), 0.2, 0.2);
    }

    @Test
    void warmingUpEndsAtTheFirstRate() {
        assertRates(Schedule.step(0.8, 1, 0.5).warmedUp(4), 0.2, 0.4, 0.6, 0.8, 0.8, 0.4);
        assertThrows(IllegalArgumentException.class, () -> Schedule.constant(1).warmedUp(0));
    }

    @Test
    void aPlateauLowersTheRateOncePatienceIsOver() {
        Plateau plateau = new Plateau(1, 0.1, 1);
        assertEquals(1, plateau.observe(5));
        assertEquals(1, plateau.observe(4));
        assertEquals(1, plateau.observe(4));
        assertEquals(0.1f, plateau.observe(3.9999));
        assertEquals(0.1f, plateau.observe(3));
        assertThrows(IllegalArgumentException.class, () -> new Plateau(1, 1, 1));
    }
}
