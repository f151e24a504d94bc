package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.bench.RaceResult.Entry;
import java.util.List;
import org.junit.jupiter.api.Test;

class RaceResultTest {
    private static final RaceResult RESULT = new RaceResult("resnet50 b1", 2, .01, List.of(
            new Entry("gatun", "vector", new double[] {30, 40, 35}, 900, 200), new Entry("onnxruntime", "1", new double[] {45, 50, 49}, 700, 300)));

    @Test
    void ratiosAreTakenRoundByRoundAndAboveOneWhereGatunIsFaster() {
        Ratio ratio = RESULT.ratio(RESULT.entries().get(1));
        assertEquals(new Ratio(1.4, 1.25, 1.5), ratio);
        assertEquals("1.40 [1.25-1.50]", ratio.toString());
    }

    @Test
    void aLineHasTheTimeAndRatioOfEachPeerAndADashForWhoCannot() {
        List<String> peers = List.of("onnxruntime", "tensorflow");
        assertEquals("work                       gatun ms  onnxrun ms ratio               tensorf ms ratio             ", RaceResult.head(peers));
        assertEquals("resnet50 b1                   35.00       49.00 1.40 [1.25-1.50]             -                   ", RESULT.line(peers));
    }

    @Test
    void aRaceThatOthersDisturbedSaysSo() {
        String line = new RaceResult("resnet50 b1", 2, .3, RESULT.entries()).line(List.of());
        assertEquals("resnet50 b1                   35.00  disturbed: others took 30 % of the machine", line);
    }
}
