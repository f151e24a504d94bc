package dev.gatun.formats;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.DType;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class NpyTest {
    @TempDir
    Path folder;

    @Test
    void readsWhatNumPyWroteInEitherOrderOfBytesAndAxes() throws Exception {
        Tensor columns = Npy.load(numpy("f32_columns.npy"));
        assertEquals(TensorType.of(DType.F32, 2, 3, 4), columns.type());
        float[] values = columns.toFloatArray();
        for (int i = 0; i < 24; i++) {
            assertEquals(i, values[i]);
        }
        Tensor big = Npy.load(numpy("i16_big_endian.npy"));
        assertEquals(TensorType.of(DType.I16, 2, 2), big.type());
        short[] shorts = new short[4];
        big.copyTo(MemorySegment.ofArray(shorts));
        assertArrayEquals(new short[] {1, -2, 300, -400}, shorts);
        assertArrayEquals(new double[] {0.1}, Npy.load(numpy("f64_scalar.npy")).toDoubleArray());
        assertEquals(TensorType.of(DType.F64), Npy.load(numpy("f64_scalar.npy")).type());
        assertEquals(TensorType.of(DType.BOOL, 0, 3), Npy.load(numpy("bool_empty.npy")).type());
    }

    @Test
    void readsVersionsTwoAndThree() throws Exception {
        byte[] bytes = new byte[3];
        Npy.load(numpy("u8_version_2.npy")).copyTo(MemorySegment.ofArray(bytes));
        assertArrayEquals(new byte[] {1, (byte) 200, (byte) 255}, bytes);
        short[] halves = new short[2];
        Npy.load(numpy("f16_version_3.npy")).copyTo(MemorySegment.ofArray(halves));
        assertArrayEquals(new short[] {Float.floatToFloat16(1.5f), Float.floatToFloat16(-2)}, halves);
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, mode = EnumSource.Mode.EXCLUDE, names = "BF16")
    void everyElementTypeOfNumPySurvivesSavingAndLoading(DType dtype) throws IOException {
        Path path = folder.resolve("x.npy");
        for (int[] dims : List.of(new int[] {}, new int[] {0, 3}, new int[] {1}, new int[] {3, 5, 2})) {
            TensorType type = TensorType.of(dtype, dims);
            byte[] bytes = new byte[(int) type.bytes()];
            new Random(dims.length).nextBytes(bytes);
            if (dtype == DType.BOOL) {
                for (int i = 0; i < bytes.length; i++) {
                    bytes[i] &= 1;
                }
            }
            Npy.save(path, Tensor.of(type, MemorySegment.ofArray(bytes)));

            Tensor read = Npy.load(path);
            assertEquals(type, read.type());
            byte[] back = new byte[bytes.length];
            read.copyTo(MemorySegment.ofArray(back));
            assertArrayEquals(bytes, back);
        }
    }

    @Test
    void writesTheVeryBytesThatNumPyWrites() throws Exception {
        Path path = folder.resolve("x.npy");
        Npy.save(path, Tensor.of(TensorType.of(DType.F64), MemorySegment.ofArray(new double[] {0.1})));
        assertArrayEquals(Files.readAllBytes(numpy("f64_scalar.npy")), Files.readAllBytes(path));
    }

    @Test
    void bf16IsRefusedWithTheCastToWrite() {
        Tensor x = Tensor.of(TensorType.of(DType.BF16, 1), MemorySegment.ofArray(new short[] {0}));
        String message = assertThrows(IllegalArgumentException.class, () -> Npy.save(folder.resolve("x.npy"), x)).getMessage();
        assertEquals("npy: NumPy has no bf16; write cast(DType.F32) first", message);
    }

    /** Headers over eight bytes of data. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {'descr': '<f4', 'fortran_order': False, 'shape': (3,), }               | takes 12 bytes, but 8 follow the header: it is truncated
            {'descr': '<f4', 'fortran_order': False, 'shape': (1,), }               | takes 4 bytes, but 8 follow the header
            {'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }              | not a size
            {'descr': '<f4', 'fortran_order': False, 'shape': (4294967298,), }      | not a size
            {'descr': '<f4', 'fortran_order': False, 'shape': (2147483647, 2147483647, 4), } | larger than any tensor
            {'descr': '<f4', 'fortran_order': False, 'shape': (2,,), }              | not a size
            {'descr': '<f4', 'fortran_order': False, 'shape': 2, }                  | '(' is expected
            {'descr': '<f4', 'fortran_order': False, 'shape': (2 3), }              | ')' is expected
            {'descr': '<f4', 'fortran_order': 0, 'shape': (2,), }                   | neither True nor False
            {'descr': '<f4', 'fortran_order': False, }                              | is missing
            {'descr': '<f4', 'descr': '<f4', 'shape': (2,), }                       | 'descr' comes twice
            {'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'x': 1}         | 'x' is not one of
            {'descr': '<f4', 'fortran_order': False, 'shape': (2,), } import os     | more after the closing brace
            {'descr': '<f4', 'fortran_order': False, 'shape': (2,),                 | a quoted word is expected
            {'descr': '<O', 'fortran_order': False, 'shape': (1,), }                | elements of type '<O'
            {'descr': '<c8', 'fortran_order': False, 'shape': (1,), }               | elements of type '<c8'
            {'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }      | structured elements
            {'descr': '', 'fortran_order': False, 'shape': (2,), }                  | elements of type ''
            nonsense                                                                | '{' is expected
            """)
    void aWrongHeaderIsRefusedWithWhatIsWrong(String header, String message) throws IOException {
        Path path = folder.resolve("x.npy");
        byte[] text = header.getBytes(StandardCharsets.US_ASCII);
        byte[] bytes = new byte[10 + text.length + 8];
        System.arraycopy(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) text.length, 0}, 0, bytes, 0, 10);
        System.arraycopy(text, 0, bytes, 10, text.length);
        Files.write(path, bytes);
        FormatException e = assertThrows(FormatException.class, () -> Npy.load(path));
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    @Test
    void wrongBeginningsAreRefused() throws IOException {
        Path path = folder.resolve("x.npy");
        for (byte[] bytes : List.of(new byte[0], "PK12345678".getBytes(StandardCharsets.US_ASCII), new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'},
                new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 4, 0, 0, 0}, new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 9},
                new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 2, 0, -1, -1, -1, -1, 0, 0},
                new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 9, 0})) {
            Files.write(path, bytes);
            assertTrue(assertThrows(FormatException.class, () -> Npy.load(path)).getMessage().startsWith(path.toString()));
        }
    }

    @Test
    void randomDamageIsRefusedOrHarmlessButNeverAnythingElse() throws IOException {
        Path path = folder.resolve("x.npy");
        Npy.save(path, Tensor.of(new boolean[] {true, false, true, true, false, false}, 2, 3));
        byte[] valid = Files.readAllBytes(path);
        int refused = 0;
        for (int seed = 0; seed < 2000; seed++) {
            Files.write(path, HostileSafetensorsTest.damaged(valid, new Random(seed)));
            try {
                Npy.load(path).close();
            } catch (FormatException e) {
                refused++;
            } catch (IOException | RuntimeException | Error e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
        assertTrue(refused > 500, refused + " of 2000 were refused");
    }

    private static Path numpy(String name) throws URISyntaxException {
        return Path.of(NpyTest.class.getResource(name).toURI());
    }
}
