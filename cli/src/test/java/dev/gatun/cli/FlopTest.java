package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.Backends;
import dev.gatun.DType;
import dev.gatun.Gradients;
import dev.gatun.Precision;
import dev.gatun.Tensor;
import dev.gatun.models.Zoo;
import dev.gatun.nn.Convolutions;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Pass;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FlopTest {
    @Test
    void aProductTakesTwoForEachOfItsTerms() {
        assertEquals(2 * 5 * 6 * 7, Flop.of(Tensor.ones(DType.F32, 5, 7).matmul(Tensor.ones(DType.F32, 7, 6))));
        assertEquals(2 * 5 * 6 * 7, Flop.of(Tensor.ones(DType.F32, 7, 5).matmul(Tensor.ones(DType.F32, 6, 7), true, true)));
    }

    @Test
    void whatIsReachedTwiceCountsOnce() {
        Tensor y = Tensor.ones(DType.F32, 5, 7).matmul(Tensor.ones(DType.F32, 7, 6));
        assertEquals(2 * 5 * 6 * 7, Flop.of(y.add(y).mul(y)));
    }

    @Test
    void theGradientsOfAConvolutionTakeAsMuchAsItself() {
        Tensor x = Tensor.of(new float[2 * 4 * 9 * 9], 2, 4, 9, 9);
        Tensor w = Tensor.of(new float[6 * 2 * 3 * 3], 6, 2, 3, 3);
        Tensor y = Convolutions.conv(x, w, Convolutions.geometry(2, 2, 1, 1, 2));
        double forward = 2.0 * (2 * 6 * 5 * 5) * (2 * 3 * 3);
        assertEquals(forward, Flop.of(y));
        List<Tensor> gradients = Gradients.of(y, Tensor.ones(DType.F32, 2, 6, 5, 5), List.of(x, w));
        assertEquals(forward, Flop.of(gradients.get(0)));
        assertEquals(forward, Flop.of(gradients.get(1)));
    }

    @Test
    void aTrainingStepTakesThriceTheProductsButForTheGradientInTheInput() {
        double first = 2 * 5 * 784 * 128;
        double others = 2 * 5 * 128 * 10;
        try (var backend = Backends.open("reference");
                var job = new Work.Network("mlp").training(backend, 5, Precision.F32)) {
            assertEquals(2 * first + 3 * others, job.flop());
        }
    }

    /** As the papers give them, in 10⁹. */
    @ParameterizedTest
    @CsvSource({"resnet50, 8.2", "vgg16, 31.0", "alexnet, 1.4"})
    void networksTakeWhatTheLiteratureSays(String name, double giga) {
        Layer network = Zoo.layer(name);
        network.parameters().values().forEach(p -> p.set(Tensor.full(p.type().dtype(), p.type().shape(), 1)));
        assertEquals(giga, Flop.of(network.forward(Tensor.ones(DType.F32, 1, 3, 224, 224), Pass.inference())) / 1e9, .1);
    }
}
