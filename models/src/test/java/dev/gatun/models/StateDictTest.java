package dev.gatun.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.gatun.Shape;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Module;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Weights trained elsewhere fit only if every name and shape is torchvision's; the lists are state dicts of torchvision 0.28. */
class StateDictTest {
    private static List<String> listed(String name) throws IOException {
        try (InputStream in = StateDictTest.class.getResourceAsStream(name + ".parameters")) {
            assertNotNull(in, name);
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    private static List<String> lines(Module net) {
        return net.parameters().entrySet().stream().map(e -> e.getKey() + " " + sizes(e.getValue().type().shape())).toList();
    }

    private static String sizes(Shape shape) {
        return shape.rank() == 0 ? "scalar" : IntStream.of(shape.dims()).mapToObj(Integer::toString).collect(Collectors.joining("x"));
    }

    @ParameterizedTest
    @CsvSource({"alexnet, 61100840", "vgg16, 138357544", "googlenet, 13004888", "resnet18, 11689512", "resnet50, 25557032"})
    void parametersAreThoseOfTorchvisionInItsOrder(String name, long count) throws IOException {
        Layer net = Zoo.layer(name);
        assertEquals(listed(name), lines(net));
        assertEquals(count, net.parameterCount());
    }

    @ParameterizedTest
    @CsvSource({"resnet34, 21797672", "resnet101, 44549160", "resnet152, 60192808", "vgg11, 132863336", "vgg13, 133047848", "vgg19, 143667240"})
    void familiesHaveAsManyParametersAsTorchvisions(String name, long count) {
        assertEquals(count, Zoo.layer(name).parameterCount());
    }

    @Test
    void vggWithBatchNormKeepsTheNumbersOfTheLayers() {
        List<String> lines = lines(Vgg.vgg11(10, true));
        assertEquals("features.0.weight 64x3x3x3", lines.get(0));
        assertEquals("features.1.running_mean 64", lines.get(4));
        assertEquals("features.4.weight 128x64x3x3", lines.get(7));
    }

    @Test
    void lenetAndMlpHaveTheNamesOfTheirPapersCode() {
        assertEquals(List.of("conv1.weight 6x1x5x5", "conv1.bias 6", "conv2.weight 16x6x5x5", "conv2.bias 16", "fc1.weight 120x400", "fc1.bias 120",
                "fc2.weight 84x120", "fc2.bias 84", "fc3.weight 10x84", "fc3.bias 10"), lines(new LeNet(10)));
        assertEquals(List.of("fc1.weight 128x784", "fc1.bias 128", "fc2.weight 10x128", "fc2.bias 10"), lines(new Mlp(784, 128, 10)));
    }

    @Test
    void characterModelsHaveTheNamesOfPyTorchsRecurrentLayers() {
        assertEquals(List.of("embed.weight 76x32", "rnn.weight_ih_l0 256x32", "rnn.weight_hh_l0 256x64", "rnn.bias_ih_l0 256", "rnn.bias_hh_l0 256",
                "head.weight 76x64", "head.bias 76"), lines(new CharLstm(76, 32, 64)));
        assertEquals(List.of("embed.weight 76x32", "rnn.weight_ih_l0 192x32", "rnn.weight_hh_l0 192x64", "rnn.bias_ih_l0 192", "rnn.bias_hh_l0 192",
                "head.weight 76x64", "head.bias 76"), lines(new CharGru(76, 32, 64)));
    }

    @Test
    void generatorAndDiscriminatorAreTwoTreesOfOneNetwork() {
        assertEquals(List.of("g.deconv1.weight 32x64x4x4", "g.bn1.weight 64", "g.bn1.bias 64", "g.bn1.running_mean 64", "g.bn1.running_var 64",
                "g.bn1.num_batches_tracked scalar", "g.deconv2.weight 64x32x4x4", "g.bn2.weight 32", "g.bn2.bias 32", "g.bn2.running_mean 32",
                "g.bn2.running_var 32", "g.bn2.num_batches_tracked scalar", "g.deconv3.weight 32x16x4x4", "g.bn3.weight 16", "g.bn3.bias 16",
                "g.bn3.running_mean 16", "g.bn3.running_var 16", "g.bn3.num_batches_tracked scalar", "g.deconv4.weight 16x1x4x4",
                "d.conv1.weight 16x1x4x4", "d.conv2.weight 32x16x4x4", "d.bn2.weight 32", "d.bn2.bias 32", "d.bn2.running_mean 32",
                "d.bn2.running_var 32", "d.bn2.num_batches_tracked scalar", "d.conv3.weight 64x32x4x4", "d.bn3.weight 64", "d.bn3.bias 64",
                "d.bn3.running_mean 64", "d.bn3.running_var 64", "d.bn3.num_batches_tracked scalar",
                "d.conv4.weight 1x64x4x4"), lines(Dcgan.grey32()));
        assertEquals(List.of("conv1.weight 16x1x4x4", "conv2.weight 32x16x4x4", "conv3.weight 64x32x4x4", "conv4.weight 1x64x4x4"),
                lines(Dcgan.grey32WithCritic().discriminator()));
    }
}
