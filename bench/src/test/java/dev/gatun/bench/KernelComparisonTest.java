package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.bench.KernelComparison.Measured;
import dev.gatun.bench.KernelComparison.Refused;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KernelComparisonTest {
    private static final Peak PEAK = new Peak(2, 100, 200, new Peak.Memory(20, 18, 16), new Peak.Memory(40, 32, 30));
    private static final List<String> BACKENDS = List.of("vector", "onednn");
    private static final KernelCase FIRST = KernelCases.named("vgg16:conv:1,512,14,14,512,3,1,1:forward");
    private static final KernelCase SECOND = KernelCases.named("vgg16:conv:1,512,28,28,512,3,1,1:forward");

    private static final YardstickRounds YARDSTICK = new YardstickRounds(new Yardstick.MultiplyAdds(), new double[] {1000, 1000, 1500});

    private static KernelComparison both(KernelCase kernel, double ours, double theirs) {
        return new KernelComparison(kernel, List.of(new Measured("vector", "winograd", new double[] {ours, ours, ours}),
                new Measured("onednn", "brgconv", new double[] {theirs, theirs, theirs * 2})), YARDSTICK, 0);
    }

    @Test
    void aLineHasTimesFractionsOfThePeakAndOfTheYardstickAndTheRatio() {
        KernelComparison c = both(FIRST, 2000, 4000);
        assertEquals("kernel                                                  vector us  of peak of yardstick      "
                + "     onednn us  of peak of yardstick       ratio", KernelComparison.head(BACKENDS));
        assertEquals("vgg16:conv:1,512,14,14,512,3,1,1:forward                   2000.0     2.31 0.50 [0.50-0.75]    "
                + "      4000.0     1.16 0.25 [0.19-0.25]   2.00 [2.00-4.00]", c.line(PEAK));
    }

    @Test
    void whoRefusesHasADashAndSaysWhyInTheJson() {
        KernelComparison c = new KernelComparison(FIRST, List.of(both(FIRST, 2000, 1).times().getFirst(), new Refused("onednn", "no kernel")), YARDSTICK, 0);
        assertEquals("vgg16:conv:1,512,14,14,512,3,1,1:forward                   2000.0     2.31 0.50 [0.50-0.75]    "
                + "           -        - -                  -", c.line(PEAK));
        assertEquals(Map.of("backend", "onednn", "refused", "no kernel"), ((List<?>) c.row(PEAK).get("backends")).get(1));
        KernelSum sum = KernelSum.of(List.of(c, both(SECOND, 1, 1)), BACKENDS, KernelCases.all()).getFirst();
        assertEquals("vgg16 3x3 stride 1 forward                    2 of 9       2001.0             - -", sum.line(BACKENDS));
    }

    @Test
    void groupsAreSummedUpAndSayHowManyOfTheirKernelsWereTimed() {
        List<KernelSum> sums = KernelSum.of(List.of(both(FIRST, 2000, 4000), both(SECOND, 1000, 5000)), BACKENDS, KernelCases.all());
        assertEquals(List.of("vgg16 3x3 stride 1 forward"), sums.stream().map(KernelSum::group).toList());
        assertEquals("sum of medians                               kernels    vector us     onednn us ratio", KernelSum.head(BACKENDS));
        assertEquals("vgg16 3x3 stride 1 forward                    2 of 9       3000.0        9000.0 3.00 [3.00-6.00]", sums.getFirst().line(BACKENDS));
        assertEquals(List.of(), KernelSum.of(List.of(both(FIRST, 1, 1)), BACKENDS, KernelCases.all()));
    }

    @Test
    void layersOfSeveralNetworksAreSummedUpTogetherAsWell() {
        KernelComparison other = both(KernelCases.named("resnet50:conv:1,64,56,56,64,3,1,1:forward"), 500, 500);
        List<KernelSum> sums = KernelSum.of(List.of(both(FIRST, 2000, 4000), both(SECOND, 1000, 5000), other), BACKENDS, KernelCases.all());
        assertEquals(List.of("vgg16 3x3 stride 1 forward", "all 3x3 stride 1 forward"), sums.stream().map(KernelSum::group).toList());
        assertEquals(9500.0 / 3500, ((Map<?, ?>) ((List<?>) sums.get(1).row(BACKENDS).get("backends")).get(1)).get("ratio"));
    }

    @Test
    void backendsTakeTurnsInProcessesOfTheirOwnAndSoDoesTheYardstick() throws IOException {
        List<KernelComparison> told = new ArrayList<>();
        KernelCase kernel = KernelCases.named("gemm:127x129x131");
        List<KernelComparison> comparisons;
        try (Gauge gauge = new Gauge(1)) {
            comparisons = new KernelRace(List.of(Setting.of("vector"), Setting.of("reference")), 1, 2, 0, 0).of(List.of(kernel), gauge, told::add);
        }
        assertEquals(comparisons, told);
        assertEquals(new Yardstick.MultiplyAdds(), comparisons.getFirst().yardstick().by());
        assertEquals(2, comparisons.getFirst().yardstick().micros().length);
        for (KernelComparison.Time time : comparisons.getFirst().times()) {
            assertTrue(time instanceof Measured m && m.rounds().length == 2 && m.micros() > 0, time::toString);
        }
    }
}
