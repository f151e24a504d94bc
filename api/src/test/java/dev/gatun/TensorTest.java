package dev.gatun;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.spi.Backend;
import dev.gatun.spi.HostMemory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class TensorTest {
    private final Tensor x = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);

    private static String message(Class<? extends Exception> type, Executable code) {
        return assertThrows(type, code).getMessage();
    }

    @Test
    void operandsBroadcast() {
        Tensor row = Tensor.of(new float[] {10, 20, 30});
        Tensor column = Tensor.of(new float[] {1, -1}, 2, 1);
        assertArrayEquals(new float[] {11, 22, 33, -14, -25, -36}, x.add(row).mul(column).toFloatArray());
    }

    @Test
    void anAliasKeepsTheValueWhenTheOtherOneIsDonatedOrClosed() {
        try (Backend backend = Backends.open("reference");
                CompiledFunction next = CompiledFunction.of(backend, in -> List.of(in.getFirst().add(1))).donating(0)) {
            Tensor a = Tensor.of(new float[] {1, 2});
            Tensor b = a.alias();
            assertArrayEquals(new float[] {2, 3}, next.call(a).getFirst().toFloatArray());
            assertThrows(IllegalStateException.class, a::toFloatArray);
            assertArrayEquals(new float[] {1, 2}, b.toFloatArray());
            Tensor c = b.alias();
            b.close();
            assertArrayEquals(new float[] {1, 2}, c.toFloatArray());
            assertThrows(IllegalStateException.class, b::alias);
            assertArrayEquals(new float[] {2, 4}, c.add(c).alias().toFloatArray());
        }
    }

    @Test
    void memoryThatOneAliasIsLeftOfIsWrittenOverAndGivenBack() {
        long before = HostMemory.shared().usedBytes();
        try (Backend backend = Backends.open("reference");
                CompiledFunction next = CompiledFunction.of(backend, in -> List.of(in.getFirst().add(1))).donating(0)) {
            Tensor a = Tensor.of(new float[1 << 20]);
            Tensor b = a.alias();
            a.close();
            Storage held = b.retained();
            held.release();
            try (Tensor y = next.call(b).getFirst()) {
                Storage written = y.retained();
                written.release();
                assertSame(held, written);
            }
        }
        // Less, if what other tests left was collected.
        assertTrue(HostMemory.shared().usedBytes() <= before);
    }

    @Test
    void shapesThatDoNotBroadcastAreNamed() {
        assertEquals("add: shapes [2, 3] and [2] do not broadcast: axis -1 has 3 and 2 (sizes must be equal or 1)",
                message(IllegalArgumentException.class, () -> x.add(Tensor.of(new float[] {1, 2}))));
    }

    @Test
    void mixedTypesAreRefusedWithTheCastToWrite() {
        String m = message(IllegalArgumentException.class, () -> x.add(Tensor.of(new double[] {1, 2, 3})));
        assertTrue(m.contains("f32") && m.contains("f64") && m.contains("cast(DType.F32)"), m);
    }

    @Test
    void numbersThatIntegersCannotBeAreRefusedByNameOfTheOp() {
        Tensor i = Tensor.of(new int[] {1, 2, 3});
        Tensor bytes = i.cast(DType.I8);
        assertEquals("mul: 0.5 is no value of i32, cast to a type that has it first", message(IllegalArgumentException.class, () -> i.mul(0.5)));
        assertEquals("add: 200 is no value of i8, cast to a type that has it first", message(IllegalArgumentException.class, () -> bytes.add(200)));
        assertEquals("scalar: 200 is no value of i8, cast to a type that has it first",
                message(IllegalArgumentException.class, () -> bytes.lt(Tensor.scalar(DType.I8, 200))));
        assertEquals("full: 0.5 is no value of bool, cast to a type that has it first",
                message(IllegalArgumentException.class, () -> Tensor.full(DType.BOOL, Shape.of(2), 0.5)));
        for (Executable code : List.<Executable>of(() -> i.sub(0.5), () -> i.div(0.5), () -> i.pow(0.5), () -> i.clip(0.5, 2), () -> i.clip(0, Double.NaN))) {
            assertTrue(message(IllegalArgumentException.class, code).contains("is no value of i32"));
        }
        assertArrayEquals(new int[] {-1, 0, 1}, i.sub(2).toIntArray());
        assertArrayEquals(new int[] {0, 0, 1}, i.div(3).toIntArray());
    }

    @Test
    void limitsOutsideOfAnIntegerTypeLimitNothing() {
        double inf = Double.POSITIVE_INFINITY;
        Tensor i = Tensor.of(new int[] {-128, 1, 127}).cast(DType.I8);
        assertArrayEquals(new int[] {0, 1, 127}, i.clip(0, inf).cast(DType.I32).toIntArray());
        assertArrayEquals(new int[] {-128, 1, 5}, i.clip(-inf, 5).cast(DType.I32).toIntArray());
        assertArrayEquals(new int[] {-128, 1, 127}, i.clip(-200, 200).cast(DType.I32).toIntArray());
        assertEquals(Long.MAX_VALUE, Tensor.of(new long[] {Long.MAX_VALUE}).clip(0, inf).toLongArray()[0]);
        assertThrows(IllegalArgumentException.class, () -> i.clip(200, 300));
    }

    @Test
    void integersCountForthAndBackWithinTheirType() {
        assertArrayEquals(new int[] {5, 3, 1}, Tensor.arange(DType.U8, 5, -2, 3).cast(DType.I32).toIntArray());
        assertArrayEquals(new int[] {250, 255}, Tensor.arange(DType.U8, 250, 5, 2).cast(DType.I32).toIntArray());
        assertArrayEquals(new float[] {0.5f, 0.25f, 0}, Tensor.arange(DType.F32, 0.5, -0.25, 3).toFloatArray());
        assertEquals(0, Tensor.arange(DType.I32, 3, 1, 0).dim(0));
        assertEquals("arange: 256 is no value of u8, cast to a type that has it first",
                message(IllegalArgumentException.class, () -> Tensor.arange(DType.U8, 250, 6, 2)));
        assertEquals("arange: 0.5 is no value of i64, cast to a type that has it first",
                message(IllegalArgumentException.class, () -> Tensor.arange(DType.I32, 0, 0.5, 3)));
    }

    @Test
    void halvesAreCountedAsFarAsTheyReach() {
        Tensor x = Tensor.arange(DType.F16, -3000, 1, 3001);
        float[] all = x.cast(DType.F32).toFloatArray();
        assertEquals(-3000, all[0]);
        assertEquals(-3, all[2997]);
        assertEquals(-1, all[2999]);
        assertEquals(9.9999, Tensor.arange(DType.F16, 0, .0001, 100_000).cast(DType.F32).toFloatArray()[99_999], 4e-3);
        assertEquals(16_777_219, Tensor.arange(DType.F32, 3, 1, 16_777_220).slice(0, 16_777_216, 16_777_217).item(), 1);
    }

    @Test
    void slicesStayWithinTheirAxis() {
        assertEquals("slice: 0 to 5 are no places of axis -1 of [2, 3], which has 3", message(IllegalArgumentException.class, () -> x.slice(-1, 0, 5)));
        for (int[] range : new int[][] {{-1, 2}, {2, 1}, {0, Integer.MIN_VALUE}, {-5, Integer.MAX_VALUE}, {4, 4}}) {
            assertThrows(IllegalArgumentException.class, () -> x.slice(1, range[0], range[1]));
        }
        assertEquals(Shape.of(2, 0), x.slice(1, 3, 3).shape());
    }

    @Test
    void aWrongAxisIsNamed() {
        assertEquals("axis 2 is outside of shape [2, 3] with 2 axes", message(IllegalArgumentException.class, () -> x.sum(2)));
        assertEquals("axis -3 is outside of shape [2, 3] with 2 axes", message(IllegalArgumentException.class, () -> x.softmax(-3)));
    }

    @Test
    void dataOfAnotherSizeIsRefused() {
        assertEquals("tensor f32[2, 2] has 4 elements, the data 3", message(IllegalArgumentException.class, () -> Tensor.of(new float[3], 2, 2)));
        assertThrows(IllegalArgumentException.class, () -> Tensor.of(TensorType.of(DType.I64, 2), MemorySegment.ofArray(new byte[15])));
    }

    @Test
    void elementsCanBeWrittenIntoATensorsMemory() {
        Tensor t = Tensor.written(TensorType.of(DType.F32, 2), target -> target.copyFrom(MemorySegment.ofArray(new float[] {3, 4})));
        assertArrayEquals(new float[] {3, 4}, t.toFloatArray());
        assertEquals("no more", message(IOException.class, () -> Tensor.written(TensorType.of(DType.F32, 1 << 20), target -> {
            throw new IOException("no more");
        })));
    }

    @Test
    void truthValuesAreBytesOfZeroOrOne() {
        String m = message(IllegalArgumentException.class, () -> Tensor.of(TensorType.of(DType.BOOL, 2), MemorySegment.ofArray(new byte[] {1, 2})));
        assertEquals("tensor bool[2]: element 1 is the byte 2; truth values are 0 or 1", m);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, (byte) 1, (byte) 2);
            assertEquals(m, message(IllegalArgumentException.class, () -> Tensor.wrap(TensorType.of(DType.BOOL, 2), bytes)));
        }
    }

    @Test
    void dataThatCannotBeReadTakesNoMemory() {
        Arena arena = Arena.ofConfined();
        MemorySegment data = arena.allocate(1 << 20);
        arena.close();
        long before = HostMemory.shared().usedBytes();
        assertThrows(IllegalStateException.class, () -> Tensor.of(TensorType.of(DType.F32, 1 << 18), data));
        assertTrue(HostMemory.shared().usedBytes() <= before);
    }

    @Test
    void aClosedTensorSaysSo() {
        Tensor t = Tensor.of(new float[] {1});
        t.close();
        t.close();
        assertEquals("tensor f32[1] cannot be used any more: it was closed", message(IllegalStateException.class, t::toFloatArray));
        assertThrows(IllegalStateException.class, () -> t.add(1));
        assertEquals("f32[1] (closed)", t.toString());
    }

    @Test
    void anArrayOfAnotherTypeIsRefusedWithTheCastToWrite() {
        assertEquals("tensor f32[2, 3] is not i64; write cast(DType.I64) first", message(IllegalStateException.class, x::toLongArray));
    }

    @Test
    void reshapeFindsTheOpenSize() {
        assertEquals(Shape.of(3, 2), x.reshape(-1, 2).shape());
        assertThrows(IllegalArgumentException.class, () -> x.reshape(-1, 4));
        assertThrows(IllegalArgumentException.class, () -> x.reshape(7));
    }

    @Test
    void matmulBroadcastsBatchesAndNamesWhatDiffers() {
        Tensor a = Tensor.arange(DType.F32, 24).reshape(2, 3, 4);
        Tensor b = Tensor.arange(DType.F32, 8).reshape(4, 2);
        float[] batched = a.matmul(b.reshape(1, 4, 2)).toFloatArray();
        assertArrayEquals(batched, a.matmul(b).toFloatArray());
        assertArrayEquals(batched, a.transpose(1, 2).matmul(b, true, false).toFloatArray());
        String m = message(IllegalArgumentException.class, () -> a.matmul(b, false, true));
        assertTrue(m.startsWith("matmul:") && m.contains("4") && m.contains("2"), m);
    }

    @Test
    void sizesThatAnAxisOrAnArrayCannotHaveAreNamed() {
        Tensor huge = Tensor.zeros(DType.I8, 65536, 65536, 2);
        String joined = ": axes of [65536, 65536, 2] would be joined to one of ";
        String most = " places, but an axis has at most 2147483647";
        assertEquals("flatten" + joined + "8589934592" + most, message(IllegalArgumentException.class, () -> huge.flatten(0)));
        assertEquals("reshape" + joined + "4294967296" + most, message(IllegalArgumentException.class, () -> huge.reshape(-1, 2)));
        Tensor floats = Tensor.zeros(DType.F32, 65536, 65536, 2);
        assertEquals("matmul" + joined + "4294967296" + most, message(IllegalArgumentException.class, () -> floats.matmul(Tensor.zeros(DType.F32, 2, 2))));
        assertEquals("tensor f32[65536, 65536, 2] has 8589934592 elements, more than an array of Java can have; use copyTo",
                message(IllegalStateException.class, floats::toFloatArray));
        assertEquals("a new axis 5 is outside of shape [2, 3], which can get one at 0 to 2", message(IllegalArgumentException.class, () -> x.unsqueeze(5)));
        assertThrows(IllegalArgumentException.class, () -> x.unsqueeze(-4));
        assertEquals(Shape.of(2, 3, 1), x.unsqueeze(-1).shape());
    }

    @Test
    void valuesAreComputedOnceAndHistoryIsDropped() {
        Tensor y = x.exp().eval();
        assertTrue(y.hasValue() && y.producer().isEmpty());
    }

    @Test
    void recordedChainsMayBeLongerThanTheStack() {
        Tensor y = Tensor.of(new float[] {0});
        for (int i = 0; i < 20_000; i++) {
            y = y.add(1);
        }
        assertEquals(20_000, y.item());
    }

    @Test
    void wrappedMemoryIsNotCopiedAndItsEndIsNoticed() {
        Arena arena = Arena.ofShared();
        MemorySegment data = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1, 2, 3);
        Tensor t = Tensor.wrap(TensorType.of(DType.F32, 3), data);
        data.setAtIndex(ValueLayout.JAVA_FLOAT, 0, 7);
        assertArrayEquals(new float[] {8, 3, 4}, t.add(1).toFloatArray());
        arena.close();
        assertEquals("tensor f32[3]: the arena of the memory that it wraps has been closed", message(IllegalStateException.class, () -> t.add(1).eval()));
    }

    @Test
    void closingGivesMemoryBack() throws InterruptedException {
        long before = settledBytes();
        Tensor t = Tensor.of(new float[1 << 20]);
        assertTrue(HostMemory.shared().usedBytes() >= before + (4 << 20));
        t.close();
        assertTrue(HostMemory.shared().usedBytes() < before + (4 << 20));
    }

    /** Returns what is in use when the collector has freed the tensors that other tests left. */
    private static long settledBytes() throws InterruptedException {
        long last;
        long now = HostMemory.shared().usedBytes();
        do {
            last = now;
            System.gc();
            Thread.sleep(50);
            now = HostMemory.shared().usedBytes();
        } while (now != last);
        return now;
    }

    @Test
    void unreachableTensorsDoNotExhaustMemory() {
        for (int i = 0; i < 600; i++) {
            Tensor.full(DType.F32, Shape.of(1 << 20), i).eval();
        }
        assertTrue(HostMemory.shared().usedBytes() < 2_400L << 20);
    }

    @Test
    void printingShortensLongAxes() {
        assertEquals("i64[10] [0, 1, 2, ..., 7, 8, 9]", Tensor.arange(DType.I64, 10).eval().toString());
        assertEquals("f32[2, 3] (not evaluated: exp)", x.exp().toString());
        assertEquals("bool[2] [true, false]", Tensor.of(new boolean[] {true, false}).toString());
    }

    @Test
    void emptyTensorsHaveValues() {
        Tensor empty = Tensor.zeros(DType.F32, 0, 3);
        assertEquals(0, empty.toFloatArray().length);
        assertArrayEquals(new float[] {0, 0, 0}, empty.sum(0).toFloatArray());
        assertArrayEquals(new float[4], Tensor.zeros(DType.F32, 2, 0).matmul(Tensor.zeros(DType.F32, 0, 2)).toFloatArray());
    }

    @Test
    void threadsMayEvaluateTheSameTensor() throws Exception {
        try (var pool = Executors.newFixedThreadPool(4)) {
            for (int round = 0; round < 20; round++) {
                Tensor y = x.exp().log();
                Callable<float[]> read = y::toFloatArray;
                for (var f : pool.invokeAll(List.of(read, read, read, read))) {
                    assertArrayEquals(x.toFloatArray(), f.get(), 1e-5f);
                }
            }
        }
    }

    @Test
    void anUnknownBackendIsAnsweredWithThoseThereAre() {
        String m = message(IllegalArgumentException.class, () -> Backends.open("nosuch"));
        assertTrue(m.startsWith("backend \"nosuch\" is unknown") && m.contains("reference"), m);
    }

    @Test
    void aClosedBackendRefusesWork() {
        Backend b = Backends.open("reference");
        b.close();
        b.close();
        assertEquals("backend reference is closed", message(IllegalStateException.class, () -> x.exp().eval(b)));
    }
}
