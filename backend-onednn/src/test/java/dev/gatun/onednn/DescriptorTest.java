package dev.gatun.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.ffi.dnnl.Dnnl;
import dev.gatun.spi.Layout;
import dev.gatun.spi.NativeException;
import dev.gatun.vector.Simd;
import dev.gatun.vector.blocked.Blocked;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DescriptorTest {
    private static final TensorType IMAGE = TensorType.of(DType.F32, 2, 2 * Simd.LANES, 5, 7);

    @BeforeAll
    static void load() {
        Library.load();
    }

    private static Descriptor channelsLast(TensorType image) {
        long[] d = Descriptor.dims(image);
        return Descriptor.strided(DataType.F32, d, new long[] {d[1] * d[2] * d[3], 1, d[1] * d[3], d[1]});
    }

    @Test
    void descriptorsOfTheSameAreEqual() {
        assertEquals(Descriptor.plain(DataType.F32, IMAGE), Descriptor.plain(DataType.F32, IMAGE));
        assertEquals(Descriptor.plain(DataType.F32, IMAGE).hashCode(), Descriptor.plain(DataType.F32, IMAGE).hashCode());
        assertNotEquals(Descriptor.plain(DataType.F32, IMAGE), channelsLast(IMAGE));
        assertNotEquals(Descriptor.plain(DataType.F32, IMAGE), Descriptor.plain(DataType.I32, IMAGE));
    }

    @Test
    void namesAreThoseOfOneDnn() {
        assertEquals("abcd", Descriptor.plain(DataType.F32, IMAGE).toString());
        assertEquals("acdb", channelsLast(IMAGE).toString());
        assertEquals("aBcd16b", Descriptor.blocked(DataType.F32, 16, 1, 32, 3, 4).toString());
        assertEquals("aBc8b", Descriptor.blocked(DataType.F32, 8, 1, 32, 3).toString());
        assertEquals("aBcde16b", Descriptor.blocked(DataType.F32, 16, 1, 32, 3, 4, 5).toString());
    }

    @Test
    void rowMajorAndTheVectorBackendsBlocksBearTheirOwnNames() {
        Descriptor plain = Descriptor.plain(DataType.F32, IMAGE);
        assertEquals(Layout.PLAIN, DnnlLayout.of(IMAGE, plain, plain));
        assertEquals(Blocked.NATIVE, DnnlLayout.of(IMAGE, Descriptor.blocked(DataType.F32, Simd.LANES, Descriptor.dims(IMAGE)), plain));
        Layout last = DnnlLayout.of(IMAGE, channelsLast(IMAGE), plain);
        assertInstanceOf(DnnlLayout.class, last);
        assertEquals(last, DnnlLayout.of(IMAGE, channelsLast(IMAGE), plain));
        assertEquals(IMAGE.bytes(), last.bytes(IMAGE));
    }

    @Test
    void blocksThatTheChannelsDoNotFillAreNotSharedBecauseTheVectorBackendLeavesAnythingInTheirLastLanes() {
        TensorType image = TensorType.of(DType.F32, 1, Simd.LANES + 1, 4, 4);
        assertTrue(Descriptor.of(image, Blocked.NATIVE).isEmpty());
        assertTrue(Descriptor.of(IMAGE, Blocked.NATIVE).isPresent());
    }

    @Test
    void typesThatOneDnnLacksHaveNoDescriptor() {
        assertTrue(Descriptor.of(TensorType.of(DType.F64, 3), Layout.PLAIN).isEmpty());
        assertTrue(Descriptor.of(TensorType.of(DType.BOOL, 3), Layout.PLAIN).isEmpty());
    }

    @Test
    void aPrimitiveThatCannotBeDescribedSaysWhatWasAskedFor() {
        Library library = Library.load();
        var e = assertThrows(NativeException.class, () -> PrimitiveDescriptor.create("dnnl_matmul_primitive_desc_create", "a product of nothing", (pd, _) ->
                Dnnl.dnnl_matmul_primitive_desc_create(pd, library.engine(), MemorySegment.NULL, MemorySegment.NULL, MemorySegment.NULL, MemorySegment.NULL,
                        MemorySegment.NULL)));
        assertEquals("dnnl_matmul_primitive_desc_create(a product of nothing): invalid arguments", e.getMessage());
    }

    @Test
    void aFailureNamesFunctionStatusAndArguments() {
        var e = assertThrows(NativeException.class, () -> Descriptor.strided(DataType.F32, new long[] {-3}, new long[] {1}));
        assertEquals("dnnl_memory_desc_create_with_strides(F32, [-3], [1]): invalid arguments", e.getMessage());
    }
}
