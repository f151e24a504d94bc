package dev.gatun.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.spi.HostMemory;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HugePagesTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 4096, HugePages.MAPPED, HugePages.MAPPED + 1, HugePages.PAGE - 1, HugePages.PAGE, 5 * HugePages.PAGE + 64})
    void blocksOfAnySizeCanBeUsedToTheEnd(long bytes) {
        HostMemory.Block block = HugePages.allocate(bytes);
        MemorySegment segment = block.segment();
        assertEquals(bytes, segment.byteSize());
        assertEquals(0, segment.address() % 64);
        segment.fill((byte) 7);
        assertEquals(7, segment.get(ValueLayout.JAVA_BYTE, bytes - 1));
        block.release().run();
    }

    @Test
    void largeBlocksStartWithAPageWhereTheSystemGrantsThem() {
        HostMemory.Block block = HugePages.allocate(HugePages.PAGE);
        assertEquals(0, block.segment().address() % (HugePages.areGranted() ? HugePages.PAGE : 64));
        block.release().run();
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
    void releasedBlocksLeaveTheProcess() throws IOException {
        assumeTrue(HugePages.areGranted());
        long before = residentBytes();
        for (int i = 0; i < 64; i++) {
            HostMemory.Block block = HugePages.allocate(8 * HugePages.PAGE + i);
            block.segment().fill((byte) i);
            block.release().run();
        }
        assertTrue(residentBytes() < before + (256L << 20), "of 1 GB that was used and released a quarter is still resident");
    }

    private static long residentBytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream().filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10).findFirst().orElseThrow();
    }
}
