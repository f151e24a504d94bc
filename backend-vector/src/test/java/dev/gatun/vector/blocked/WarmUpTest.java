package dev.gatun.vector.blocked;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.vector.ColdLoop;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WarmUpTest {
    private static final int BYTES = 64 << 10;
    private static final byte MARK = 7;

    @Test
    void idleCallsOfTheLoopsOfANetworkWriteNothing() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(BYTES, 64);
            for (ColdLoop loop : WarmUp.loops(memory.address())) {
                memory.fill(MARK);
                loop.run(true);
                assertEquals(-1, memory.mismatch(arena.allocate(BYTES).fill(MARK)));
            }
        }
    }

    @Test
    void otherCallsStayInsideOfTheirMemory() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment guarded = arena.allocate(3 * BYTES, 64);
            MemorySegment memory = guarded.asSlice(BYTES, BYTES);
            List<ColdLoop> loops = new ArrayList<>(WarmUp.loops(memory.address()));
            loops.addAll(WarmUp.gradients(memory.address()));
            for (ColdLoop loop : loops) {
                guarded.fill(MARK);
                memory.asSlice(0, 8 << 10).fill((byte) 0);           // operands, and tables of offsets
                loop.run(false);
                assertEquals(0, memory.get(ValueLayout.JAVA_BYTE, 0), "an operand was written");
                assertEquals(-1, guarded.asSlice(0, BYTES).mismatch(arena.allocate(BYTES).fill(MARK)), "memory before was written");
                assertEquals(-1, guarded.asSlice(2 * BYTES).mismatch(arena.allocate(BYTES).fill(MARK)), "memory behind was written");
            }
        }
    }
}
