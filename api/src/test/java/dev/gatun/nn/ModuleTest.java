package dev.gatun.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.DType;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ModuleTest {
    /** A block with a shortcut, as torchvision names it. */
    private static final class Block extends Layer {
        private final Conv conv1 = child("conv1", Conv.conv2d(2, 2, 3).padding(1).withoutBias());
        private final BatchNorm bn1 = child("bn1", new BatchNorm(2));

        @Override
        public Tensor forward(Tensor x, Pass pass) {
            return bn1.forward(conv1.forward(x, pass), pass).add(x).relu();
        }
    }

    private static final class Net extends Layer {
        private final Sequential layer1 = child("layer1", new Sequential(new Block(), new Block()));
        private final Linear fc = child("fc", new Linear(2, 3));

        @Override
        public Tensor forward(Tensor x, Pass pass) {
            return fc.forward(Pools.globalAvgPool(layer1.forward(x, pass)).flatten(1), pass);
        }
    }

    @Test
    void namesAreThoseOfAStateDictInItsOrder() {
        List<String> block = List.of("conv1.weight", "bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var", "bn1.num_batches_tracked");
        List<String> expected = new ArrayList<>();
        block.forEach(n -> expected.add("layer1.0." + n));
        block.forEach(n -> expected.add("layer1.1." + n));
        expected.addAll(List.of("fc.weight", "fc.bias"));
        assertEquals(expected, List.copyOf(new Net().parameters().keySet()));
    }

    @Test
    void parameterCountLeavesBuffersOut() {
        assertEquals(2 * (2 * 2 * 9 + 4) + 2 * 3 + 3, new Net().parameterCount());
    }

    @Test
    void aSharedParameterHasTwoNamesAndCountsOnce() {
        Parameter shared = new Linear(2, 2).weight();
        Module twice = new Module() {
            {
                parameter("a", shared);
                parameter("b", shared);
            }
        };
        assertEquals(List.of("a", "b"), List.copyOf(twice.parameters().keySet()));
        assertEquals(4, twice.parameterCount());
    }

    @Test
    void equalSeedsGiveEqualValuesWhateverIsDrawnFirst() {
        Net a = new Net();
        Net b = new Net();
        a.initialize(7);
        b.initialize(7);
        b.parameters().reversed().values().forEach(Parameter::value);
        a.parameters().forEach((name, p) -> {
            if (p.type().dtype() == DType.F32) {
                assertArrayEquals(p.value().toFloatArray(), b.parameters().get(name).value().toFloatArray(), name);
            }
        });
    }

    @Test
    void equalLayersAtDifferentPlacesAndOtherSeedsGiveOtherValues() {
        Net net = new Net();
        float first = net.parameters().get("layer1.0.conv1.weight").value().toFloatArray()[0];
        assertNotEquals(first, net.parameters().get("layer1.1.conv1.weight").value().toFloatArray()[0]);
        net.initialize(1);
        assertNotEquals(first, net.parameters().get("layer1.0.conv1.weight").value().toFloatArray()[0]);
    }

    @Test
    void loadingTakesAllOrNothing() {
        Net net = new Net();
        Map<String, Tensor> state = new LinkedHashMap<>();
        net.parameters().forEach((n, p) -> state.put(n, Tensor.full(p.type().dtype(), p.type().shape(), 2).eval()));
        net.load(state);
        assertArrayEquals(new float[] {2, 2, 2}, net.parameters().get("fc.bias").value().toFloatArray());

        state.put("fc.bias", Tensor.of(new float[] {1, 2}, 2));
        state.put("fc.weight", Tensor.full(DType.F32, net.parameters().get("fc.weight").type().shape(), 3));
        String types = assertThrows(IllegalArgumentException.class, () -> net.load(state)).getMessage();
        assertEquals("load: fc.bias is f32[3], the state has f32[2]", types);
        assertEquals(2, net.parameters().get("fc.weight").value().toFloatArray()[0]);

        state.remove("fc.bias");
        state.put("head.bias", Tensor.of(new float[] {1}, 1));
        String names = assertThrows(IllegalArgumentException.class, () -> net.load(state)).getMessage();
        assertEquals("load: the state does not fit Net: missing fc.bias, unknown head.bias", names);
    }

    @Test
    void aParameterRefusesAnotherTypeAndNamesItself() {
        Net net = new Net();
        Parameter p = net.parameters().get("layer1.0.bn1.bias");
        String message = assertThrows(IllegalArgumentException.class, () -> p.set(Tensor.of(new float[3], 3))).getMessage();
        assertEquals("parameter layer1.0.bn1.bias f32[2] cannot hold a f32[3]", message);
        assertThrows(IllegalArgumentException.class, () -> Parameter.of(TensorType.of(DType.I64, 2), Initializers.zeros()));
    }

    @Test
    void aClosedTensorReplacesNothing() {
        Linear line = new Linear(2, 1);
        float[] weight = line.weight().value().toFloatArray();
        Tensor closed = Tensor.of(new float[1], 1);
        closed.close();
        assertThrows(IllegalStateException.class, () -> line.load(Map.of("weight", Tensor.of(new float[2], 1, 2), "bias", closed)));
        assertArrayEquals(weight, line.weight().value().toFloatArray());
        Parameter bias = line.parameters().get("bias");
        float[] before = bias.value().toFloatArray();
        assertTrue(assertThrows(IllegalStateException.class, () -> bias.set(closed)).getMessage().contains("closed"));
        assertArrayEquals(before, bias.value().toFloatArray());
    }

    @Test
    void whatIsNotComputedYetIsLoadedAsItWasBefore() {
        Linear line = new Linear(1, 1);
        line.load(Map.of("weight", Tensor.of(new float[] {2}, 1, 1), "bias", Tensor.of(new float[] {3})));
        Tensor weight = line.weight().value();
        Tensor bias = line.parameters().get("bias").value();
        // Each reads the other.
        line.load(Map.of("weight", bias.reshape(1, 1).mul(10), "bias", weight.reshape(1).mul(10)));
        weight.close();
        bias.close();
        assertArrayEquals(new float[] {30}, line.weight().value().toFloatArray());
        assertArrayEquals(new float[] {20}, line.parameters().get("bias").value().toFloatArray());
    }

    @Test
    void namesMustBeFreeAndWithoutDots() {
        assertThrows(IllegalArgumentException.class, () -> new Module() {
            {
                child("a", new Linear(1, 1));
                child("a", new Linear(1, 1));
            }
        });
        assertThrows(IllegalArgumentException.class, () -> new Module() {
            {
                child("a.b", new Linear(1, 1));
            }
        });
    }

    @Test
    void freezingASubtreeExcludesItFromTraining() {
        Net net = new Net();
        net.children().get("layer1").freeze();
        assertFalse(net.parameters().get("layer1.0.conv1.weight").isTrainable());
        assertTrue(net.parameters().get("fc.weight").isTrainable());
        net.unfreeze();
        assertTrue(net.parameters().get("layer1.0.conv1.weight").isTrainable());
        assertFalse(net.parameters().get("layer1.0.bn1.running_mean").isTrainable());
    }

    @Test
    void evalPinsASubtreeEvenInATrainingPass() {
        Net net = new Net();
        Module layer = net.children().get("layer1");
        layer.eval();
        Pass pass = Pass.training(0);
        assertFalse(pass.isTraining(layer.children().get("0").children().get("bn1")));
        assertTrue(pass.isTraining(net));
        assertSame(layer, layer.train());
        assertTrue(pass.isTraining(layer.children().get("0")));
        assertFalse(Pass.inference().isTraining(net));
    }

    @Test
    void textShowsTheTree() {
        assertEquals("""
                Net
                  layer1: Sequential
                    0: Block
                      conv1: Conv(2 -> 2, kernel [3, 3], stride [1, 1], padding [1, 1], no bias)
                      bn1: BatchNorm(2)
                    1: Block
                      conv1: Conv(2 -> 2, kernel [3, 3], stride [1, 1], padding [1, 1], no bias)
                      bn1: BatchNorm(2)
                  fc: Linear(2 -> 3)""", new Net().toString());
    }
}
