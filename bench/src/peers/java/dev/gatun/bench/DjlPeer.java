package dev.gatun.bench;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import dev.gatun.models.Dcgan;
import dev.gatun.nn.Lstm;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Deep Java Library with PyTorch: op by op, as DJL runs what is written in Java; N threads inside of an op. */
public final class DjlPeer implements Peer {
    /** For {@link java.util.ServiceLoader}. */
    public DjlPeer() {
    }

    @Override
    public String name() {
        return "djl";
    }

    @Override
    public String version() {
        return "PyTorch " + Engine.getEngine("PyTorch").getVersion();
    }

    @Override
    public String heap() {
        return "4g";
    }

    @Override
    public boolean does(Work work) {
        return true;
    }

    @Override
    public Job prepare(Work work, int threads, Path folder) {
        // Everything is in the jars: nothing shall be looked for elsewhere, and nobody told.
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("DJL_CACHE_DIR", Path.of(System.getProperty("java.io.tmpdir"), "gatun-bench-djl").toString());
        System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        Engine engine = Engine.getEngine("PyTorch");
        NDManager manager = engine.newBaseManager();
        NDArray x = DjlNet.array(manager, new Blueprint.Weights(WorkFiles.input(work).shape(), Numbers.of(WorkFiles.input(work), WorkFiles.INPUT)));
        return switch (work) {
            case Work.Inference w -> {
                DjlNet net = new DjlNet(BlueprintReader.of(Networks.layer(w.network()), WorkFiles.input(w), false), manager, false);
                yield new Pass(manager, x, net::forward);
            }
            case Work.Training w -> {
                DjlNet net = new DjlNet(BlueprintReader.of(Networks.layer(w.network()), WorkFiles.input(w), true), manager, true);
                NDArray labels = manager.create(WorkFiles.labels(w.batch(), Networks.classes(w.network())));
                Loss loss = Loss.softmaxCrossEntropyLoss();
                Step step = new Step(engine, net.trained(), Optimizer.sgd().setLearningRateTracker(Tracker.fixed(GatunPeer.LEARNING_RATE))
                        .optMomentum(.9f).build());
                yield new Pass(manager, x, in -> step.run(() -> loss.evaluate(new NDList(labels), new NDList(net.forward(in)))));
            }
            case Work.Lstm w -> lstm(w, engine, manager, x);
            case Work.Gan w -> gan(w, engine, manager, x);
        };
    }

    private static Pass lstm(Work.Lstm work, Engine engine, NDManager manager, NDArray x) {
        Lstm ours = new Lstm(Work.Lstm.INPUTS, work.hidden());
        NDList weights = new NDList();
        for (String name : List.of("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")) {
            NDArray w = DjlNet.array(manager, WorkFiles.parameter(ours, name));
            w.setRequiresGradient(work.train());
            weights.add(w);
        }
        Shape state = new Shape(1, work.batch(), work.hidden());
        NDList zeros = new NDList(manager.zeros(state), manager.zeros(state));
        UnaryOperator<NDArray> run = in -> in.getNDArrayInternal().lstm(in, zeros, weights, true, 1, 0, work.train(), false, false).getFirst();
        if (!work.train()) {
            return new Pass(manager, x, run);
        }
        Step step = new Step(engine, weights, Optimizer.adam().optLearningRateTracker(Tracker.fixed(GatunPeer.LEARNING_RATE)).build());
        return new Pass(manager, x, in -> step.run(() -> run.apply(in).square().mean()));
    }

    private static Pass gan(Work.Gan work, Engine engine, NDManager manager, NDArray z) {
        Dcgan ours = Dcgan.colour64();
        DjlNet generator = new DjlNet(BlueprintReader.of(ours.generator(), WorkFiles.input(work), true), manager, true);
        DjlNet discriminator = new DjlNet(BlueprintReader.of(ours.discriminator(), KernelCase.f32(work.batch(), 3, 64, 64), true), manager, true);
        NDArray real = DjlNet.array(manager, new Blueprint.Weights(KernelCase.f32(work.batch(), 3, 64, 64).shape(),
                Numbers.of(KernelCase.f32(work.batch(), 3, 64, 64), WorkFiles.INPUT + 1)));
        Shape scores = new Shape(work.batch(), 1, 1, 1);
        NDList ones = new NDList(manager.ones(scores));
        NDList zeros = new NDList(manager.zeros(scores));
        Loss loss = Loss.sigmoidBinaryCrossEntropyLoss();
        Step critic = new Step(engine, discriminator.trained(), adam());
        Step maker = new Step(engine, generator.trained(), adam());
        return new Pass(manager, z, in -> {
            // Results belong to the manager of what they are computed from.
            real.attach(in.getManager());
            critic.run(() -> {
                NDArray fake = generator.forward(in).stopGradient();
                return loss.evaluate(ones, new NDList(discriminator.forward(real)))
                        .add(loss.evaluate(zeros, new NDList(discriminator.forward(fake))));
            });
            real.attach(manager);
            return maker.run(() -> loss.evaluate(ones, new NDList(discriminator.forward(generator.forward(in)))));
        });
    }

    private static Optimizer adam() {
        return Optimizer.adam().optLearningRateTracker(Tracker.fixed(GatunPeer.LEARNING_RATE)).optBeta1(.5f).build();
    }

    /** Loss, gradients, update. */
    private record Step(Engine engine, List<NDArray> trained, Optimizer optimizer) {
        private NDArray run(Supplier<NDArray> objective) {
            NDArray loss;
            try (GradientCollector gradients = engine.newGradientCollector()) {
                loss = objective.get();
                gradients.backward(loss);
            }
            for (int i = 0; i < trained.size(); i++) {
                NDArray w = trained.get(i);
                try (NDArray g = w.getGradient()) {
                    optimizer.update("w" + i, w, g);
                }
            }
            return loss;
        }
    }

    /** Calls whose arrays are given back at the end of each. */
    private static final class Pass implements Job {
        private final NDManager manager;
        private final NDArray x;
        private final UnaryOperator<NDArray> body;
        private NDArray last;

        Pass(NDManager manager, NDArray x, UnaryOperator<NDArray> body) {
            this.manager = manager;
            this.x = x;
            this.body = body;
        }

        @Override
        public void run() {
            NDArray before = last;
            try (NDManager call = manager.newSubManager()) {
                x.attach(call);
                last = body.apply(x);
                last.attach(manager);
                x.attach(manager);
            }
            if (before != null) {
                before.close();
            }
        }

        @Override
        public float[] result() {
            return last.toFloatArray();
        }
    }
}
