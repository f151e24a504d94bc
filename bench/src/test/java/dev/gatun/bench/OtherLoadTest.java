package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class OtherLoadTest {
    @Test
    void idleAndWaitingTimeIsNotBusy() {
        assertEquals(100 + 20 + 30 + 6 + 7 + 8, OtherLoad.busyTicks("cpu  100 20 30 4000 500 6 7 8 9 10\ncpu0 1 2 3 4 5 6 7 8 9 10\n"));
    }

    @Test
    void whatThisProcessDoesIsNotTheLoadOfOthers() {
        int processors = Runtime.getRuntime().availableProcessors();
        assertEquals(.25, new OtherLoad(10 + 4 + processors, 4, 4).since(new OtherLoad(10, 0, 0)), 1e-9);
        // Counters of different clocks: what this process did may come out as more than all did.
        assertEquals(0, new OtherLoad(10 + 4, 5, 4).since(new OtherLoad(10, 0, 0)));
        assertTrue(Double.isNaN(new OtherLoad(Double.NaN, 5, 4).since(new OtherLoad(Double.NaN, 0, 0))), "no system that does not tell is quiet");
    }
}
