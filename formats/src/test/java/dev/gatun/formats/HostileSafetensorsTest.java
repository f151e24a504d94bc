package dev.gatun.formats;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.DType;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that are wrong in every way that somebody could think of, and in ways that nobody did. */
class HostileSafetensorsTest {
    @TempDir
    Path folder;

    /** Headers over eight bytes of data; {@code '} stands for a double quote. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            []                                                                                     | does not begin with {
            {                                                                                      | not valid JSON
            {'x': {'dtype': 'F32', 'shape': [2], 'data_offsets': [0, 8]}                           | not valid JSON
            {'x': {'dtype': 'F32', 'shape': [2], 'data_offsets': [0, 8]}} {}                       | goes on after its closing brace
            {'x': 1}                                                                               | tensor "x" is not an object
            {'x': {'dtype': 'F32', 'shape': [2]}}                                                  | lacks dtype, shape or data_offsets
            {'x': {'dtype': 'F33', 'shape': [2], 'data_offsets': [0, 8]}}                          | unknown dtype "F33"
            {'x': {'dtype': 4, 'shape': [2], 'data_offsets': [0, 8]}}                              | dtype is not a string
            {'x': {'dtype': 'F32', 'shape': 2, 'data_offsets': [0, 8]}}                            | shape is not an array
            {'x': {'dtype': 'F32', 'shape': [-2], 'data_offsets': [0, 8]}}                         | not a count
            {'x': {'dtype': 'F32', 'shape': [2.0], 'data_offsets': [0, 8]}}                        | not a count
            {'x': {'dtype': 'F32', 'shape': [null], 'data_offsets': [0, 8]}}                       | not a count
            {'x': {'dtype': 'F32', 'shape': [4294967298], 'data_offsets': [0, 8]}}                 | larger than any tensor
            {'x': {'dtype': 'F32', 'shape': [99999999999999999999], 'data_offsets': [0, 8]}}       | not valid JSON
            {'x': {'dtype': 'F32', 'shape': [2147483647,2147483647,4], 'data_offsets': [0, 8]}}    | larger than any tensor
            {'x': {'dtype': 'F64', 'shape': [2147483647,1073741824,1], 'data_offsets': [0, 8]}}    | larger than any tensor
            {'x': {'dtype': 'F32', 'shape': [3], 'data_offsets': [0, 8]}}                          | takes 12 bytes, but has 8
            {'x': {'dtype': 'F32', 'shape': [2], 'data_offsets': [8, 0]}}                          | not [begin, end]
            {'x': {'dtype': 'F32', 'shape': [2], 'data_offsets': [-8, 0]}}                         | not a count
            {'x': {'dtype': 'F32', 'shape': [2], 'data_offsets': [0, 4, 8]}}                       | not [begin, end]
            {'x': {'dtype': 'F32', 'shape': [3], 'data_offsets': [0, 12]}}                         | truncated
            {'x': {'dtype': 'F32', 'shape': [1], 'data_offsets': [9223372036854775803, 9223372036854775807]}} | truncated
            {'x': {'dtype': 'F32', 'shape': [1], 'data_offsets': [0, 4]}}                          | the last 4 bytes belong to no tensor
            {'x': {'dtype': 'F32', 'shape': [1], 'data_offsets': [4, 8]}}                          | bytes 0 to 4
            {}                                                                                     | the last 8 bytes belong to no tensor
            {'x': {'dtype': 'F32', 'shape': [2], 'data_offsets': [0, 8]}, 'x': {}}                 | Duplicate field 'x'
            {'x': {'dtype': 'F32', 'shape': [2], 'data_offsets': [0, 8]}, 'y': {'dtype': 'F32', 'shape': [2], 'data_offsets': [0, 8]}} | overlap
            {'__metadata__': 'text', 'x': {'dtype': 'F32', 'shape': [2], 'data_offsets': [0, 8]}}  | __metadata__ is not an object
            {'__metadata__': {'k': 1}, 'x': {'dtype': 'F32', 'shape': [2], 'data_offsets': [0, 8]}} | metadata of "k" is not a string
            {'__metadata__': {'k': '', 'k': ''}, 'x': {'dtype': 'F32', 'shape': [2], 'data_offsets': [0, 8]}} | Duplicate field 'k'
            """)
    void aWrongHeaderIsRefusedWithWhatIsWrong(String header, String message) throws IOException {
        Path path = folder.resolve("x.safetensors");
        byte[] json = header.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        Files.write(path, file(json.length, json, new byte[8]));
        assertRefused(path, message);
    }

    @Test
    void wrongLengthsAreRefused() throws IOException {
        Path path = folder.resolve("x.safetensors");
        byte[] json = "{}".getBytes(StandardCharsets.UTF_8);
        Files.write(path, new byte[0]);
        assertRefused(path, "too few");
        Files.write(path, new byte[7]);
        assertRefused(path, "too few");
        Files.write(path, file(3, json, new byte[0]));
        assertRefused(path, "is truncated: its header takes 3 bytes, but only 2 follow");
        Files.write(path, file(SafetensorsHeader.MAX_BYTES + 1L, json, new byte[0]));
        assertRefused(path, "claims a header of 100000001 bytes");
        Files.write(path, file(-1, json, new byte[0]));
        assertRefused(path, "claims a header of 18446744073709551615 bytes");
        Files.write(path, file(0, new byte[0], new byte[0]));
        assertRefused(path, "does not begin with {");
    }

    @Test
    void headersInOtherEncodingsAreRefused() throws IOException {
        Path path = folder.resolve("x.safetensors");
        byte[] utf16 = "{}".getBytes(StandardCharsets.UTF_16LE);
        Files.write(path, file(utf16.length, utf16, new byte[0]));
        assertRefused(path, "not valid JSON");
        byte[] broken = {'{', '"', (byte) 0xC3, '"', '}'};
        Files.write(path, file(broken.length, broken, new byte[0]));
        assertRefused(path, "not UTF-8");
    }

    @Test
    void deepNestingAndManyAxesAreRefused() throws IOException {
        Path path = folder.resolve("x.safetensors");
        byte[] deep = ("{\"x\": {\"y\": " + "[".repeat(100_000) + "]".repeat(100_000) + "}}").getBytes(StandardCharsets.UTF_8);
        Files.write(path, file(deep.length, deep, new byte[0]));
        assertRefused(path, "not valid JSON");
        byte[] axes = ("{\"x\": {\"dtype\": \"U8\", \"shape\": [" + "1,".repeat(100_000) + "1], \"data_offsets\": [0, 1]}}")
                .getBytes(StandardCharsets.UTF_8);
        Files.write(path, file(axes.length, axes, new byte[1]));
        assertRefused(path, "has 100001 axes");
    }

    @Test
    void truthValuesOtherThanZeroAndOneAreRefusedWhenRead() throws IOException {
        Path path = folder.resolve("x.safetensors");
        byte[] json = "{\"x\": {\"dtype\": \"BOOL\", \"shape\": [3], \"data_offsets\": [0, 3]}}".getBytes(StandardCharsets.UTF_8);
        Files.write(path, file(json.length, json, new byte[] {0, 1, 2}));
        assertRefused(path, "tensor \"x\" is bool, but its byte 2 is 2, neither 0 nor 1");
    }

    @Test
    void randomDamageIsRefusedOrHarmlessButNeverAnythingElse() throws IOException {
        Path path = folder.resolve("x.safetensors");
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("conv.weight", Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
        tensors.put("mask", Tensor.of(new boolean[] {true, false, true}));
        tensors.put("count", Tensor.of(TensorType.of(DType.I64), MemorySegment.ofArray(new long[] {7})));
        Safetensors.save(path, tensors, Map.of("format", "pt"));
        byte[] valid = Files.readAllBytes(path);
        int refused = 0;
        for (int seed = 0; seed < 2000; seed++) {
            Files.write(path, damaged(valid, new Random(seed)));
            try {
                Safetensors read = Safetensors.load(path);
                for (String name : read.names()) {
                    read.tensor(name).close();
                }
            } catch (FormatException e) {
                refused++;
                assertTrue(e.getMessage().startsWith(path.toString()) && e.getMessage().length() < 600, "seed " + seed + ": " + e.getMessage());
            } catch (IOException | RuntimeException | Error e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
        assertTrue(refused > 1000, refused + " of 2000 were refused");
    }

    /** Returns a copy with bytes changed, taken out, put in, or cut off. */
    static byte[] damaged(byte[] valid, Random random) {
        byte[] bytes = valid.clone();
        int at = random.nextInt(bytes.length);
        switch (random.nextInt(5)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> {
                for (int i = 0; i < 8; i++) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                }
            }
            case 2 -> bytes = Arrays.copyOf(bytes, at);
            case 3 -> {
                byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
                System.arraycopy(bytes, at, longer, at + 1, bytes.length - at);
                bytes = longer;
            }
            default -> bytes[at] = (byte) "0123456789[]{}\",:-+.eE".charAt(random.nextInt(22));
        }
        return bytes;
    }

    private static byte[] file(long length, byte[] json, byte[] data) {
        return ByteBuffer.allocate(8 + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN).putLong(length).put(json).put(data).array();
    }

    private static void assertRefused(Path path, String message) {
        FormatException e = assertThrows(FormatException.class, () -> {
            Safetensors file = Safetensors.load(path);
            for (String name : file.names()) {
                file.tensor(name).close();
            }
        });
        assertTrue(e.getMessage().contains(message), e.getMessage());
        assertTrue(e.getMessage().startsWith(path.toString()), e.getMessage());
        assertFalse(e.getMessage().contains("\n"), e.getMessage());
    }
}
