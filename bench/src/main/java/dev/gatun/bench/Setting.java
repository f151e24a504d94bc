package dev.gatun.bench;

import dev.gatun.Backends;
import dev.gatun.Backends.Discovered;
import dev.gatun.Precision;
import dev.gatun.spi.BackendProvider.Availability;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/**
 * How Gatun is set in one process of a comparison.
 *
 * <pre>
 * setting = backend [":" precision] (":" property "=" value)*         vector    onednn:bf16    onednn:winograd=off
 * </pre>
 *
 * @param name the text itself
 * @param properties system properties, without the {@code gatun.} in front
 */
record Setting(String name, String backend, Precision precision, SequencedMap<String, String> properties) {
    /**
     * Reads a setting.
     *
     * @throws IllegalArgumentException if no backend of that name can run here, or there is no such precision; the message says which there are
     */
    static Setting of(String text) {
        String[] words = text.split(":");
        List<Discovered> all = Backends.discovered();
        Discovered backend = all.stream().filter(d -> d.name().equals(words[0])).findFirst().orElseThrow(() -> new IllegalArgumentException(
                "no backend is called \"" + words[0] + "\"; there are " + all.stream().map(Discovered::name).collect(Collectors.joining(", "))));
        if (backend.availability() instanceof Availability.Refused(String reason, String remedy)) {
            throw new IllegalArgumentException("backend " + words[0] + " cannot run here: " + reason + "; " + remedy);
        }
        Precision precision = Precision.F32;
        SequencedMap<String, String> properties = new LinkedHashMap<>();
        for (String word : List.of(words).subList(1, words.length)) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                properties.put(word.substring(0, equals), word.substring(equals + 1));
            } else {
                precision = precision(word);
            }
        }
        return new Setting(text, words[0], precision, properties);
    }

    private static Precision precision(String label) {
        return Arrays.stream(Precision.values()).filter(p -> p.label().equals(label)).findFirst().orElseThrow(() -> new IllegalArgumentException(
                "no precision is called \"" + label + "\"; there are "
                        + Arrays.stream(Precision.values()).map(Precision::label).collect(Collectors.joining(", "))));
    }

    /** Returns the options of the JVM that set its properties. */
    List<String> options() {
        return properties.entrySet().stream().map(p -> "-Dgatun." + p.getKey() + "=" + p.getValue()).toList();
    }
}
