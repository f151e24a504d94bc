package dev.gatun.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import dev.gatun.formats.AtomicFile;
import dev.gatun.formats.FormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * JSON as plain Java values: {@link SequencedMap}, {@link List}, {@link String}, {@link Long}, {@link Double}, {@link Boolean}. A member that is
 * null in the text is left out.
 */
final class Json {
    private static final JsonFactory FACTORY = JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    private Json() {
    }

    /** Returns the object in {@code file}. @throws FormatException if there is none */
    static SequencedMap<String, Object> read(Path file) throws IOException {
        return parse(Files.readString(file), file);
    }

    /** Returns the object that {@code text} holds. @param source the file that messages name */
    static SequencedMap<String, Object> parse(String text, Path source) throws IOException {
        try (JsonParser json = FACTORY.createParser(text)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new FormatException(source, "does not hold a JSON object");
            }
            SequencedMap<String, Object> object = object(json);
            if (json.nextToken() != null) {
                throw new FormatException(source, "has more behind its JSON object");
            }
            return object;
        } catch (JsonProcessingException e) {
            throw new FormatException(source, "is not valid JSON: " + e.getOriginalMessage());
        }
    }

    /** Writes what all commands write: one object with an array {@code results}, a row each. Numbers that are not finite become null. */
    static void writeResults(Path file, List<? extends Map<String, ?>> rows) throws IOException {
        byte[] text = results(rows);
        AtomicFile.write(file, channel -> {
            ByteBuffer bytes = ByteBuffer.wrap(text);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        });
    }

    /** Returns the text that {@link #writeResults} writes, in UTF-8. */
    static byte[] results(List<? extends Map<String, ?>> rows) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
            json.setPrettyPrinter(new DefaultPrettyPrinter());
            write(json, Map.of("results", rows));
            json.writeRaw('\n');
        }
        return bytes.toByteArray();
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

    private static SequencedMap<String, Object> object(JsonParser json) throws IOException {
        SequencedMap<String, Object> object = new LinkedHashMap<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            if (json.nextToken() != JsonToken.VALUE_NULL) {
                object.put(name, value(json));
            }
        }
        return object;
    }

    private static Object value(JsonParser json) throws IOException {
        return switch (json.currentToken()) {
            case START_OBJECT -> object(json);
            case START_ARRAY -> {
                List<Object> list = new ArrayList<>();
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(json));
                }
                yield list;
            }
            case VALUE_NUMBER_INT -> json.getLongValue();
            case VALUE_NUMBER_FLOAT -> json.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_STRING -> json.getText();
            default -> throw new IOException("JSON token " + json.currentToken() + " has no counterpart here");
        };
    }
}
