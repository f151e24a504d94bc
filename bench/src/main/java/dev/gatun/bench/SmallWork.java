package dev.gatun.bench;

import static dev.gatun.bench.KernelCase.f32;

import dev.gatun.CompiledFunction;
import dev.gatun.DType;
import dev.gatun.Tensor;
import dev.gatun.models.Zoo;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Losses;
import dev.gatun.nn.Pass;
import dev.gatun.op.Elementwise.Binary;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Elementwise.Unary;
import dev.gatun.op.Elementwise.UnaryFunction;
import dev.gatun.op.Normalization;
import dev.gatun.optim.Adam;
import dev.gatun.optim.TrainStep;
import dev.gatun.spi.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Some tens of microseconds to milliseconds of work: kernels of every family by themselves, and small networks that fuse them. */
record SmallWork(String name, Function<Backend, Runnable> preparation) {
    /** Returns all of them. */
    static List<SmallWork> all() {
        List<SmallWork> all = new ArrayList<>();
        for (KernelCase kernel : kernels()) {
            all.add(new SmallWork(kernel.name(), backend -> PreparedKernel.of(kernel, backend)::launch));
        }
        all.add(new SmallWork("infer lenet", backend -> inference("lenet", 4, backend)));
        all.add(new SmallWork("infer charlstm", backend -> inference("charlstm", 2, backend)));
        all.add(new SmallWork("train lenet", SmallWork::training));
        return all;
    }

    private static List<KernelCase> kernels() {
        List<KernelCase> kernels = new ArrayList<>();
        for (int n : new int[] {16, 128, 256}) {
            kernels.add(KernelCase.gemm(n, n, n, false, false));
        }
        kernels.add(KernelCase.gemm(127, 129, 131, true, false));
        kernels.add(KernelCase.gemm(96, 200, 64, false, true));
        kernels.add(KernelCase.gemm(1, 512, 512, false, false));
        int[][] convs = {{64, 14, 64, 3, 1}, {64, 14, 64, 3, 2}, {64, 14, 128, 1, 1}, {3, 32, 64, 7, 2}, {16, 9, 17, 5, 1}};
        for (int[] c : convs) {
            for (KernelCase.Direction direction : KernelCase.Direction.values()) {
                kernels.add(KernelCase.conv("small", f32(1, c[0], c[1], c[1]), f32(c[2], c[0], c[3], c[3]), KernelCase.geometry(c[4], c[3] / 2), direction));
            }
        }
        kernels.add(KernelCase.lstm(8, 1, 64, 128));
        kernels.add(KernelCase.lstm(8, 16, 64, 128));
        for (UnaryFunction f : List.of(UnaryFunction.RELU, UnaryFunction.TANH, UnaryFunction.EXP)) {
            kernels.add(KernelCase.stream("small:" + f.name().toLowerCase(Locale.ROOT), new Unary(f), f32(64, 1000)));
        }
        kernels.add(KernelCase.stream("small:add", new Binary(BinaryFunction.ADD), f32(64, 1000), f32(64, 1000)));
        kernels.add(KernelCase.stream("small:softmax", new Normalization.Softmax(1), f32(64, 1000)));
        return kernels;
    }

    private static Tensor input(String name, int batch) {
        var type = Zoo.input(name, batch);
        return type.dtype().isFloating() ? Tensor.full(type.dtype(), type.shape(), .5) : Tensor.full(type.dtype(), type.shape(), 1);
    }

    private static Runnable inference(String name, int batch, Backend backend) {
        Layer network = Zoo.layer(name);
        Tensor x = input(name, batch);
        CompiledFunction predict = CompiledFunction.of(backend, in -> List.of(network.forward(in.getFirst(), Pass.inference())));
        return () -> predict.call(x).forEach(Tensor::close);
    }

    private static Runnable training(Backend backend) {
        Layer network = Zoo.layer("lenet");
        Tensor x = input("lenet", 8);
        TrainStep step = TrainStep.minimizing(network, (pass, in) -> {
            Tensor scores = network.forward(in.getFirst(), pass);
            return List.of(Losses.crossEntropy(scores, Tensor.arange(DType.I64, scores.dim(0))));
        }, new Adam(), backend);
        return () -> step.run(1e-6f, x).forEach(Tensor::close);
    }

    /** Returns a call. */
    Runnable prepare(Backend backend) {
        return preparation.apply(backend);
    }
}
