package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.Backends;
import dev.gatun.Tensor;
import dev.gatun.bench.Blueprint.Function;
import dev.gatun.bench.Blueprint.Node;
import dev.gatun.bench.Blueprint.Piece;
import dev.gatun.bench.Blueprint.Weights;
import dev.gatun.models.CharLstm;
import dev.gatun.models.Dcgan;
import dev.gatun.nn.Activations;
import dev.gatun.nn.Convolutions;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Pass;
import dev.gatun.op.Pooling;
import dev.gatun.spi.Backend;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlueprintReaderTest {
    @ParameterizedTest
    @ValueSource(strings = {"lenet", "resnet18-32"})
    void aBlueprintComputesWhatItsNetworkDoes(String name) {
        Layer network = Networks.layer(name);
        Tensor x = Tensor.of(Numbers.of(Networks.input(name, 2), 1), Networks.input(name, 2).shape().dims());
        try (Backend backend = Backends.open("vector")) {
            float[] expected = network.forward(x, Pass.inference()).eval(backend).toFloatArray();
            float[] actual = run(BlueprintReader.of(network, x.type(), false), x).eval(backend).toFloatArray();
            assertArrayEquals(expected, actual, (float) (1e-4 * Numbers.largest(expected)));
        }
    }

    @Test
    void frozenBatchNormalizationGoesIntoTheConvolutions() {
        Blueprint network = BlueprintReader.of(Networks.layer("resnet50"), Networks.input("resnet50", 1), false);
        assertEquals(0, count(network, Piece.BatchNorm.class));
        assertEquals(53, count(network, Piece.Conv.class));
        assertEquals(53, network.nodes().stream().filter(n -> n.piece() instanceof Piece.Conv c && c.b().isPresent()).count());
        assertEquals(16, count(network, Piece.Sum.class));
    }

    @Test
    void aTrainedNetworkKeepsItsBatchNormalization() {
        Blueprint network = BlueprintReader.of(Networks.layer("resnet18-32"), Networks.input("resnet18-32", 4), true);
        assertEquals(20, count(network, Piece.BatchNorm.class));
        assertEquals(20, count(network, Piece.Conv.class));
    }

    @Test
    void generatorAndDiscriminatorAreReadWithTheirActivations() {
        Blueprint g = BlueprintReader.of(Dcgan.colour64().generator(), KernelCase.f32(2, 100, 1, 1), true);
        Blueprint d = BlueprintReader.of(Dcgan.colour64().discriminator(), KernelCase.f32(2, 3, 64, 64), true);
        assertEquals(5, count(g, Piece.Deconv.class));
        assertEquals(new Piece.Activation(Function.TANH, 0), g.result().piece());
        assertEquals(4, d.nodes().stream().filter(n -> n.piece().equals(new Piece.Activation(Function.LEAKY_RELU, .2))).count());
    }

    @Test
    void whatHasNoPieceIsRefused() {
        Layer squares = new Layer() {
            @Override
            public Tensor forward(Tensor x, Pass pass) {
                return x.exp();
            }
        };
        assertThrows(IllegalArgumentException.class, () -> BlueprintReader.of(squares, KernelCase.f32(1, 2), false));
        assertThrows(IllegalArgumentException.class, () -> BlueprintReader.of(new CharLstm(5, 3, 4), Networks.input("charlstm", 1), false));
    }

    private static long count(Blueprint network, Class<? extends Piece> kind) {
        return network.nodes().stream().filter(n -> kind.isInstance(n.piece())).count();
    }

    private static Tensor run(Blueprint network, Tensor x) {
        List<Tensor> values = new ArrayList<>();
        for (Node n : network.nodes()) {
            List<Tensor> in = n.inputs().stream().map(values::get).toList();
            values.add(switch (n.piece()) {
                case Piece.Input _ -> x;
                case Piece.Conv c -> c.b().map(b -> Convolutions.conv(in.getFirst(), tensor(c.w()), tensor(b), c.geometry()))
                        .orElseGet(() -> Convolutions.conv(in.getFirst(), tensor(c.w()), c.geometry()));
                case Piece.Activation a -> switch (a.function()) {
                    case RELU -> in.getFirst().relu();
                    case LEAKY_RELU -> Activations.leakyRelu(in.getFirst(), a.slope());
                    case TANH -> in.getFirst().tanh();
                };
                case Piece.Sum _ -> in.get(0).add(in.get(1));
                case Piece.MaxPool p -> Tensor.record(new Pooling.MaxPool(p.window(), false), in.getFirst()).getFirst();
                case Piece.AvgPool p -> Tensor.record(new Pooling.AvgPool(p.window(), p.divisor()), in.getFirst()).getFirst();
                case Piece.Dense d -> in.getFirst().matmul(tensor(d.w()), false, true).add(tensor(d.b().orElseThrow()));
                case Piece.Concat _ -> Tensor.concat(1, in);
                case Piece.Flatten _ -> in.getFirst().flatten(1);
                case Piece.Deconv _, Piece.BatchNorm _ -> throw new AssertionError(n.piece());
            });
        }
        return values.getLast();
    }

    private static Tensor tensor(Weights w) {
        return Tensor.of(w.data(), w.shape().dims());
    }
}
