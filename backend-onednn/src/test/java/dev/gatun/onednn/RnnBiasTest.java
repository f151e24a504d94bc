package dev.gatun.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.gatun.op.Recurrent.Kind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class RnnBiasTest {
    private static final float[] B = {1, 2, 3, 4, 5, 6};
    private static final float[] C = {10, 20, 30, 40, 50, 60};

    private static MemorySegment stored(DataType type, float[] numbers, Arena arena) {
        MemorySegment to = arena.allocate(Float.BYTES * numbers.length, Float.BYTES);
        for (int i = 0; i < numbers.length; i++) {
            switch (type) {
                case F32 -> to.setAtIndex(ValueLayout.JAVA_FLOAT, i, numbers[i]);
                case BF16 -> to.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) (Float.floatToRawIntBits(numbers[i]) >> Short.SIZE));
                case F16 -> to.setAtIndex(ValueLayout.JAVA_SHORT, i, Float.floatToFloat16(numbers[i]));
                case I32, I8, U8 -> throw new AssertionError(type);
            }
        }
        return to;
    }

    @Test
    void aGruHasItsGatesInOneDnnsOrderAndTheLastOneTwiceInEveryTypeOfFloats() {
        for (DataType type : new DataType[] {DataType.F32, DataType.BF16, DataType.F16}) {
            RnnBias bias = new RnnBias(Kind.GRU, 2, type);
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment to = arena.allocate(bias.bytes(), Float.BYTES);
                bias.write(stored(type, B, arena), stored(type, C, arena), to, 0);
                assertArrayEquals(new float[] {33, 44, 11, 22, 5, 6, 50, 60}, to.toArray(ValueLayout.JAVA_FLOAT), type.name());
            }
        }
    }

    @Test
    void peepholesAreWidened() {
        for (DataType type : new DataType[] {DataType.F32, DataType.BF16, DataType.F16}) {
            RnnBias bias = new RnnBias(Kind.LSTM, 2, type);
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment to = arena.allocate(bias.peepholeBytes(), Float.BYTES);
                bias.writePeephole(stored(type, B, arena), to, 0);
                assertArrayEquals(B, to.toArray(ValueLayout.JAVA_FLOAT), type.name());
            }
        }
    }
}
