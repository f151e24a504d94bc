package dev.gatun.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.Backends;
import dev.gatun.models.Zoo;
import dev.gatun.testkit.Soak;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Seconds of what {@code bench/run soak} does for minutes. */
@Tag("steady-state")
class SoakTest {
    private static Soak soak() {
        return new Soak(() -> Backends.open("onednn"), MixedNetwork.layer(), MixedNetwork.INPUT);
    }

    private static Soak soakWithoutPrimitives() {
        return new Soak(() -> Backends.open("onednn"), Zoo.layer("lenet"), Zoo.input("lenet", 2));
    }

    @Test
    void sixteenCallersOfAllKindsGetTheSingleThreadsBitsAndTheirMemoryIsGivenBack() {
        assertSameBits(soak().concurrently(16, Duration.ofSeconds(4)));
        assertSameBits(soakWithoutPrimitives().concurrently(16, Duration.ofSeconds(2)));
    }

    private static void assertSameBits(Soak.Report report) {
        assertTrue(report.calls() > 16, report.toString());
        assertEquals(0, report.wrong(), report.toString());
        assertTrue(report.after().tensorBytes() <= report.before().tensorBytes(), report.toString());
    }

    @Test
    void backendsThatAreClosedLeaveNoThreadsAndNoTensorMemory() {
        assertGivenBack(soak());
        assertGivenBack(soakWithoutPrimitives());
    }

    private static void assertGivenBack(Soak soak) {
        soak.opening(3);                                          // starts what lives as long as the process
        Soak.Report report = soak.opening(40);
        assertEquals(0, report.wrong(), report.toString());
        assertTrue(report.after().tensorBytes() <= report.before().tensorBytes(), report.toString());
        // The JVM starts and ends compiler threads as it likes; a pool that stayed would add 40.
        assertTrue(report.after().threads() < report.before().threads() + 10, report.toString());
        assertTrue(report.growth() < .1, report.toString());
    }
}
