package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.bench.RaceResult.Entry;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RaceResultTest {
    private static final Entry VECTOR = new Entry("vector", "vector", new double[] {30, 40, 35}, 900, 200, 0);
    private static final Entry BF16 = new Entry("onednn:bf16", "onednn", new double[] {15, 20, 20}, 900, 200, .013);
    private static final Entry RUNTIME = new Entry("onnxruntime", "1", new double[] {45, 50, 49}, 700, 300, 1e-6);
    private static final RaceResult RESULT = new RaceResult("resnet50 b1", 2, .01, List.of(VECTOR, BF16), List.of(RUNTIME));

    @Test
    void ratiosAreTakenRoundByRoundAndAboveOneWhereGatunIsFaster() {
        Ratio ratio = VECTOR.ratio(RUNTIME);
        assertEquals(new Ratio(1.4, 1.25, 1.5), ratio);
        assertEquals("1.40 [1.25-1.50]", ratio.toString());
    }

    @Test
    void aSettingHasALineWithTheTimeAndRatioOfEachPeerAndADashForWhoCannot() {
        List<String> peers = List.of("onnxruntime", "tensorflow");
        assertEquals("work                     gatun                  ms    error to the first        onnxrun ms ratio               tensorf ms ratio",
                RaceResult.head(peers));
        assertEquals(List.of("resnet50 b1              vector              35.00    0e+00                          49.00 1.40 [1.25-1.50]             -",
                "resnet50 b1              onednn:bf16         20.00    1e-02 2.00 [1.75-2.00]         49.00 2.50 [2.45-3.00]             -"),
                RESULT.lines(peers));
    }

    @Test
    void theJsonHasTheRatiosOfEachSettingToEverybodyElse() {
        Map<?, ?> bf16 = (Map<?, ?>) ((List<?>) RESULT.row().get("contestants")).get(1);
        assertEquals(.013, bf16.get("error"));
        assertEquals(Map.of("vector", BF16.ratio(VECTOR).row(), "onnxruntime", BF16.ratio(RUNTIME).row()), bf16.get("faster_than"));
    }

    @Test
    void aRaceThatOthersDisturbedSaysSo() {
        List<String> lines = new RaceResult("train lenet b64", 2, .3, List.of(new Entry("vector", "", new double[] {35}, 1, 1, Double.NaN)), List.of())
                .lines(List.of());
        assertEquals(List.of("train lenet b64          vector              35.00        -                     disturbed: others took 30 % of the machine"),
                lines);
    }
}
