package dev.gatun.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
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
    void whatTheSystemRefusesIsOneSentence() {
        memory.takeFrom(bytes -> {
            throw new OutOfMemoryError("no");
        });
        String message = assertThrows(OutOfMemoryError.class, () -> memory.allocate(1 << 20)).getMessage();
        assertTrue(message.startsWith("host memory: cannot get 1048576 bytes; 0 bytes are in use (close tensors"), message);
    }
}
