package dev.gatun.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("every-width")
class ColdTilesTest {
    private static final int BYTES = 64 << 10;
    private static final int ZEROS = 8 << 10;
    private static final byte MARK = 7;

    @ParameterizedTest
    @CsvSource({"5, 0", "8, 40", "12, 1", "17, 63"})
    void callsStayInsideOfTheirMemory(int rows, int columns) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment guarded = arena.allocate(3 * BYTES, 64);
            MemorySegment memory = guarded.asSlice(BYTES, BYTES);
            for (ColdLoop loop : new ColdTiles(rows, columns % Tiles.COLUMNS).loops(memory.address())) {
                for (boolean idle : new boolean[] {true, false}) {
                    guarded.fill(MARK);
                    memory.asSlice(0, ZEROS).fill((byte) 0);
                    loop.run(idle);
                    assertEquals(-1, memory.asSlice(0, ZEROS).mismatch(arena.allocate(ZEROS)), "an operand was written");
                    assertEquals(-1, guarded.asSlice(0, BYTES).mismatch(arena.allocate(BYTES).fill(MARK)), "memory before was written");
                    assertEquals(-1, guarded.asSlice(2 * BYTES).mismatch(arena.allocate(BYTES).fill(MARK)), "memory behind was written");
                }
            }
        }
    }
}
