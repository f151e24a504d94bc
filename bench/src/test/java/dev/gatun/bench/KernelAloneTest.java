package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.bench.KernelComparison.Measured;
import dev.gatun.bench.KernelComparison.Refused;
import dev.gatun.bench.KernelComparison.Time;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class KernelAloneTest {
    private static final Peak PEAK = new Peak(2, 100, 200, new Peak.Memory(20, 18, 16), new Peak.Memory(40, 32, 30));
    private static final KernelCase RELU = KernelCases.named("relu:64MB");

    /** Beside a memory that copies at 16 GB/s, half its peak, and in the last round at 32. */
    private static KernelAlone relu(Time time, double otherLoad) {
        return new KernelAlone(new KernelComparison(RELU, List.of(time), new YardstickRounds(Traffic.COPY, micros(16, 16, 32)), otherLoad));
    }

    private static Measured at(double... gigabytesPerSecond) {
        return new Measured("vector", "stream", micros(gigabytesPerSecond));
    }

    private static double[] micros(double... gigabytesPerSecond) {
        return Arrays.stream(gigabytesPerSecond).map(rate -> RELU.bytes() / rate / 1e3).toArray();
    }

    @Test
    void aKernelAsFastAsItsYardstickIsOneThoughThePeakWasTwiceAsFast() {
        KernelAlone alone = relu(at(16, 16, 32), 0);
        assertEquals("relu:64MB                                                  8388.6     50.0                        16.0     0.50 copy "
                + "  1.00 [1.00-1.00]   copy", alone.line(PEAK));
        assertEquals(alone.line(PEAK).lastIndexOf("1.00 ["), KernelAlone.HEAD.indexOf("of yardstick"));
        assertEquals(alone.line(PEAK).lastIndexOf("copy"), KernelAlone.HEAD.lastIndexOf("of"));
        assertTrue(alone.isMeasured());
    }

    @Test
    void theJsonHasTheFieldsOfAKernelAndTheRoundsOfBoth() {
        KernelAlone alone = relu(at(8, 16, 16), 0);
        assertEquals(1.0, alone.row(PEAK).get("of_yardstick"));
        assertEquals(.5, alone.row(PEAK).get("of_yardstick_least"));
        assertEquals("copy", alone.row(PEAK).get("yardstick"));
        assertEquals(List.of(16., 16., 32.), ((List<?>) alone.row(PEAK).get("yardstick_rounds_us")).stream()
                .map(micros -> (double) Math.round(RELU.bytes() / (double) micros / 1e3)).toList());
        assertEquals(.5, alone.row(PEAK).get("gb_per_s_of_peak"));
    }

    @Test
    void whoRefusesSaysWhyAndWhoWasDisturbedByHowMuch() {
        KernelAlone refused = relu(new Refused("vector", "no kernel"), 0);
        assertEquals("relu:64MB                                                       - no kernel", refused.line(PEAK));
        assertEquals("no kernel", refused.row(PEAK).get("refused"));
        assertFalse(refused.isMeasured());
        assertTrue(relu(at(16, 16, 16), .3).line(PEAK).endsWith("copy  disturbed: others took 30 % of the machine"));
    }
}
