package dev.gatun.cli;

import dev.gatun.CompiledFunction;
import dev.gatun.Gradients;
import dev.gatun.Tensor;
import dev.gatun.formats.FormatException;
import dev.gatun.formats.Json;
import dev.gatun.formats.Safetensors;
import dev.gatun.optim.Optimizer;
import dev.gatun.spi.Backend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Pattern;

/**
 * One layer: its inputs, outputs y, hn ..., the gradients of outputs dy, dhn ..., and grad_NAME, the gradient of Σ y·dy + Σ hn·dhn ... in input NAME.
 * A loss has one output y and no dy.
 */
record LayerGolden(String name, Path file) implements GoldenCase {
    private static final Pattern EXPECTED = Pattern.compile("y\\d*|hn|cn|new_.*|grad_.*");
    private static final String GRADIENT = "grad_";

    @Override
    public String kind() {
        return "layers";
    }

    @Override
    public List<Difference> run(Backend backend) throws IOException {
        Safetensors golden = Safetensors.load(file);
        String op = golden.metadata().getOrDefault("op", "");
        Attributes attributes = new Attributes(Json.parse(golden.metadata().getOrDefault("attrs", "{}"), file));
        Optional<LayerTable.Layer> layer = LayerTable.find(op);
        if (layer.isPresent()) {
            return run(backend, golden, layer.get(), attributes);
        }
        Optional<Optimizer> rule = OptimizerGolden.find(op, attributes);
        if (rule.isPresent()) {
            return OptimizerGolden.run(backend, golden, file, rule.get(), attributes);
        }
        throw new FormatException(file, "the op \"" + op + "\" is unknown");
    }

    private List<Difference> run(Backend backend, Safetensors golden, LayerTable.Layer layer, Attributes attributes) throws IOException {
        SequencedMap<String, Tensor> inputs = new LinkedHashMap<>();
        List<String> expected = new ArrayList<>();
        for (String n : golden.names()) {
            if (EXPECTED.matcher(n).matches()) {
                expected.add(n);
            } else {
                inputs.put(n, golden.tensor(n));
            }
        }
        if (expected.isEmpty()) {
            throw new FormatException(file, "has no expected tensor");
        }
        try (CompiledFunction function = CompiledFunction.of(backend, values -> record(layer, attributes, name(inputs, values), expected))) {
            List<Tensor> actual = function.call(inputs.values().toArray(Tensor[]::new));
            List<Difference> differences = new ArrayList<>();
            for (int i = 0; i < expected.size(); i++) {
                String n = expected.get(i);
                differences.add(Difference.of(n, actual.get(i), golden.tensor(n), Tolerance.ofLayer(golden.metadata().get("op"), inputs)));
            }
            return differences;
        }
    }

    private static Map<String, Tensor> name(SequencedMap<String, Tensor> inputs, List<Tensor> values) {
        Map<String, Tensor> named = new LinkedHashMap<>();
        int i = 0;
        for (String n : inputs.keySet()) {
            named.put(n, values.get(i++));
        }
        return named;
    }

    /** Records what the file expects, in its order. */
    private List<Tensor> record(LayerTable.Layer layer, Attributes attributes, Map<String, Tensor> inputs, List<String> expected) {
        Map<String, Tensor> outputs = layer.record(new LayerTable.Inputs(inputs), attributes);
        List<String> wanted = expected.stream().filter(n -> n.startsWith(GRADIENT)).map(n -> n.substring(GRADIENT.length())).toList();
        Map<String, Tensor> all = new LinkedHashMap<>(outputs);
        if (!wanted.isEmpty()) {
            List<Tensor> gradients = Gradients.of(objective(outputs, inputs), wanted.stream().map(n -> required(inputs, n)).toList());
            for (int i = 0; i < wanted.size(); i++) {
                all.put(GRADIENT + wanted.get(i), gradients.get(i));
            }
        }
        return expected.stream().map(n -> required(all, n)).toList();
    }

    /** Returns Σ y·dy + Σ hn·dhn ... over the outputs whose gradients the file gives; y itself if it gives none. */
    private static Tensor objective(Map<String, Tensor> outputs, Map<String, Tensor> inputs) {
        return outputs.entrySet().stream().filter(o -> inputs.containsKey("d" + o.getKey()))
                .map(o -> o.getValue().mul(inputs.get("d" + o.getKey())).sum()).reduce(Tensor::add).orElseGet(() -> required(outputs, "y").sum());
    }

    private static Tensor required(Map<String, Tensor> tensors, String name) {
        return Optional.ofNullable(tensors.get(name)).orElseThrow(() -> new IllegalArgumentException("the layer has no tensor " + name));
    }
}
