package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PeakTest {
    @Test
    void theLargerOfTwoMeasurementsIsTakenNumberByNumber() {
        assertEquals(new Peak(2, 110, 230, 20, 40), new Peak(2, 110, 200, 20, 30).max(new Peak(2, 100, 230, 15, 40)));
    }

    @Test
    void aMachineMultipliesAndMovesMemory() {
        Peak peak = Peak.measure(1);
        assertTrue(peak.gflops() > 1 && peak.triad() > .1, peak::line);
        assertTrue(peak.line().contains("GFLOP/s on one thread"), peak::line);
    }
}
