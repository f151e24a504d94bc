package dev.gatun.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Lstm;
import dev.gatun.nn.Pass;
import dev.gatun.random.Draws;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetworksTest {
    /** A pass in which all parameters are zeros that take no memory: to see shapes. */
    private static Pass shapes() {
        return Pass.traced(Draws.key(0, 0), p -> Tensor.full(p.type().dtype(), p.type().shape(), 0));
    }

    private static Tensor zeros(TensorType type) {
        return Tensor.full(type.dtype(), type.shape(), 0);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ':', value = {"mlp:[3, 10]", "lenet:[3, 10]", "alexnet:[3, 1000]", "vgg11:[3, 1000]", "vgg13:[3, 1000]", "vgg16:[3, 1000]",
        "vgg19:[3, 1000]", "googlenet:[3, 1000]", "resnet18:[3, 1000]", "resnet34:[3, 1000]", "resnet50:[3, 1000]", "resnet101:[3, 1000]",
        "resnet152:[3, 1000]", "charlstm:[32, 3, 96]", "chargru:[32, 3, 96]", "dcgan-generator:[3, 3, 64, 64]", "dcgan-discriminator:[3, 1, 1, 1]"})
    void networkGivesOneResultASample(String name, String shape) {
        assertEquals(shape, Zoo.layer(name).forward(zeros(Zoo.input(name, 3)), shapes()).shape().toString());
    }

    @Test
    void everyNameOfTheZooIsCoveredByTheTestAbove() throws NoSuchMethodException {
        var test = NetworksTest.class.getDeclaredMethod("networkGivesOneResultASample", String.class, String.class);
        CsvSource rows = test.getAnnotation(CsvSource.class);
        assertEquals(Zoo.names(), Arrays.stream(rows.value()).map(row -> row.substring(0, row.indexOf(':'))).toList());
    }

    @Test
    void unknownNetworkIsRefusedWithTheListOfThoseThereAre() {
        String message = assertThrows(IllegalArgumentException.class, () -> Zoo.layer("lenot")).getMessage();
        assertTrue(message.startsWith("network \"lenot\" is unknown; there are mlp, lenet, "), message);
        assertThrows(IllegalArgumentException.class, () -> Zoo.input("lenet", 0));
    }

    @Test
    void vocabularyTellsTextsFromNumbers() {
        assertEquals(0, Zoo.vocabulary("lenet"));
        assertEquals(96, Zoo.vocabulary("charlstm"));
    }

    @Test
    void googLeNetTrainsOnThreeClassifiers() {
        GoogLeNet.Logits logits = new GoogLeNet(7).forwardWithAuxiliaries(Tensor.zeros(DType.F32, 2, 3, 224, 224), shapes());
        for (Tensor t : List.of(logits.main(), logits.aux1(), logits.aux2())) {
            assertEquals(Shape.of(2, 7), t.shape());
        }
    }

    @Test
    void smallImagesAreGeneratedAndJudged() {
        for (Dcgan gan : List.of(Dcgan.grey32(), Dcgan.grey32WithCritic())) {
            Tensor images = gan.generator().forward(Tensor.zeros(DType.F32, 2, 32, 1, 1), shapes());
            assertEquals(Shape.of(2, 1, 32, 32), images.shape());
            assertEquals(Shape.of(2, 1, 1, 1), gan.discriminator().forward(images, shapes()).shape());
        }
    }

    @Test
    void imagesOfAnotherSizeAreNotJudged() {
        Tensor large = Tensor.zeros(DType.F32, 2, 1, 64, 64);
        assertEquals("discriminator: x[2, 1, 64, 64] leaves [2, 64, 8, 8] to the last layer, which takes 4 x 4 pixels",
                assertThrows(IllegalArgumentException.class, () -> Dcgan.grey32().discriminator().forward(large, shapes())).getMessage());
        assertEquals("generator: needs the channels of at least one layer",
                assertThrows(IllegalArgumentException.class, () -> new Dcgan.Generator(4)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> Dcgan.Discriminator.plain());
    }

    @Test
    void textReadInTwoPartsGivesTheSameAsReadAtOnce() {
        CharLstm net = new CharLstm(5, 4, 6);
        Tensor text = Tensor.of(new long[] {0, 1, 2, 3, 4, 3, 2, 1}, 4, 2);
        float[] whole = net.forward(text, Pass.inference()).toFloatArray();
        CharLstm.Output first = net.forward(text.slice(0, 0, 3), net.zeroState(2), Pass.inference());
        Lstm.State state = first.state();
        CharLstm.Output second = net.forward(text.slice(0, 3, 4), state, Pass.inference());
        float[] parts = Tensor.concat(0, List.of(first.logits(), second.logits())).toFloatArray();
        for (int i = 0; i < whole.length; i++) {
            assertEquals(whole[i], parts[i], 1e-6f);
        }
    }

    @Test
    void mlpNeedsInputsAndOutputs() {
        assertThrows(IllegalArgumentException.class, () -> new Mlp(784));
    }

    @Test
    void firstValuesAreSpreadAsTheAuthorsDo() {
        // He: sqrt(2 / fan_out), fan_out = 64 · 7 · 7 of the stem.
        assertEquals(Math.sqrt(2.0 / (64 * 49)), deviation(ResNet.resnet18(10), "conv1.weight"), .001);
        assertEquals(Math.sqrt(2.0 / (64 * 9)), deviation(Vgg.vgg11(10, false), "features.0.weight"), .003);
        assertEquals(.01, deviation(new GoogLeNet(10), "inception3a.branch1.conv.weight"), .0005);
        assertEquals(.02, deviation(Dcgan.grey32(), "g.deconv1.weight"), .001);
        // PyTorch's own: uniform in ±1/√fan_in, of deviation 1/√(3 fan_in).
        assertEquals(1 / Math.sqrt(3 * 400), deviation(new LeNet(10), "fc1.weight"), .001);
    }

    private static double deviation(dev.gatun.nn.Module net, String name) {
        float[] values = net.parameters().get(name).value().toFloatArray();
        double squares = 0;
        for (float v : values) {
            squares += (double) v * v;
        }
        return Math.sqrt(squares / values.length);
    }

    @Test
    void seedDecidesTheFirstValues() {
        Layer a = Zoo.layer("lenet");
        Layer b = Zoo.layer("lenet");
        assertEquals(a.parameters().get("conv1.weight").value().toString(), b.parameters().get("conv1.weight").value().toString());
        b.initialize(1);
        assertNotEquals(a.parameters().get("conv1.weight").value().toString(), b.parameters().get("conv1.weight").value().toString());
    }
}
