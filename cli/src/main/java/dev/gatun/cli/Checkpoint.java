package dev.gatun.cli;

import dev.gatun.DType;
import dev.gatun.Tensor;
import dev.gatun.formats.FormatException;
import dev.gatun.formats.Safetensors;
import dev.gatun.models.train.ImageTraining;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What a training goes on from: its settings, and the state of {@link ImageTraining} after some step. A checkpoint is a safetensors file that is
 * written as a whole or not at all.
 *
 * @param data the images that an epoch goes through
 */
record Checkpoint(String recipe, float learningRate, int batch, int epochs, long seed, Fingerprint data, Map<String, Tensor> state) {
    private static final String VERSION = "1";
    private static final String CRC = "images_crc32c";
    /** The tensor that counts the steps done. */
    private static final String STEP = "optimizer.step";

    /** Writes the present state of {@code training}. @throws IOException if that fails, naming the file; the older checkpoint is as it was */
    static void save(Path file, ImageTraining training, Fingerprint data, long seed) throws IOException {
        SequencedMap<String, String> settings = new LinkedHashMap<>();
        settings.put("gatun.checkpoint", VERSION);
        settings.put("recipe", training.recipe().name());
        settings.put("learning_rate", Float.toString(training.recipe().learningRate()));
        settings.put("batch", Integer.toString(training.recipe().batch()));
        settings.put("epochs", Integer.toString(training.recipe().epochs()));
        settings.put("seed", Long.toString(seed));
        settings.put("images", Integer.toString(data.images()));
        data.crc32c().ifPresent(sum -> settings.put(CRC, Long.toHexString(sum)));
        Safetensors.save(file, training.state(), settings);
    }

    /** Reads a checkpoint. @throws IOException if that fails @throws FormatException if the file is none */
    static Checkpoint load(Path file) throws IOException {
        Safetensors content = Safetensors.load(file);
        if (!VERSION.equals(content.metadata().get("gatun.checkpoint"))) {
            throw new FormatException(file, "is no checkpoint of this version of gatun");
        }
        Map<String, Tensor> state = new LinkedHashMap<>();
        for (String name : content.names()) {
            state.put(name, content.tensor(name));
        }
        Tensor step = state.get(STEP);
        if (step != null && step.dtype() == DType.I64 && step.type().elements() == 1 && step.toLongArray()[0] < 0) {
            throw new FormatException(file, "is a checkpoint after step " + step.toLongArray()[0]);
        }
        return new Checkpoint(setting(file, content, "recipe", Function.identity(), _ -> true),
                setting(file, content, "learning_rate", Float::valueOf, rate -> rate > 0 && Float.isFinite(rate)),
                setting(file, content, "batch", Integer::valueOf, n -> n > 0), setting(file, content, "epochs", Integer::valueOf, n -> n > 0),
                setting(file, content, "seed", Long::valueOf, _ -> true), fingerprint(file, content), state);
    }

    private static Fingerprint fingerprint(Path file, Safetensors content) throws FormatException {
        int images = setting(file, content, "images", Integer::valueOf, n -> n > 0);
        boolean old = !content.metadata().containsKey(CRC);
        return new Fingerprint(images, old ? OptionalLong.empty()
                : OptionalLong.of(setting(file, content, CRC, text -> Long.valueOf(text, 16), sum -> sum >= 0)));
    }

    private static <T> T setting(Path file, Safetensors content, String name, Function<String, T> parse, Predicate<T> valid) throws FormatException {
        String text = content.metadata().get(name);
        if (text == null) {
            throw new FormatException(file, "is a checkpoint without " + name);
        }
        try {
            T value = parse.apply(text);
            if (valid.test(value)) {
                return value;
            }
        } catch (NumberFormatException _) {
            // told below
        }
        throw new FormatException(file, "is a checkpoint whose " + name + " is \"" + text + "\"");
    }
}
