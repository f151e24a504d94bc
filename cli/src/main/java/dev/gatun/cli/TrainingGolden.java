package dev.gatun.cli;

import dev.gatun.Tensor;
import dev.gatun.cli.GoldenTraining.Result;
import dev.gatun.formats.FormatException;
import dev.gatun.formats.Json;
import dev.gatun.formats.Safetensors;
import dev.gatun.nn.Parameter;
import dev.gatun.spi.Backend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The losses of every step of a {@link GoldenTraining}, and parameters after the last one. */
record TrainingGolden(String name, Path description, Path tensors, Optional<Path> data) implements GoldenCase {
    @Override
    public String kind() {
        return "training";
    }

    @Override
    public List<Difference> run(Backend backend) throws IOException {
        GoldenTraining training = GoldenTraining.find(name)
                .orElseThrow(() -> new FormatException(description, "the training \"" + name + "\" is unknown"));
        Path folder = data.orElseThrow(() -> new IOException("trains on real data: give its folder by --data DIR"));
        Map<String, Object> described = Json.read(description);
        Safetensors golden = Safetensors.load(tensors);
        Result result = training.run(backend, folder);
        List<Difference> differences = new ArrayList<>();
        expected(described, result.losses()).forEach((loss, numbers) ->
                differences.add(Difference.ofLosses(loss, result.losses().get(loss), numbers, Tolerance.LOSS)));
        for (String n : golden.names()) {
            Parameter parameter = result.trained().parameters().get(n);
            if (parameter == null) {
                throw new FormatException(tensors, "has the tensor " + n + ", but the network no such parameter");
            }
            Tensor expected = golden.tensor(n);
            differences.add(Difference.of(n, parameter.value(), expected, Tolerance.TRAINED));
        }
        return differences;
    }

    /**
     * Returns the losses in the file by the names of those computed. Two losses, of D and G, are two lists, the second or the one called after G
     * being G's, or one list in which they alternate, as numbers or in pairs.
     */
    private SequencedMap<String, double[]> expected(Map<String, Object> described, SequencedMap<String, double[]> computed) throws FormatException {
        SequencedMap<String, double[]> lists = new LinkedHashMap<>();
        described.forEach((key, value) -> {
            if (value instanceof List<?> list) {
                lists.put(key, list.stream().flatMap(e -> e instanceof List<?> pair ? pair.stream() : Stream.of(e))
                        .mapToDouble(e -> e instanceof Number n ? n.doubleValue() : Double.NaN).toArray());
            }
        });
        SequencedMap<String, double[]> expected = new LinkedHashMap<>();
        if (computed.size() == 1 && lists.size() == 1) {
            expected.put(computed.firstEntry().getKey(), lists.firstEntry().getValue());
        } else if (computed.size() == 2 && lists.size() == 2) {
            boolean swapped = lists.firstEntry().getKey().matches("(?i)(.*_)?g(en.*)?(_.*)?");
            expected.put("d", (swapped ? lists.lastEntry() : lists.firstEntry()).getValue());
            expected.put("g", (swapped ? lists.firstEntry() : lists.lastEntry()).getValue());
        } else if (computed.size() == 2 && lists.size() == 1) {
            double[] both = lists.firstEntry().getValue();
            expected.put("d", every(both, 0));
            expected.put("g", every(both, 1));
        } else {
            throw new FormatException(description, "has " + lists.size() + " lists of numbers, expected are the losses " + computed.keySet());
        }
        return expected;
    }

    /** Returns the elements at {@code first}, {@code first} + 2 ... */
    private static double[] every(double[] numbers, int first) {
        return IntStream.iterate(first, i -> i < numbers.length, i -> i + 2).mapToDouble(i -> numbers[i]).toArray();
    }
}
