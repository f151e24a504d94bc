package dev.gatun.formats;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * JSON as plain Java values: maps with texts as keys, {@link List}, {@link String}, {@link Long} or {@link Integer}, {@link Double}, {@link Boolean}. A member
 * that is null in the text is left out when read; a number that is not finite is written as null.
 *
 * {@snippet :
 * Json.write(Path.of("results.json"), Map.of("results", List.of(Map.of("work", "lenet", "median_ms", 1.5))));
 * var results = (List<?>) Json.read(Path.of("results.json")).get("results");
 * }
 */
public final class Json {
    private static final JsonFactory FACTORY = JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    private Json() {
    }

    /** Returns the object in {@code file}, members in their order. @throws FormatException if there is none */
    public static SequencedMap<String, Object> read(Path file) throws IOException {
        String text;
        try {
            text = Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new FormatException(file, "is not UTF-8");
        }
        return parse(text, file);
    }

    /**
     * Returns the object that {@code text} holds, members in their order.
     *
     * @param source the file that messages name
     * @throws FormatException if it is no object, holds more than one, or has a name twice
     */
    public static SequencedMap<String, Object> parse(String text, Path source) throws IOException {
        try (JsonParser json = FACTORY.createParser(text)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new FormatException(source, "does not hold a JSON object");
            }
            SequencedMap<String, Object> object = object(json, source);
            if (json.nextToken() != null) {
                throw new FormatException(source, "has more behind its JSON object");
            }
            return object;
        } catch (JsonProcessingException e) {
            throw new FormatException(source, "is not valid JSON: " + e.getOriginalMessage());
        }
    }

    /**
     * Writes a file with one object: the whole file or none of it.
     *
     * @throws IllegalArgumentException if it holds a value that has no counterpart
     */
    public static void write(Path file, Map<String, ?> object) throws IOException {
        byte[] text = text(object).getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(file, channel -> {
            ByteBuffer bytes = ByteBuffer.wrap(text);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        });
    }

    /** Returns the text that {@link #write} writes: indented, with a newline at its end. */
    public static String text(Map<String, ?> object) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            json.setPrettyPrinter(new DefaultPrettyPrinter());
            write(json, object);
            json.writeRaw('\n');
        } catch (IOException e) {
            throw new UncheckedIOException("a writer in memory failed", e);
        }
        return text.toString();
    }

    private static void write(JsonGenerator json, Object value) throws IOException {
        switch (value) {
            case Map<?, ?> object -> {
                json.writeStartObject();
                for (Map.Entry<?, ?> member : object.entrySet()) {
                    json.writeFieldName((String) member.getKey());
                    write(json, member.getValue());
                }
                json.writeEndObject();
            }
            case List<?> list -> {
                json.writeStartArray();
                for (Object element : list) {
                    write(json, element);
                }
                json.writeEndArray();
            }
            case Double number when !Double.isFinite(number) -> json.writeNull();
            case Double number -> json.writeNumber(number);
            case Long number -> json.writeNumber(number);
            case Integer number -> json.writeNumber(number);
            case Boolean truth -> json.writeBoolean(truth);
            case String text -> json.writeString(text);
            default -> throw new IllegalArgumentException("json: " + value.getClass().getName() + " has no counterpart");
        }
    }

    private static SequencedMap<String, Object> object(JsonParser json, Path source) throws IOException {
        SequencedMap<String, Object> object = new LinkedHashMap<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            if (json.nextToken() != JsonToken.VALUE_NULL) {
                object.put(name, value(json, source));
            }
        }
        return object;
    }

    private static Object value(JsonParser json, Path source) throws IOException {
        return switch (json.currentToken()) {
            case START_OBJECT -> object(json, source);
            case START_ARRAY -> {
                List<Object> list = new ArrayList<>();
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(json, source));
                }
                yield list;
            }
            case VALUE_NUMBER_INT -> json.getLongValue();
            case VALUE_NUMBER_FLOAT -> json.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_STRING -> json.getText();
            case VALUE_NULL -> throw new FormatException(source, "has null in a list, which has no counterpart here");
            default -> throw new FormatException(source, "ends inside of a list");
        };
    }
}
