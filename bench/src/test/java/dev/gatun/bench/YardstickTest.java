package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class YardstickTest {
    @Test
    void aKernelThatComputesIsHeldAgainstMultiplyAddsAndOneThatWaitsForMemoryAgainstItsTraffic() {
        Yardstick multiplyAdds = new Yardstick.MultiplyAdds();
        Map.of("gemm:512x512x512", multiplyAdds, "gemmNT:8x1000x2048", multiplyAdds, "vgg16:conv:1,512,14,14,512,3,1,1:forward", multiplyAdds,
                "lstm:64x1x128x256", multiplyAdds, "gemmNT:1x4096x9216", Traffic.READ, "sum:64MB", Traffic.READ, "relu:64MB", Traffic.COPY, "add:64MB",
                Traffic.TRIAD).forEach((name, yardstick) -> assertEquals(yardstick, Yardstick.of(KernelCases.named(name)), name));
    }

    @Test
    void multiplyAddsCountOperationsAndMemoryBytes() {
        KernelCase gemm = KernelCases.named("gemm:512x512x512");
        assertEquals(gemm.flop(), new Yardstick.MultiplyAdds().units(gemm));
        assertEquals(2.0 * (64 << 20), Traffic.COPY.units(KernelCases.named("relu:64MB")));
    }

    @Test
    void theFractionIsTheRatioOfTheMediansAndItsRangeThatOfTheRounds() {
        // In the last round the machine was twice as fast for both.
        Ratio fraction = new YardstickRounds(Traffic.COPY, new double[] {80, 90, 40}).fraction(new double[] {100, 180, 50});
        assertEquals("0.80 [0.50-0.80]", fraction.toString());
        assertEquals(List.of("of_yardstick", "of_yardstick_least", "of_yardstick_most"), List.copyOf(YardstickRounds.row(fraction).keySet()));
    }

    @Test
    void aGaugeMeasuresByEachYardstickAgainAndAgain() {
        try (Gauge gauge = new Gauge(2)) {
            assertEquals(2, gauge.threads());
            for (Yardstick yardstick : Yardstick.all()) {
                for (int turn = 0; turn < 2; turn++) {
                    double millis = gauge.millis(yardstick, 1e6, 0);
                    assertTrue(millis > 0 && Double.isFinite(millis), yardstick::label);
                }
            }
        }
    }
}
