package dev.gatun.cli;

import dev.gatun.CompiledFunction;
import dev.gatun.Predictor;
import dev.gatun.Tensor;
import dev.gatun.formats.FormatException;
import dev.gatun.formats.Json;
import dev.gatun.formats.Safetensors;
import dev.gatun.models.Zoo;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Module;
import dev.gatun.nn.Parameter;
import dev.gatun.nn.Pass;
import dev.gatun.spi.Backend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * A whole network in inference, parameters and input filled by name: its logits, and the mean |activation| behind each child of the top level,
 * which tells where it goes wrong. The description has {@code input}, [name, shape], and {@code parameters}, the shape of each by name.
 */
record ModelGolden(String name, Path description, Path tensors) implements GoldenCase {
    private static final String MEAN = "mean_abs.";

    @Override
    public String kind() {
        return "models";
    }

    @Override
    public List<Difference> run(Backend backend) throws IOException {
        Map<String, Object> described = Json.read(description);
        Layer network = Zoo.layer(name);
        requireParameters(network, described);
        NamedFill.fill(network);
        Tensor x = input(described);
        Safetensors golden = Safetensors.load(tensors);
        List<Difference> differences = new ArrayList<>();
        try (Predictor predictor = Predictor.of(network, backend)) {
            differences.add(Difference.of("logits", predictor.predict(x), golden.tensor("logits"), Tolerance.NETWORK));
        }
        List<String> children = network.children().keySet().stream().filter(c -> golden.names().contains(MEAN + c)).toList();
        List<String> unknown = golden.names().stream().filter(n -> !n.equals("logits") && !children.contains(n.replace(MEAN, ""))).toList();
        if (!unknown.isEmpty()) {
            throw new FormatException(tensors, "has " + String.join(", ", unknown) + ", but the network no such child");
        }
        try (CompiledFunction means = CompiledFunction.of(backend, in -> means(network, children, in.getFirst()))) {
            List<Tensor> actual = means.call(x);
            for (int i = 0; i < children.size(); i++) {
                String n = MEAN + children.get(i);
                differences.add(Difference.of(n, actual.get(i), golden.tensor(n), Tolerance.NETWORK));
            }
        }
        return differences;
    }

    /** Applies the children one after another, as torchvision's networks do. */
    private static List<Tensor> means(Layer network, List<String> children, Tensor x) {
        List<Tensor> means = new ArrayList<>();
        Tensor y = x;
        for (String child : children) {
            y = ((Layer) network.children().get(child)).forward(y, Pass.inference());
            means.add(y.abs().mean());
            if (child.equals("avgpool")) {
                y = y.flatten(1);
            }
        }
        return means;
    }

    private Tensor input(Map<String, Object> described) throws FormatException {
        if (described.get("input") instanceof List<?> input && input.size() == 2 && input.getFirst() instanceof String inputName) {
            return NamedFill.tensor(inputName, NamedFill.Range.INPUT, shape(input.getLast()));
        }
        throw new FormatException(description, "lacks the input, [name, shape]");
    }

    private void requireParameters(Module network, Map<String, Object> described) throws FormatException {
        if (!(described.get("parameters") instanceof Map<?, ?> listed)) {
            throw new FormatException(description, "lacks the parameters");
        }
        SequencedMap<String, List<Integer>> expected = new LinkedHashMap<>();
        for (Map.Entry<?, ?> p : listed.entrySet()) {
            expected.put((String) p.getKey(), Arrays.stream(shape(p.getValue())).boxed().toList());
        }
        SequencedMap<String, List<Integer>> actual = new LinkedHashMap<>();
        for (Map.Entry<String, Parameter> p : network.parameters().entrySet()) {
            actual.put(p.getKey(), p.getValue().type().shape().stream().boxed().toList());
        }
        requireNone("the network lacks the parameters ", expected.keySet().stream().filter(n -> !actual.containsKey(n)).toList());
        requireNone("the network has parameters that are not listed: ", actual.keySet().stream().filter(n -> !expected.containsKey(n)).toList());
        requireNone("other shapes than in the network have ",
                expected.keySet().stream().filter(n -> !expected.get(n).equals(actual.get(n))).toList());
    }

    private void requireNone(String fault, List<String> names) throws FormatException {
        if (!names.isEmpty()) {
            throw new FormatException(description, fault + String.join(", ", names.subList(0, Math.min(5, names.size()))));
        }
    }

    private int[] shape(Object list) throws FormatException {
        if (list instanceof List<?> dims && dims.stream().allMatch(d -> d instanceof Long n && n >= 0 && n <= Integer.MAX_VALUE)) {
            return dims.stream().mapToInt(d -> ((Long) d).intValue()).toArray();
        }
        throw new FormatException(description, "has " + list + " where a shape is expected");
    }
}
