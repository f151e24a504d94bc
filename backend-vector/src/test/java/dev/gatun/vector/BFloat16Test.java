package dev.gatun.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("every-width")
class BFloat16Test {
    private static final int ALL = 1 << 16;

    /** Bits, and those of the nearest bfloat16: exact, below and above a tie, ties to even on both sides, overflow, a NaN whose payload would be cut off. */
    private static final int[][] ROUNDED = {{0x3F800000, 0x3F80}, {0x3F807FFF, 0x3F80}, {0x3F808001, 0x3F81}, {0x3F808000, 0x3F80}, {0x3F818000, 0x3F82},
            {0x7F7FFFFF, 0x7F80}, {0xFF800000, 0xFF80}, {0x80000000, 0x8000}, {0x00008001, 0x0001}, {0x7F800001, 0x7FC0}, {0xFFC00000, 0xFFC0}};

    @Test
    void everyNumberIsItselfAgain() {
        for (int n : new int[] {ALL, 1, 7, 2 * Simd.LANES + 3}) {
            MemorySegment narrow = Arena.ofAuto().allocate(2L * n, 64);
            MemorySegment wide = Arena.ofAuto().allocate(4L * n, 64);
            MemorySegment again = Arena.ofAuto().allocate(2L * n, 64);
            for (int i = 0; i < n; i++) {
                narrow.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) i);
            }
            BFloat16.widen(n, narrow.address(), wide.address());
            BFloat16.round(n, wide.address(), again.address());
            for (int i = 0; i < n; i++) {
                assertEquals(i << 16, wide.getAtIndex(ValueLayout.JAVA_INT, i));
                boolean signals = (i & 0x7F80) == 0x7F80 && (i & 0x7F) != 0;           // a NaN, which becomes quiet
                assertEquals((short) (signals ? i | 0x40 : i), again.getAtIndex(ValueLayout.JAVA_SHORT, i));
            }
        }
    }

    @Test
    void floatsAreRoundedToTheNearestWithTiesToEven() {
        int n = 2 * Simd.LANES + 1;                                                    // vectors and a rest
        for (int[] pair : ROUNDED) {
            MemorySegment wide = Arena.ofAuto().allocate(4L * n, 64);
            MemorySegment narrow = Arena.ofAuto().allocate(2L * n, 64);
            for (int i = 0; i < n; i++) {
                wide.setAtIndex(ValueLayout.JAVA_INT, i, pair[0]);
            }
            BFloat16.round(n, wide.address(), narrow.address());
            for (int i = 0; i < n; i++) {
                assertEquals((short) pair[1], narrow.getAtIndex(ValueLayout.JAVA_SHORT, i), Integer.toHexString(pair[0]) + " at " + i);
            }
        }
    }
}
