package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.bench.Peak.Memory;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class PeakTest {
    @Test
    void theLargerOfTwoMeasurementsIsTakenNumberByNumber() {
        Peak first = new Peak(2, 110, 200, new Memory(20, 19, 17), new Memory(30, 29, 28));
        Peak second = new Peak(2, 100, 230, new Memory(15, 14, 18), new Memory(40, 25, 29));
        assertEquals(new Peak(2, 110, 230, new Memory(20, 19, 18), new Memory(40, 29, 29)), first.max(second));
    }

    @Test
    void aYardstickHasItsPeak() {
        Peak peak = new Peak(2, 110, 200, new Memory(20, 19, 17), new Memory(30, 29, 28));
        assertEquals(List.of(200., 30., 29., 28.), Yardstick.all().stream().map(peak::of).toList());
    }

    @Test
    void figuresAreTheSameInEveryLanguage() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.GERMANY);
            String line = new Peak(2, 110, 200, new Memory(20, 19, 17), new Memory(30, 29, 28)).line();
            assertTrue(line.contains("20.0, 19.0, 17.0 GB/s on one thread"), line);
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void aMachineMultipliesAndMovesMemory() {
        Peak peak = Peak.measure(1);
        assertEquals(List.of("threads", "gflops_one_thread", "gflops", "read_gb_per_s_one_thread", "read_gb_per_s", "copy_gb_per_s_one_thread",
                "copy_gb_per_s", "triad_gb_per_s_one_thread", "triad_gb_per_s"), List.copyOf(peak.row().keySet()));
        assertTrue(peak.row().values().stream().allMatch(v -> ((Number) v).doubleValue() > 0 && Double.isFinite(((Number) v).doubleValue())), peak::line);
        String memory = "[\\d.]+, [\\d.]+, [\\d.]+ GB/s";
        assertTrue(peak.line().matches("peak: \\d+ GFLOP/s on one thread, \\d+ on 1; read, copy, triad: "
                + memory + " on one thread, " + memory + " on 1"), peak::line);
    }
}
