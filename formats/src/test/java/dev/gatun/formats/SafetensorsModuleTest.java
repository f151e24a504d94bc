package dev.gatun.formats;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.Tensor;
import dev.gatun.nn.BatchNorm;
import dev.gatun.nn.Linear;
import dev.gatun.nn.Sequential;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsModuleTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = folder.resolve("net.safetensors");
    }

    @Test
    void aModuleComesBackWithItsParametersAndBuffers() throws IOException {
        Sequential saved = network(1);
        saved.parameters().get("1.running_mean").set(Tensor.of(new float[] {5, 6}));
        Safetensors.save(file, Safetensors.of(saved), Map.of());

        Sequential loaded = network(2);
        Safetensors.load(file).into(loaded);

        assertEquals(List.copyOf(saved.parameters().keySet()), List.copyOf(Safetensors.load(file).names()));
        assertArrayEquals(weight(saved), weight(loaded));
        assertArrayEquals(new float[] {5, 6}, loaded.parameters().get("1.running_mean").value().toFloatArray());
    }

    @Test
    void whatDoesNotFitIsNamedAndNothingIsSet() throws IOException {
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>(Safetensors.of(network(1)));
        tensors.remove("0.bias");
        tensors.put("1.running_mean", Tensor.of(new double[] {1, 2}));
        tensors.put("head", Tensor.of(new float[] {1}));
        Safetensors.save(file, tensors, Map.of());
        Sequential net = network(2);
        float[] before = weight(net);

        String message = assertThrows(IllegalArgumentException.class, () -> Safetensors.load(file).into(net)).getMessage();

        assertEquals(file + " does not fit the module: the file lacks 0.bias; the module has no head;"
                + " types differ: 1.running_mean is f64[2] in the file and f32[2] in the module", message);
        assertArrayEquals(before, weight(net));
    }

    @Test
    void whatFitsCanBeTakenAloneAndTheRestIsTold() throws IOException {
        Sequential saved = network(1);
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>(Safetensors.of(saved));
        tensors.remove("0.bias");
        Safetensors.save(file, tensors, Map.of());
        Sequential net = network(2);
        float[] bias = net.parameters().get("0.bias").value().toFloatArray();

        assertEquals(List.of("the file lacks 0.bias"), Safetensors.load(file).intoMatching(net));

        assertArrayEquals(weight(saved), weight(net));
        assertArrayEquals(bias, net.parameters().get("0.bias").value().toFloatArray());
    }

    @Test
    void manyNamesAreShortened() throws IOException {
        Safetensors.save(file, new LinkedHashMap<>(), Map.of());
        String message = assertThrows(IllegalArgumentException.class, () -> Safetensors.load(file).into(network(1))).getMessage();
        assertEquals(file + " does not fit the module: the file lacks 0.weight, 0.bias, 1.weight, 1.bias, 1.running_mean and 2 more", message);
    }

    private static Sequential network(long seed) {
        Sequential net = new Sequential(new Linear(3, 2), new BatchNorm(2));
        net.initialize(seed);
        return net;
    }

    private static float[] weight(Sequential net) {
        return net.parameters().get("0.weight").value().toFloatArray();
    }
}
