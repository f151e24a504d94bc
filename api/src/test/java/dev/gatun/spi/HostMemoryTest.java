package dev.gatun.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HostMemoryTest {
    private final HostMemory memory = new HostMemory();

    @Test
    void sizesCloseToEachOtherShareBlocks() {
        assertEquals(64, HostMemory.rounded(0));
        assertEquals(64, HostMemory.rounded(64));
        assertEquals(128, HostMemory.rounded(65));
        assertEquals(1024, HostMemory.rounded(1024));
        assertEquals(1152, HostMemory.rounded(1025));
        assertEquals(9 << 17, HostMemory.rounded((1 << 20) + 1));
        HostBuffer first = memory.allocate(9_000);
        memory.free(first);
        assertEquals(first.address(), memory.allocate(9_100).address());
    }

    @Test
    @SuppressWarnings("restricted")
    void aRequestIsNeverAnsweredWithLess() {
        memory.takeFrom(bytes -> new HostMemory.Block(MemorySegment.NULL.reinterpret(bytes), () -> { }));      // a system that promises all
        for (long bytes : new long[] {Long.MAX_VALUE, Long.MAX_VALUE - 7, (15L << 59) + 1, -1}) {
            String message = assertThrows(OutOfMemoryError.class, () -> memory.allocate(bytes)).getMessage();
            assertTrue(message.startsWith("host memory: cannot get " + bytes + " bytes; 0 bytes are in use"), message);
        }
        assertEquals(15L << 59, memory.allocate(15L << 59).bytes());
    }

    @Test
    @SuppressWarnings("restricted")
    void asMuchIsKeptAsWasInUseAtOneTime() {
        List<Long> alive = new ArrayList<>();
        memory.takeFrom(bytes -> {
            alive.add(bytes);
            return new HostMemory.Block(MemorySegment.ofAddress(1L << 40).reinterpret(bytes), () -> alive.remove(bytes));       // nobody looks into it
        });
        for (long mib = 1; mib <= 64; mib++) {
            memory.free(memory.allocate(mib << 23));
        }
        assertEquals(List.of(512L << 20), alive, "one of 512 MiB was in use at one time, and is kept");
        HostBuffer first = memory.allocate(64 << 20);
        HostBuffer second = memory.allocate(96 << 20);
        memory.free(first);
        memory.free(second);
        memory.free(memory.allocate(64 << 20));
        assertEquals(List.of(64L << 20, 96L << 20), alive, "the size that nobody asked for meanwhile went");
        memory.free(memory.allocate(448 << 20));
        assertEquals(List.of(64L << 20, 448L << 20), alive, "and so it goes on");
        memory.trim();
        assertEquals(List.of(), alive);
        assertEquals(0, memory.keptBytes());
    }

    @Test
    void whatTheSystemRefusesIsOneSentence() {
        memory.takeFrom(bytes -> {
            throw new OutOfMemoryError("no");
        });
        String message = assertThrows(OutOfMemoryError.class, () -> memory.allocate(1 << 20)).getMessage();
        assertTrue(message.startsWith("host memory: cannot get 1048576 bytes; 0 bytes are in use (close tensors"), message);
    }
}
