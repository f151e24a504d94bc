package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class PeakTest {
    @Test
    void theLargerOfTwoMeasurementsIsTakenNumberByNumber() {
        assertEquals(new Peak(2, 110, 230, 20, 40), new Peak(2, 110, 200, 20, 30).max(new Peak(2, 100, 230, 15, 40)));
    }

    @Test
    void aMachineMultipliesAndMovesMemory() {
        Peak peak = Peak.measure(1);
        assertEquals(List.of("threads", "gflops_one_thread", "gflops", "memory_gb_per_s_one_thread", "memory_gb_per_s"), List.copyOf(peak.row().keySet()));
        assertTrue(peak.row().values().stream().allMatch(v -> ((Number) v).doubleValue() > 0 && Double.isFinite(((Number) v).doubleValue())), peak::line);
        assertTrue(peak.line().matches("peak: \\d+ GFLOP/s on one thread, \\d+ on 1; memory [\\d.]+ GB/s on one thread, [\\d.]+ on 1"), peak::line);
    }
}
