package dev.gatun.bench;

import dev.gatun.Backends;
import dev.gatun.CompiledFunction;
import dev.gatun.DType;
import dev.gatun.Precision;
import dev.gatun.Predictor;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.formats.Safetensors;
import dev.gatun.models.Dcgan;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Losses;
import dev.gatun.nn.Lstm;
import dev.gatun.nn.Pass;
import dev.gatun.optim.Adam;
import dev.gatun.optim.Sgd;
import dev.gatun.optim.TrainStep;
import dev.gatun.quantization.Calibration;
import dev.gatun.quantization.Observer;
import dev.gatun.quantization.Quantization;
import dev.gatun.spi.Backend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/** Gatun itself, as its users write it, on one backend in one precision. */
record GatunPeer(Setting setting) implements Peer {
    /** So small that the same batch can be learned for ever without numbers running away. */
    static final float LEARNING_RATE = 1e-6f;

    @Override
    public String name() {
        return setting.name();
    }

    @Override
    public String version() {
        return setting.backend();
    }

    @Override
    public List<String> options() {
        return setting.options();
    }

    /** Trains in types that hold small gradients. */
    @Override
    public boolean does(Work work) {
        boolean trains = setting.precision() == Precision.F32 || setting.precision() == Precision.BF16;
        return switch (work) {
            case Work.Inference _ -> true;
            case Work.Lstm w -> !w.train() || trains;
            case Work.Training _, Work.Gan _ -> trains;
        };
    }

    @Override
    public Job prepare(Work work, int threads, Path folder) throws IOException {
        Backend backend = Backends.open(setting.backend());
        Tensor x = Tensor.of(Numbers.of(WorkFiles.input(work), WorkFiles.INPUT), WorkFiles.input(work).shape().dims());
        return switch (work) {
            case Work.Inference w -> {
                Layer network = Networks.unfilled(w.network());
                Safetensors.load(WorkFiles.weights(folder)).into(network);
                Predictor predictor = predictor(network, x, backend);
                yield new Calls(() -> predictor.predict(x), () -> predictor.predict(other(work, x)));
            }
            case Work.Training w -> {
                TrainStep step = TrainStep.of(Networks.layer(w.network()), Losses::crossEntropy, Sgd.momentum(.9), backend)
                        .precision(setting.precision());
                Tensor labels = Tensor.of(WorkFiles.labels(w.batch(), Networks.classes(w.network())), w.batch());
                yield new Calls(() -> step.run(LEARNING_RATE, x, labels).getFirst());
            }
            case Work.Lstm w -> {
                Lstm lstm = new Lstm(Work.Lstm.INPUTS, w.hidden());
                if (w.train()) {
                    TrainStep step = TrainStep.minimizing(lstm, (pass, in) -> List.of(run(lstm, in.getFirst(), pass).square().mean()), new Adam(), backend)
                            .precision(setting.precision());
                    yield new Calls(() -> step.run(LEARNING_RATE, x).getFirst());
                }
                Safetensors.load(WorkFiles.weights(folder)).into(lstm);
                CompiledFunction f = CompiledFunction.of(backend, in -> List.of(run(lstm, in.getFirst(), Pass.inference()))).takingOver()
                        .precision(setting.precision());
                yield new Calls(() -> f.call(x).getFirst(), () -> f.call(other(work, x)).getFirst());
            }
            case Work.Gan w -> new Calls(gan(w, x, backend));
        };
    }

    /** In 8 bits with ranges known beforehand, as a service has them: here from the one batch that is timed. */
    private Predictor predictor(Layer network, Tensor x, Backend backend) {
        if (setting.precision() == Precision.INT8) {
            Calibration ranges = Quantization.calibrate(network, backend, Observer.minMax(), List.of(x));
            return Predictor.takingOver(network, backend).quantized(ranges);
        }
        return Predictor.takingOver(network, backend).precision(setting.precision());
    }

    private static Tensor other(Work work, Tensor x) {
        return Tensor.of(WorkFiles.other(work), x.shape().dims());
    }

    private static Tensor run(Lstm lstm, Tensor x, Pass pass) {
        return lstm.forward(x, lstm.zeroState(x.dim(1)), pass).y();
    }

    private Supplier<Tensor> gan(Work.Gan work, Tensor z, Backend backend) {
        Dcgan gan = Dcgan.colour64();
        Tensor real = Tensor.of(Numbers.of(KernelCase.f32(work.batch(), 3, 64, 64), WorkFiles.INPUT + 1), work.batch(), 3, 64, 64);
        TrainStep critic = TrainStep.minimizing(gan.discriminator(), (pass, in) -> {
            Tensor fake = gan.generator().forward(in.get(1), pass.withoutUpdates()).detach();
            return List.of(bce(gan.discriminator().forward(in.get(0), pass), 1).add(bce(gan.discriminator().forward(fake, pass), 0)));
        }, new Adam().betas(.5, .999), backend).precision(setting.precision());
        TrainStep generator = TrainStep.minimizing(gan.generator(),
                (pass, in) -> List.of(bce(gan.discriminator().forward(gan.generator().forward(in.getFirst(), pass), pass), 1)),
                new Adam().betas(.5, .999), backend).precision(setting.precision());
        return () -> {
            critic.run(LEARNING_RATE, real, z).forEach(Tensor::close);
            return generator.run(LEARNING_RATE, z).getFirst();
        };
    }

    private static Tensor bce(Tensor scores, double target) {
        return Losses.bceLogits(scores, Tensor.full(DType.F32, scores.shape(), target));
    }

    /** Calls whose result is kept until the next one. */
    private static final class Calls implements Job {
        private final Supplier<Tensor> call;
        private final Supplier<Tensor> other;
        private Tensor last = Tensor.full(DType.F32, Shape.SCALAR, 0);

        Calls(Supplier<Tensor> call, Supplier<Tensor> other) {
            this.call = call;
            this.other = other;
        }

        /** Of a training, of which no other result is asked. */
        Calls(Supplier<Tensor> call) {
            this(call, () -> Tensor.of(new float[0], 0));
        }

        @Override
        public void run() {
            Tensor result = call.get();
            last.close();
            last = result;
        }

        @Override
        public float[] result() {
            return last.toFloatArray();
        }

        @Override
        public float[] otherResult() {
            try (Tensor result = other.get()) {
                return result.toFloatArray();
            }
        }
    }
}
