package dev.gatun.formats;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/**
 * The header of a safetensors file, checked: every entry's bytes lie inside of the data and are as many as its type takes, and the entries cover the
 * data without gap or overlap. Headers are hostile until then.
 *
 * <pre>
 * header = { "__metadata__": { key: text ... }, name: entry ... } padded with blanks
 * entry  = { "dtype": "F32", "shape": [2, 3], "data_offsets": [begin, end] }       offsets count from the end of the header
 * </pre>
 */
record SafetensorsHeader(SequencedMap<String, String> metadata, SequencedMap<String, Entry> entries) {
    /** The largest header that is read, as in the format's own library. */
    static final int MAX_BYTES = 100_000_000;
    /** More axes than any array library offers: a longer shape is an attack, not a tensor. */
    private static final int MAX_RANK = 64;
    /** Room for the axes of most tensors. */
    private static final int FEW = 8;

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(16).maxStringLength(MAX_BYTES).maxNameLength(MAX_BYTES).build())
            .build();

    /** One tensor. @param begin its first byte @param end the byte behind its last, both counted from the end of the header */
    record Entry(TensorType type, long begin, long end) { }

    /**
     * Reads a header.
     *
     * @param file the name for messages
     * @param header its bytes
     * @param dataBytes how many bytes follow it
     */
    static SafetensorsHeader parse(Path file, byte[] header, long dataBytes) throws FormatException {
        try {
            // Decoded here, because the parser would guess UTF-16 and UTF-32 as well.
            String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(header)).toString();
            if (!text.startsWith("{")) {
                throw new FormatException(file, "the header does not begin with {, so this is no safetensors file");
            }
            try (JsonParser json = JSON.createParser(text)) {
                SafetensorsHeader parsed = new Reader(file, json).header();
                requireCover(file, parsed.entries, dataBytes);
                return parsed;
            }
        } catch (FormatException e) {
            throw e;
        } catch (CharacterCodingException e) {
            throw new FormatException(file, "the header is not UTF-8");
        } catch (JsonProcessingException e) {
            throw new FormatException(file, "the header is not valid JSON: " + oneLine(e.getOriginalMessage()));
        } catch (IOException e) {
            throw new FormatException(file, "the header cannot be read: " + oneLine(e.getMessage()));
        }
    }

    /** Checks that the entries, in the order of their bytes, follow each other from 0 to the end of the data. */
    private static void requireCover(Path file, SequencedMap<String, Entry> entries, long dataBytes) throws FormatException {
        List<String> names = new ArrayList<>(entries.keySet());
        names.sort(Comparator.comparingLong((String n) -> entries.get(n).begin).thenComparingLong(n -> entries.get(n).end));
        long position = 0;
        String previous = "";
        for (String name : names) {
            Entry e = entries.get(name);
            if (e.end > dataBytes) {
                throw new FormatException(file, "tensor " + quoted(name) + " ends at byte " + e.end + " of the data, which has only " + dataBytes
                        + " bytes: the file is truncated or its offsets are wrong");
            }
            if (e.begin < position) {
                throw new FormatException(file, "tensors " + quoted(previous) + " and " + quoted(name) + " overlap: one ends at byte " + position
                        + " of the data, the other begins at " + e.begin);
            }
            if (e.begin > position) {
                throw new FormatException(file, "bytes " + position + " to " + e.begin + " of the data, before tensor " + quoted(name)
                        + ", belong to no tensor");
            }
            position = e.end;
            previous = name;
        }
        if (position != dataBytes) {
            throw new FormatException(file, "the last " + (dataBytes - position) + " bytes belong to no tensor");
        }
    }

    /** Returns a name from the file as messages print it: in quotes, control characters replaced, shortened. */
    static String quoted(String name) {
        String printable = oneLine(name);
        return '"' + (printable.length() > 80 ? printable.substring(0, 80) + "..." : printable) + '"';
    }

    /** Returns text from a file without line breaks and other control characters: a blank for each run of them. */
    static String oneLine(String text) {
        StringBuilder line = new StringBuilder(text.length());
        boolean breaks = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean control = Character.isISOControl(c) || c == '\u2028' || c == '\u2029';
            if (!control) {
                line.append(c);
            } else if (!breaks) {
                line.append(' ');
            }
            breaks = control;
        }
        return line.toString();
    }

    /** The streaming parser. Words for messages are put together where there is something to say: a JVM that has just started takes long for them. */
    private record Reader(Path file, JsonParser json) {
        SafetensorsHeader header() throws IOException {
            SequencedMap<String, String> metadata = new LinkedHashMap<>();
            SequencedMap<String, Entry> entries = new LinkedHashMap<>();
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                json.nextToken();
                if (name.equals("__metadata__")) {
                    metadata(metadata);
                } else {
                    entries.put(name, entry(name));
                }
            }
            if (json.nextToken() != null) {
                throw new FormatException(file, "the header goes on after its closing brace");
            }
            return new SafetensorsHeader(Collections.unmodifiableSequencedMap(metadata), Collections.unmodifiableSequencedMap(entries));
        }

        private void metadata(SequencedMap<String, String> metadata) throws IOException {
            if (json.currentToken() != JsonToken.START_OBJECT) {
                throw new FormatException(file, "__metadata__ is not an object");
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String key = json.currentName();
                if (json.nextToken() != JsonToken.VALUE_STRING) {
                    throw new FormatException(file, "the metadata of " + quoted(key) + " is not a string");
                }
                metadata.put(key, json.getText());
            }
        }

        private Entry entry(String name) throws IOException {
            if (json.currentToken() != JsonToken.START_OBJECT) {
                throw fault(name, " is not an object");
            }
            DType dtype = null;
            long[] dims = null;
            long[] offsets = null;
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String field = json.currentName();
                json.nextToken();
                switch (field) {
                    case "dtype" -> dtype = dtype(name);
                    case "shape" -> dims = numbers(name, field);
                    case "data_offsets" -> offsets = numbers(name, field);
                    default -> json.skipChildren();
                }
            }
            if (dtype == null || dims == null || offsets == null) {
                throw fault(name, " lacks dtype, shape or data_offsets");
            }
            if (offsets.length != 2 || offsets[0] > offsets[1]) {
                throw fault(name, ": data_offsets are not [begin, end]");
            }
            TensorType type = type(name, dtype, dims);
            if (offsets[1] - offsets[0] != type.bytes()) {
                throw fault(name, " is " + type + ", which takes " + type.bytes() + " bytes, but has " + (offsets[1] - offsets[0]));
            }
            return new Entry(type, offsets[0], offsets[1]);
        }

        private DType dtype(String name) throws IOException {
            if (json.currentToken() != JsonToken.VALUE_STRING) {
                throw fault(name, ": dtype is not a string");
            }
            String label = json.getText();
            for (DType d : DType.values()) {
                if (d.name().equals(label)) {
                    return d;
                }
            }
            throw fault(name, " has the unknown dtype " + quoted(label) + "; known are "
                    + Arrays.stream(DType.values()).map(DType::name).collect(Collectors.joining(", ")));
        }

        private long[] numbers(String name, String field) throws IOException {
            if (json.currentToken() != JsonToken.START_ARRAY) {
                throw fault(name, ": " + field + " is not an array");
            }
            long[] numbers = new long[FEW];
            int count = 0;
            while (json.nextToken() != JsonToken.END_ARRAY) {
                if (json.currentToken() != JsonToken.VALUE_NUMBER_INT || json.getLongValue() < 0) {
                    throw fault(name, ": " + field + " has an entry that is not a count");
                }
                if (count == numbers.length) {
                    numbers = Arrays.copyOf(numbers, 2 * count);
                }
                numbers[count++] = json.getLongValue();
            }
            return Arrays.copyOf(numbers, count);
        }

        private TensorType type(String name, DType dtype, long[] dims) throws FormatException {
            if (dims.length > MAX_RANK) {
                throw fault(name, " has " + dims.length + " axes; more than " + MAX_RANK + " are not read");
            }
            try {
                int[] shape = new int[dims.length];
                for (int axis = 0; axis < shape.length; axis++) {
                    shape[axis] = Math.toIntExact(dims[axis]);
                }
                return new TensorType(dtype, Shape.of(shape));
            } catch (ArithmeticException | IllegalArgumentException e) {
                throw fault(name, ": shape " + Arrays.toString(dims) + " is larger than any tensor can be");
            }
        }

        private FormatException fault(String name, String fault) {
            return new FormatException(file, "tensor " + quoted(name) + fault);
        }
    }
}
