package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

class TrafficTest {
    @Test
    void aKernelIsHeldAgainstTheTrafficThatHasItsMixOfReadsAndWrites() {
        Map.of("sum:64MB", Traffic.READ, "relu:64MB", Traffic.COPY, "batch_norm:64MB", Traffic.COPY, "add:64MB", Traffic.TRIAD,
                "max_pool2s2:64MB", Traffic.TRIAD, "gemm:512x512x512", Traffic.TRIAD, "gemmNT:1x4096x9216", Traffic.READ).forEach((name, traffic) ->
                        assertEquals(traffic, KernelCases.named(name).traffic(), name));
    }

    @Test
    void whatMovesNothingReads() {
        assertEquals(Traffic.READ, Traffic.of(0, 0));
    }
}
