package dev.gatun.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.Backends;
import dev.gatun.DType;
import dev.gatun.Gradients;
import dev.gatun.Precision;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.nn.Activation;
import dev.gatun.nn.BatchNorm;
import dev.gatun.nn.Dropout;
import dev.gatun.nn.Initializers;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Linear;
import dev.gatun.nn.Losses;
import dev.gatun.nn.Parameter;
import dev.gatun.nn.Pass;
import dev.gatun.nn.Sequential;
import dev.gatun.spi.Backend;
import dev.gatun.spi.HostMemory;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class TrainStepTest {
    private static final Backend BACKEND = Backends.open("reference");

    @AfterAll
    static void closeBackend() {
        BACKEND.close();
    }

    private final Tensor x = Tensor.of(new float[] {0, 1, 2, 3}, 4, 1);
    private final Tensor y = Tensor.of(new float[] {1, 2, 2, 4}, 4, 1);

    private static float[] values(Layer net, String name) {
        return net.parameters().get(name).value().toFloatArray();
    }

    private static Linear zeroLine() {
        Linear line = new Linear(1, 1);
        line.parameters().values().forEach(p -> p.initialize(Initializers.zeros()));
        return line;
    }

    private static Sequential noisyNet() {
        Sequential net = new Sequential(new Linear(1, 8), new BatchNorm(8), Activation.relu(), new Dropout(0.5), new Linear(8, 1));
        net.initialize(3);
        return net;
    }

    private static Map<String, Tensor> copy(Map<String, Parameter> parameters) {
        Map<String, Tensor> copy = new LinkedHashMap<>();
        parameters.forEach((n, p) -> copy.put(n, p.type().dtype() == DType.I64 ? p.value().add(0).eval() : Tensor.of(p.value().toFloatArray())
                .reshape(p.type().shape()).eval()));
        return copy;
    }

    @Test
    void theFirstStepIsTheGradientTimesTheRate() {
        Linear line = zeroLine();
        try (TrainStep step = TrainStep.of(line, Losses::mse, new Sgd(), BACKEND)) {
            // Loss mean y², d/dw = -2 mean x·y, d/db = -2 mean y.
            assertEquals(25 / 4.0, step.run(0.1f, x, y).getFirst().item(), 1e-6);
            assertEquals(0.1 * 2 * 18 / 4, values(line, "weight")[0], 1e-6);
            assertEquals(0.1 * 2 * 9 / 4, values(line, "bias")[0], 1e-6);
            assertEquals(1, step.steps());
        }
    }

    @Test
    void aRegressionReachesTheClosedForm() {
        for (Optimizer rule : List.of(Sgd.momentum(0.9), new Adam())) {
            Linear line = zeroLine();
            try (TrainStep step = TrainStep.of(line, Losses::mse, rule, BACKEND)) {
                for (int i = 0; i < 400; i++) {
                    step.run(0.05f, x, y);
                }
            }
            // Least squares of (0, 1), (1, 2), (2, 2), (3, 4): slope 4.5 / 5, intercept 2.25 - .9 · 1.5.
            assertEquals(0.9, values(line, "weight")[0], 1e-3, rule.toString());
            assertEquals(0.9, values(line, "bias")[0], 1e-3, rule.toString());
        }
    }

    @Test
    void frozenParametersStay() {
        Sequential net = noisyNet();
        net.children().get("0").freeze();
        float[] before = values(net, "0.weight");
        float[] head = values(net, "4.bias");
        try (TrainStep step = TrainStep.of(net, Losses::mse, new Adam(), BACKEND)) {
            step.run(0.1f, x, y);
        }
        assertArrayEquals(before, values(net, "0.weight"));
        assertNotEquals(head[0], values(net, "4.bias")[0]);
        net.freeze();
        assertEquals("train step: Sequential has no parameters that are not frozen",
                assertThrows(IllegalArgumentException.class, () -> TrainStep.of(net, Losses::mse, new Adam(), BACKEND)).getMessage());
    }

    @Test
    void aParameterThatIsNotReadIsNotDecayed() {
        Sequential net = new Sequential(new Linear(1, 1), new Linear(1, 1));
        Linear first = (Linear) net.layers().getFirst();
        float[] unread = values(net, "1.weight");
        try (TrainStep step = TrainStep.minimizing(net, (pass, in) -> List.of(Losses.mse(first.forward(in.get(0), pass), in.get(1))),
                new Sgd().weightDecay(0.5), BACKEND)) {
            step.run(0.1f, x, y);
        }
        assertArrayEquals(unread, values(net, "1.weight"));
    }

    @Test
    void runningStatisticsMoveOnceAStep() {
        Sequential net = new Sequential(new BatchNorm(1), new Linear(1, 1));
        try (TrainStep step = TrainStep.of(net, Losses::mse, new Sgd(), BACKEND)) {
            step.run(0.1f, x, y);
            assertEquals(0.15, values(net, "0.running_mean")[0], 1e-6);
            step.run(0.1f, x, y);
            assertEquals(0.15 * 0.9 + 0.15, values(net, "0.running_mean")[0], 1e-6);
            assertEquals(0.81 + 0.19 * 5 / 3, values(net, "0.running_var")[0], 1e-6);
            assertEquals(2, net.parameters().get("0.num_batches_tracked").value().item());
        }
    }

    @Test
    void aPinnedPartKeepsItsStatistics() {
        Sequential net = new Sequential(new BatchNorm(1), new Linear(1, 1));
        net.children().get("0").eval();
        try (TrainStep step = TrainStep.of(net, Losses::mse, new Sgd(), BACKEND)) {
            step.run(0.1f, x, y);
        }
        assertEquals(0, values(net, "0.running_mean")[0]);
    }

    @Test
    void anotherModuleIsReadAnewButNotTrained() {
        Linear generator = zeroLine();
        Linear critic = zeroLine();
        try (TrainStep step = TrainStep.minimizing(generator,
                (pass, in) -> List.of(critic.forward(generator.forward(in.getFirst(), pass), pass).mean().neg()), new Sgd(), BACKEND)) {
            step.run(1, x);
            assertEquals(0, values(generator, "bias")[0]);
            critic.weight().set(Tensor.of(new float[] {2}, 1, 1));
            step.run(1, x);
            assertEquals(2, values(generator, "bias")[0], 1e-6);
            assertEquals(2, values(critic, "weight")[0]);
        }
    }

    @Test
    void anObjectiveThatReadsPastItsPassIsRefused() {
        Linear generator = zeroLine();
        Linear critic = zeroLine();
        for (Pass past : List.of(Pass.inference(), Pass.training(1))) {
            try (TrainStep step = TrainStep.minimizing(critic,
                    (pass, in) -> List.of(critic.forward(generator.forward(in.getFirst(), past), pass).mean()), new Sgd(), BACKEND)) {
                String message = assertThrows(IllegalStateException.class, () -> step.run(1, x)).getMessage();
                assertTrue(message.startsWith("parameter weight f32[1, 1] is read past the pass of the objective that is being recorded"), message);
            }
        }
        try (TrainStep step = TrainStep.minimizing(critic, (pass, in) -> List.of(in.getFirst().mul(critic.weight().value()).mean()), new Sgd(), BACKEND)) {
            assertThrows(IllegalStateException.class, () -> step.run(1, x));
        }
        // After it, and on other threads, values are read as ever.
        assertArrayEquals(new float[] {0}, values(critic, "weight"));
    }

    @Test
    void auxiliaryResultsComeBehindTheLoss() {
        Linear line = zeroLine();
        try (TrainStep step = TrainStep.minimizing(line, (pass, in) -> {
            Tensor out = line.forward(in.get(0), pass);
            return List.of(Losses.mse(out, in.get(1)), out.add(1), in.get(0).sum());
        }, new Sgd(), BACKEND)) {
            List<Tensor> results = step.run(0.1f, x, y);
            assertArrayEquals(new float[] {1, 1, 1, 1}, results.get(1).toFloatArray());
            assertEquals(6, results.get(2).item());
        }
    }

    @Test
    void aGradientInsideTheObjectiveIsDifferentiatedAgain() {
        Linear line = new Linear(1, 1);
        line.weight().set(Tensor.of(new float[] {3}, 1, 1));
        // The gradient of w·x in x is w: the penalty is (w - 1)², its gradient 2(w - 1) = 4.
        try (TrainStep step = TrainStep.minimizing(line, (pass, in) -> {
            Tensor slope = Gradients.of(line.forward(in.getFirst(), pass).sum(), in).getFirst();
            return List.of(slope.sub(1).square().mean());
        }, new Sgd(), BACKEND)) {
            assertEquals(4, step.run(0.5f, x).getFirst().item(), 1e-6);
        }
        assertEquals(1, values(line, "weight")[0], 1e-6);
    }

    @Test
    void aResumedTrainingGoesOnBitByBit() {
        for (Optimizer rule : List.of(Sgd.momentum(0.9), new NAdam(), new RmsProp(0.9, 1e-8, 0.5, true, 0.1).clippedByNorm(1))) {
            Sequential whole = noisyNet();
            Sequential resumed = noisyNet();
            Map<String, Tensor> state;
            Map<String, Tensor> parameters;
            try (TrainStep step = TrainStep.of(whole, Losses::mse, rule, BACKEND).seed(5)) {
                step.run(0.01f, x, y);
                step.run(0.01f, x, y);
                state = step.state();
                parameters = copy(whole.parameters());
                step.run(0.01f, x, y);
                step.run(0.02f, x, y);
            }
            try (TrainStep step = TrainStep.of(resumed, Losses::mse, rule, BACKEND)) {
                step.load(state);
                resumed.load(parameters);
                step.run(0.01f, x, y);
                step.run(0.02f, x, y);
                assertEquals(4, step.steps());
            }
            for (String name : List.of("0.weight", "1.running_var", "4.bias")) {
                assertArrayEquals(values(whole, name), values(resumed, name), rule + " " + name);
            }
        }
    }

    @Test
    void movingToAnotherBackendContinuesTheTraining() {
        Sequential stayed = noisyNet();
        Sequential moved = noisyNet();
        try (Backend other = Backends.open("reference"); TrainStep step = TrainStep.of(stayed, Losses::mse, new Adam(), BACKEND);
                TrainStep first = TrainStep.of(moved, Losses::mse, new Adam(), BACKEND)) {
            step.run(0.01f, x, y);
            step.run(0.01f, x, y);
            first.run(0.01f, x, y);
            try (TrainStep second = first.on(other)) {
                second.run(0.01f, x, y);
                assertEquals(2, second.steps());
            }
            assertEquals("train step is closed", assertThrows(IllegalStateException.class, () -> first.run(0.01f, x, y)).getMessage());
        }
        assertArrayEquals(values(stayed, "0.weight"), values(moved, "0.weight"));
    }

    @Test
    void movingKeepsWhatWasTrainedThoughItIsFrozenNow() {
        Linear line = zeroLine();
        try (Backend other = Backends.open("reference"); TrainStep first = TrainStep.of(line, Losses::mse, Sgd.momentum(0.9), BACKEND)) {
            first.run(0.1f, x, y);
            float before = values(line, "weight")[0];
            line.freeze();
            try (TrainStep second = first.on(other)) {
                second.run(0.1f, x, y);
                assertNotEquals(before, values(line, "weight")[0]);
                assertEquals(List.of("step", "seed", "momentum.weight", "momentum.bias"), List.copyOf(second.state().keySet()));
            }
        }
    }

    @Test
    void aStateWithAClosedTensorChangesNothing() {
        try (TrainStep step = TrainStep.of(zeroLine(), Losses::mse, Sgd.momentum(0.9), BACKEND).seed(1L << 60 | 1)) {
            step.run(0.1f, x, y);
            Map<String, Tensor> early = step.state();
            step.run(0.1f, x, y);
            Map<String, Tensor> before = step.state();
            early.get("momentum.bias").close();
            assertThrows(IllegalStateException.class, () -> step.load(early));
            assertEquals(2, step.steps());
            assertArrayEquals(before.get("momentum.weight").toFloatArray(), step.state().get("momentum.weight").toFloatArray());
            step.load(before);
            assertArrayEquals(new long[] {1L << 60 | 1}, step.state().get("seed").toLongArray());
        }
    }

    @Test
    void aClosedStepHasNoState() {
        TrainStep step = TrainStep.of(zeroLine(), Losses::mse, Sgd.momentum(0.9), BACKEND);
        step.run(0.1f, x, y);
        Map<String, Tensor> state = step.state();
        step.close();
        assertEquals("train step is closed", assertThrows(IllegalStateException.class, step::state).getMessage());
        assertEquals("train step is closed", assertThrows(IllegalStateException.class, () -> step.load(state)).getMessage());
    }

    @Test
    void aNetworkCanBeSavedBetweenTwoRunsOfAnotherThread() throws Exception {
        Linear line = zeroLine();
        try (TrainStep step = TrainStep.of(line, Losses::mse, new Sgd(), BACKEND)) {
            Thread trainer = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 200; i++) {
                    step.run(0.01f, x, y);
                }
            });
            while (trainer.isAlive()) {
                synchronized (step) {
                    assertEquals(step.steps() > 0, values(line, "weight")[0] > 0);
                    assertEquals(step.steps() > 0, values(line, "bias")[0] > 0);
                }
            }
            trainer.join();
            assertEquals(200, step.steps());
        }
    }

    @Test
    void stateNamesAreThoseOfMomentAndParameter() {
        try (TrainStep step = TrainStep.of(noisyNet(), Losses::mse, Sgd.momentum(0.9), BACKEND)) {
            assertEquals(List.of("step", "seed", "momentum.0.weight", "momentum.0.bias", "momentum.1.weight", "momentum.1.bias", "momentum.4.weight",
                    "momentum.4.bias"), List.copyOf(step.state().keySet()));
            Map<String, Tensor> state = new LinkedHashMap<>(step.state());
            state.remove("momentum.4.bias");
            assertEquals("train step: the state must have momentum.4.bias of type f32[1]",
                    assertThrows(IllegalArgumentException.class, () -> step.load(state)).getMessage());
            Map<String, Tensor> more = new LinkedHashMap<>(step.state());
            more.put("exp_avg.4.bias", Tensor.of(new float[1]));
            assertEquals("train step: the state has exp_avg.4.bias, which this optimizer does not keep",
                    assertThrows(IllegalArgumentException.class, () -> step.load(more)).getMessage());
        }
    }

    @Test
    void aFailedRunLosesNothing() {
        Linear line = zeroLine();
        try (TrainStep step = TrainStep.of(line, Losses::mse, Sgd.momentum(0.9), BACKEND)) {
            step.run(0.1f, x, y);
            float[] before = values(line, "weight");
            assertThrows(IllegalArgumentException.class, () -> step.run(0.1f, x.reshape(2, 2), y));
            Tensor closed = Tensor.of(new float[4], 4, 1);
            closed.close();
            assertThrows(IllegalStateException.class, () -> step.run(0.1f, x, closed));
            assertArrayEquals(before, values(line, "weight"));
            assertEquals(1, step.steps());
            step.run(0.1f, x, y);
        }
    }

    @Test
    void aLabelOutOfRangeLosesNothing() {
        Sequential net = new Sequential(new Linear(1, 4), new BatchNorm(4), new Linear(4, 3));
        try (TrainStep step = TrainStep.of(net, Losses::crossEntropy, new AdamW(), BACKEND)) {
            step.run(0.1f, x, Tensor.of(new long[] {0, 1, 2, 0}));
            Map<String, Tensor> before = copy(net.parameters());
            Map<String, Tensor> state = step.state();
            assertThrows(IndexOutOfBoundsException.class, () -> step.run(0.1f, x, Tensor.of(new long[] {0, 1, 3, 0})));
            before.forEach((name, t) -> {
                if (t.dtype() == DType.F32) {
                    assertArrayEquals(t.toFloatArray(), values(net, name), name);
                }
            });
            assertArrayEquals(state.get("exp_avg.0.weight").toFloatArray(), step.state().get("exp_avg.0.weight").toFloatArray());
            assertEquals(1, step.steps());
        }
    }

    @Test
    void anotherBatchSizeIsAnotherPlanOfTheSameTraining() {
        Linear line = zeroLine();
        try (TrainStep step = TrainStep.of(line, Losses::mse, Sgd.momentum(0.9), BACKEND)) {
            step.run(0.1f, x, y);
            step.run(0.1f, x.slice(0, 0, 3), y.slice(0, 0, 3));
            assertEquals(2, step.steps());
            String text = step.explain();
            assertTrue(text.contains("inputs [f32[4, 1], f32[4, 1]]") && text.contains("inputs [f32[3, 1], f32[3, 1]]"), text);
        }
    }

    @Test
    void manyCombinationsOfTypesDoNotEachKeepAnArena() {
        Linear wide = new Linear(1, 1 << 16);
        try (TrainStep step = TrainStep.minimizing(wide, (pass, in) -> List.of(wide.forward(in.getFirst(), pass).square().mean()
                .add(in.getLast().sum().mul(0))), new Sgd(), BACKEND)) {
            HostMemory memory = HostMemory.shared();
            memory.trim();
            long before = memory.usedBytes();
            long few = 0;
            for (int i = 1; i <= 40; i++) {
                step.run(0.1f, x, Tensor.zeros(DType.F32, i)).forEach(Tensor::close);
                if (i == 16) {
                    few = memory.usedBytes() + memory.keptBytes() - before;
                }
            }
            assertTrue(few > 16 << 20, () -> "arenas are too small for this test");
            long many = memory.usedBytes() + memory.keptBytes() - before;
            assertTrue(many < 1.1 * few, "40 combinations hold " + many + " bytes");
            // One whose arena is gone takes another one.
            step.run(0.1f, x, Tensor.zeros(DType.F32, 1));
            assertEquals(41, step.steps());
        }
    }

    @Test
    void oldValuesAreDonated() {
        Linear line = zeroLine();
        Tensor old = line.weight().value();
        try (TrainStep step = TrainStep.of(line, Losses::mse, new Sgd(), BACKEND)) {
            step.run(0.1f, x, y);
        }
        String message = assertThrows(IllegalStateException.class, old::toFloatArray).getMessage();
        assertTrue(message.contains("donated"), message);
    }

    @Test
    void aNetworkThatWasGivenAnothersValuesKeepsThemWhenThatOneIsTrained() {
        Linear net = zeroLine();
        Linear target = new Linear(1, 1);
        try (TrainStep step = TrainStep.of(net, Losses::mse, new Sgd(), BACKEND)) {
            Map<String, Tensor> state = new LinkedHashMap<>();
            net.parameters().forEach((name, p) -> state.put(name, p.value()));
            target.load(state);
            step.run(0.1f, x, y);
            assertArrayEquals(new float[] {0}, values(target, "weight"));
            assertNotEquals(0, values(net, "weight")[0]);
        }
    }

    @Test
    void anAverageOfANetworkOutlivesItsSteps() {
        Linear net = zeroLine();
        Linear average = zeroLine();
        float expected = 0;
        try (TrainStep step = TrainStep.of(net, Losses::mse, new Sgd(), BACKEND)) {
            for (int i = 0; i < 3; i++) {
                step.run(0.1f, x, y);
                average.weight().set(average.weight().value().mul(0.5).add(net.weight().value().mul(0.5)));
                expected = 0.5f * expected + 0.5f * values(net, "weight")[0];
            }
            step.run(0.1f, x, y);
        }
        assertEquals(expected, values(average, "weight")[0], 1e-6);
    }

    @Test
    void anAliasOfAValueOutlivesTheStep() {
        Linear line = zeroLine();
        try (TrainStep step = TrainStep.of(line, Losses::mse, new Sgd(), BACKEND); Tensor best = line.weight().value().alias()) {
            step.run(0.1f, x, y);
            step.run(0.1f, x, y);
            assertArrayEquals(new float[] {0}, best.toFloatArray());
        }
    }

    /** Reads the first layer for one input and the second for two. */
    private static TrainStep byInputs(Sequential net, Optimizer rule) {
        return TrainStep.minimizing(net, (pass, in) -> List.of(net.layers().get(in.size() - 1).forward(in.getFirst(), pass).sum()), rule, BACKEND);
    }

    @Test
    void aParameterThatIsReadLateBeginsWithItsOwnFirstStep() {
        for (Optimizer rule : List.of(new Adam(), new AdamW(), new Adamax(), new NAdam(), Sgd.momentum(0.9).dampening(0.9))) {
            Sequential late = new Sequential(zeroLine(), zeroLine());
            Sequential fresh = new Sequential(zeroLine(), zeroLine());
            try (TrainStep step = byInputs(late, rule); TrainStep first = byInputs(fresh, rule)) {
                for (int i = 0; i < 50; i++) {
                    step.run(0, x);
                }
                step.run(0.01f, x, x);
                first.run(0.01f, x, x);
                assertArrayEquals(values(fresh, "1.weight"), values(late, "1.weight"), rule.toString());
                assertEquals(51, step.steps());
            }
        }
    }

    @Test
    void partsThatAreTrainedTogetherAndAloneKeepTheirOwnCounts() {
        Sequential net = new Sequential(zeroLine(), zeroLine());
        TrainStep.Objective objective = (pass, in) -> {
            Tensor hidden = net.layers().getFirst().forward(in.getFirst(), pass);
            return List.of((in.size() == 1 ? hidden : net.layers().getLast().forward(in.getFirst(), pass).add(hidden)).sum());
        };
        try (TrainStep step = TrainStep.minimizing(net, objective, new Adam(), BACKEND)) {
            step.run(0.01f, x, x);
            assertFalse(step.state().containsKey("step.1.weight"));
            step.run(0.01f, x);
            step.run(0.01f, x);
            // The plan for two inputs read one number for both layers until now.
            step.run(0.01f, x, x);
            Map<String, Tensor> state = step.state();
            assertEquals(4, state.get("step").item());
            assertEquals(2, state.get("step.1.weight").item());
            assertEquals(List.of("step.1.weight", "step.1.bias"), state.keySet().stream().filter(name -> name.startsWith("step.")).toList());
        }
        // All gradients are constant, so each step of Adam goes by the rate: 4 and 2 of them.
        assertEquals(-0.04, values(net, "0.weight")[0], 1e-5);
        assertEquals(-0.02, values(net, "1.weight")[0], 1e-5);
    }

    @Test
    void countsOfParametersAreResumedAndOlderStatesHaveOneForAll() {
        Sequential net = new Sequential(zeroLine(), zeroLine());
        try (TrainStep step = byInputs(net, new Adam()); TrainStep resumed = byInputs(net, new Adam())) {
            step.run(0.01f, x);
            step.run(0.01f, x);
            step.run(0.01f, x, x);
            Map<String, Tensor> state = step.state();
            resumed.load(state);
            resumed.run(0, x, x);
            assertEquals(2, resumed.state().get("step.1.weight").item());
            assertEquals(2, resumed.state().get("step.0.weight").item());
            Map<String, Tensor> older = new LinkedHashMap<>(state);
            older.keySet().removeIf(name -> name.startsWith("step."));
            resumed.load(older);
            assertEquals(older.keySet(), resumed.state().keySet());
            resumed.run(0, x, x);
            assertEquals(4, resumed.state().get("step").item());
            assertEquals(3, resumed.state().get("step.0.weight").item());
        }
    }

    @Test
    void aStateWithAnImpossibleCountChangesNothing() {
        try (TrainStep step = TrainStep.of(zeroLine(), Losses::mse, new Adam(), BACKEND)) {
            step.run(0.1f, x, y);
            Map<String, Tensor> state = new LinkedHashMap<>(step.state());
            state.put("step", Tensor.scalar(DType.I64, -5));
            assertEquals("train step: the state has -5 as step, which must not be negative",
                    assertThrows(IllegalArgumentException.class, () -> step.load(state)).getMessage());
            state.put("step", Tensor.scalar(DType.I64, 3));
            state.put("step.bias", Tensor.scalar(DType.I64, 4));
            assertEquals("train step: the state has 4 as step.bias, though there were 3 steps",
                    assertThrows(IllegalArgumentException.class, () -> step.load(state)).getMessage());
            assertEquals(1, step.steps());
        }
    }

    /** Keeps "m", and gives {@code given} tensors as its state. */
    private record Wrong(int given, String name, DType dtype) implements Optimizer {
        @Override
        public List<String> stateNames() {
            return List.of(name);
        }

        @Override
        public List<Tensor> initialState(TensorType parameter) {
            return List.of(Tensor.full(parameter.dtype(), parameter.shape(), 0));
        }

        @Override
        public Update update(Tensor p, Tensor g, List<Tensor> state, Tensor learningRate, Tensor step) {
            return new Update(p.sub(g.mul(learningRate)), Collections.nCopies(given, state.getFirst().add(g).cast(dtype)));
        }
    }

    @Test
    void anOptimizerThatDoesNotGiveTheStateThatItTookIsRefused() {
        for (Wrong rule : List.of(new Wrong(0, "m", DType.F32), new Wrong(2, "m", DType.F32), new Wrong(1, "m", DType.F64))) {
            Linear line = zeroLine();
            try (TrainStep step = TrainStep.of(line, Losses::mse, rule, BACKEND)) {
                String message = assertThrows(IllegalArgumentException.class, () -> step.run(0.1f, x, y)).getMessage();
                assertEquals("train step: the update of weight f32[1, 1] must keep its type and those of the state [m] [f32[1, 1]], the optimizer gave"
                        + " f32[1, 1] and " + Collections.nCopies(rule.given, TensorType.of(rule.dtype, 1, 1)), message);
                assertArrayEquals(new float[] {0}, values(line, "weight"));
                assertEquals(0, step.steps());
            }
        }
        assertThrows(IllegalArgumentException.class, () -> TrainStep.of(zeroLine(), Losses::mse, new Wrong(1, "step", DType.F32), BACKEND));
    }

    @Test
    void theLossMustBeOneFloatingNumber() {
        Linear line = zeroLine();
        try (TrainStep step = TrainStep.minimizing(line, (pass, in) -> List.of(line.forward(in.getFirst(), pass)), new Sgd(), BACKEND)) {
            assertEquals("train step: the objective's first result must be the loss, one floating number, got f32[4, 1] (write mean() or sum())",
                    assertThrows(IllegalArgumentException.class, () -> step.run(0.1f, x)).getMessage());
        }
        try (TrainStep step = TrainStep.of(line, Losses::mse, new Sgd(), BACKEND)) {
            assertEquals("train step: takes 2 inputs, x and target, got 1",
                    assertThrows(IllegalArgumentException.class, () -> step.run(0.1f, x)).getMessage());
        }
    }

    @Test
    void seedAndPrecisionAreChosenBeforeTheFirstRun() {
        try (TrainStep step = TrainStep.of(zeroLine(), Losses::mse, new Sgd(), BACKEND).seed(1).seed(2)) {
            step.run(0.1f, x, y);
            assertEquals("train step: the seed is to be chosen before the first run",
                    assertThrows(IllegalStateException.class, () -> step.seed(3)).getMessage());
            assertEquals("train step: the precision is to be chosen before the first run",
                    assertThrows(IllegalStateException.class, () -> step.precision(Precision.BF16)).getMessage());
            assertEquals(2, step.state().get("seed").item());
        }
    }

    @Test
    void dropoutDiffersFromStepToStepAndBySeed() {
        float[] losses = new float[3];
        for (int i = 0; i < 3; i++) {
            Sequential net = new Sequential(new Dropout(0.5), new Linear(64, 1));
            net.initialize(1);
            try (TrainStep step = TrainStep.of(net, Losses::mse, new Sgd(), BACKEND).seed(i == 2 ? 9 : 0)) {
                Tensor ones = Tensor.ones(DType.F32, 1, 64);
                Tensor zero = Tensor.zeros(DType.F32, 1, 1);
                float first = (float) step.run(0, ones, zero).getFirst().item();
                assertNotEquals(first, (float) step.run(0, ones, zero).getFirst().item());
                losses[i] = first;
            }
        }
        assertEquals(losses[0], losses[1]);
        assertNotEquals(losses[0], losses[2]);
        assertEquals(1, new Dropout(0.5).forward(Tensor.ones(DType.F32, 1), Pass.inference()).item());
    }
}
