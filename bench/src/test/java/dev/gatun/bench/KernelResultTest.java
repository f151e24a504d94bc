package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class KernelResultTest {
    private static final Peak PEAK = new Peak(2, 100, 200, new Peak.Memory(20, 18, 16), new Peak.Memory(40, 32, 30));

    @Test
    void aProductIsHeldAgainstTheMultiplyAdds() {
        KernelResult r = new KernelResult("gemm:1000x1000x1000", 20_000, 200, 2e9, 12e6, Traffic.TRIAD, PEAK);
        assertEquals(100, r.gflops(), 1e-9);
        assertEquals(.5, (double) r.row().get("gflops_of_peak"), 1e-12);
        assertEquals("gemm:1000x1000x1000                                       20000.0      1.0     100.0     0.50      0.6     0.02 triad", r.line());
    }

    @Test
    void aStreamIsHeldAgainstMemoryThatMovesInItsMix() {
        KernelResult r = new KernelResult("relu:64MB", 4000, 0, 0, 128e6, Traffic.COPY, PEAK);
        assertEquals(1, (double) r.row().get("gb_per_s_of_peak"), 1e-12);
        assertEquals("relu:64MB                                                  4000.0      0.0                        32.0     1.00 copy", r.line());
        assertEquals(KernelResult.HEAD.indexOf("of", KernelResult.HEAD.lastIndexOf("peak")), r.line().indexOf("copy"));
    }
}
