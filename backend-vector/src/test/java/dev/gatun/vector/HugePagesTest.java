package dev.gatun.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HugePagesTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 4096, HugePages.MAPPED, HugePages.MAPPED + 1, HugePages.PAGE - 1, HugePages.PAGE, 5 * HugePages.PAGE + 64})
    void blocksOfAnySizeCanBeUsedToTheEnd(long bytes) {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment block = HugePages.allocate(arena, bytes);
            assertEquals(bytes, block.byteSize());
            assertEquals(0, block.address() % 64);
            block.fill((byte) 7);
            assertEquals(7, block.get(ValueLayout.JAVA_BYTE, bytes - 1));
        }
    }

    @Test
    void largeBlocksStartWithAPageWhereTheSystemGrantsThem() {
        try (Arena arena = Arena.ofConfined()) {
            assertEquals(0, HugePages.allocate(arena, HugePages.PAGE).address() % (HugePages.areGranted() ? HugePages.PAGE : 64));
        }
    }

    @Test
    void anOpenedBackendGetsItsLargeBlocksSo() {
        try (var backend = new VectorBackend(1)) {
            var buffer = backend.memory().allocate(7 * HugePages.PAGE);
            assertEquals(0, buffer.address() % (HugePages.areGranted() ? HugePages.PAGE : 64));
            backend.memory().free(buffer);
        }
    }

    @Test
    void aBlockEndsWithItsArena() {
        for (int i = 0; i < 200; i++) {
            Arena arena = Arena.ofShared();
            MemorySegment block = HugePages.allocate(arena, 8 * HugePages.PAGE);
            block.set(ValueLayout.JAVA_BYTE, 0, (byte) i);
            arena.close();
            assertThrows(IllegalStateException.class, () -> block.get(ValueLayout.JAVA_BYTE, 0));
        }
    }
}
