package dev.gatun.vector.blocked;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.Backends;
import dev.gatun.Predictor;
import dev.gatun.models.Zoo;
import dev.gatun.spi.Backend;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole networks as the plan tells them: between convolutions, pools, sums and joins everything stays in blocks of channels. */
class NetworkLayoutTest {
    /** The first convolution reads the row-major image, the global pool writes row-major; a flattened image is brought back once. */
    @ParameterizedTest
    @CsvSource({"resnet18, 0", "resnet50, 0", "googlenet, 0", "alexnet, 1"})
    void imagesAreReorderedBeforeTheFirstMatrixProductAtMost(String network, int reorders) {
        try (Backend backend = Backends.open("vector"); Predictor predictor = Predictor.of(Zoo.layer(network), backend)) {
            String plan = predictor.explain(Zoo.input(network, 1));
            List<String> steps = plan.lines().filter(line -> line.matches(" *\\d+  .*")).toList();
            assertEquals(reorders, steps.stream().filter(step -> step.contains("  reorder ")).count(), plan);
            int lastConv = lastIndex(steps, "  conv");
            assertTrue(reorders == 0 || lastIndex(steps, "  reorder ") > lastConv, plan);
            for (String step : steps.subList(0, lastConv + 1)) {
                assertTrue(step.replace("  (joined in place)", "").endsWith("{nChw" + Blocked.NATIVE.block() + "c}"), step);
            }
            assertTrue(plan.contains("reference loops: 0"), plan);
            assertTrue(steps.stream().filter(step -> step.contains("  concat ")).allMatch(step -> step.endsWith("  (joined in place)")), plan);
        }
    }

    /** LeNet's 6 channels would fill a part of a block: blocks begin with the second convolution, which reads rows. */
    @Test
    void layersOfFewChannelsRunAlongRows() {
        try (Backend backend = Backends.open("vector"); Predictor predictor = Predictor.of(Zoo.layer("lenet"), backend)) {
            String plan = predictor.explain(Zoo.input("lenet", 64));
            List<String> steps = plan.lines().filter(line -> line.matches(" *\\d+  .*")).toList();
            assertTrue(steps.get(0).contains("conv 5x5, along rows"), plan);
            assertTrue(steps.get(1).contains("max_pool"), plan);
            assertTrue(steps.stream().anyMatch(step -> step.contains("conv direct 5x5")), plan);
        }
    }

    private static int lastIndex(List<String> steps, String what) {
        int last = -1;
        for (int i = 0; i < steps.size(); i++) {
            last = steps.get(i).contains(what) ? i : last;
        }
        return last;
    }
}
