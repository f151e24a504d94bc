package dev.gatun.reference;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Expected values of one layer, computed by PyTorch in float64 and stored as F32 in {@code goldens/NAME.safetensors} of the test resources. The tensors
 * are handed out as F64, so that a loop which runs on them differs from the file by the file's rounding only.
 */
final class Golden {
    /** Half a unit in the last place of an F32, with room for the last bits of float64 where terms cancel. */
    private static final double RELATIVE = 6e-8;
    private static final double ABSOLUTE = 1e-13;

    private static final Pattern ENTRY = Pattern.compile(
            "\"(\\w+)\":\\{\"dtype\":\"F32\",\"shape\":\\[([\\d,]*)],\"data_offsets\":\\[(\\d+),(\\d+)]}");

    private final String name;
    private final Map<String, Values> tensors = new HashMap<>();

    private Golden(String name) {
        this.name = name;
    }

    /** Reads the file: 8 bytes with the header's length, the header in JSON, the data. */
    static Golden read(String name) {
        Golden golden = new Golden(name);
        try (InputStream in = Golden.class.getResourceAsStream("/goldens/" + name + ".safetensors")) {
            ByteBuffer file = ByteBuffer.wrap(Objects.requireNonNull(in, name).readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
            int headerBytes = Math.toIntExact(file.getLong());
            Matcher entry = ENTRY.matcher(new String(file.array(), 8, headerBytes, StandardCharsets.UTF_8));
            while (entry.find()) {
                int at = 8 + headerBytes + Integer.parseInt(entry.group(3));
                Shape shape = Shape.of(Stream.of(entry.group(2).split(",")).mapToInt(Integer::parseInt).toArray());
                double[] data = IntStream.range(0, (int) shape.elements()).mapToDouble(i -> file.getFloat(at + 4 * i)).toArray();
                golden.tensors.put(entry.group(1), new Values(new TensorType(DType.F64, shape), data));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return golden;
    }

    /** Returns the tensor called {@code tensor}. */
    Values get(String tensor) {
        return Objects.requireNonNull(tensors.get(tensor), name + " has no " + tensor);
    }

    /** Asserts that {@code actual} is the tensor called {@code tensor}. */
    void assertIs(String tensor, Values actual) {
        actual.assertNear(get(tensor), RELATIVE, ABSOLUTE, name + " " + tensor);
    }
}
