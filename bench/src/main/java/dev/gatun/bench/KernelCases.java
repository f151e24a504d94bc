package dev.gatun.bench;

import static dev.gatun.bench.KernelCase.f32;
import static dev.gatun.bench.KernelCase.gemm;
import static dev.gatun.bench.KernelCase.stream;

import dev.gatun.TensorType;
import dev.gatun.op.Elementwise.Binary;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Elementwise.Unary;
import dev.gatun.op.Elementwise.UnaryFunction;
import dev.gatun.op.Ints;
import dev.gatun.op.Normalization;
import dev.gatun.op.Pooling;
import dev.gatun.op.Reduction;
import java.util.ArrayList;
import java.util.List;

/** The named kernels: sizes that real networks have, beside square, skinny and odd ones. */
final class KernelCases {
    /** The networks whose convolutions are timed. */
    static final List<String> NETWORKS = List.of("alexnet", "vgg16", "googlenet", "resnet50");

    private static final int STEPS = 64;
    private static final int INPUTS = 128;

    private KernelCases() {
    }

    /** Returns all, in the order of tables. */
    static List<KernelCase> all() {
        List<KernelCase> all = new ArrayList<>(products());
        NETWORKS.forEach(network -> all.addAll(NetworkConvolutions.cases(network)));
        all.addAll(recurrent());
        all.addAll(streams());
        return all;
    }

    /** Returns the case of this name. @throws IllegalArgumentException if there is none */
    static KernelCase named(String name) {
        return all().stream().filter(c -> c.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no kernel is called \"" + name + "\""));
    }

    /** Matrix products: square, transposed, odd, skinny. The skinny ones are dense layers of one image or a few. */
    static List<KernelCase> products() {
        List<KernelCase> cases = new ArrayList<>();
        for (int n : new int[] {256, 512, 1024, 2048}) {
            cases.add(gemm(n, n, n, false, false));
        }
        for (int n : new int[] {512, 1024}) {
            cases.add(gemm(n, n, n, true, false));
            cases.add(gemm(n, n, n, false, true));
            cases.add(gemm(n, n, n, true, true));
        }
        int[][] odd = {{1023, 1023, 1023}, {517, 331, 1009}, {127, 129, 131}};
        int[][] skinny = {{1, 1000, 2048}, {1, 4096, 9216}, {8, 1000, 2048}, {32, 4096, 9216}, {64, 120, 400}, {4096, 16, 256}};
        for (int[] s : odd) {
            cases.add(gemm(s[0], s[1], s[2], false, false));
        }
        for (int[] s : skinny) {
            cases.add(gemm(s[0], s[1], s[2], false, true));
        }
        return cases;
    }

    private static List<KernelCase> recurrent() {
        List<KernelCase> cases = new ArrayList<>();
        for (int hidden : new int[] {256, 512}) {
            for (int samples : new int[] {1, 32}) {
                cases.add(KernelCase.lstm(STEPS, samples, INPUTS, hidden));
            }
        }
        return cases;
    }

    /** Ops on tensors of 64 MB: 64 images of 64 x 64 x 64, or rows of 1024. */
    private static List<KernelCase> streams() {
        TensorType images = f32(64, 64, 64, 64);
        TensorType rows = f32(16384, 1024);
        TensorType channels = f32(64);
        Pooling.Window three = window(3, 2, 1);
        Pooling.Window two = window(2, 2, 0);
        return List.of(
                stream("add:64MB", new Binary(BinaryFunction.ADD), images, images),
                stream("relu:64MB", new Unary(UnaryFunction.RELU), images),
                stream("exp:64MB", new Unary(UnaryFunction.EXP), images),
                stream("tanh:64MB", new Unary(UnaryFunction.TANH), images),
                stream("sigmoid:64MB", new Unary(UnaryFunction.SIGMOID), images),
                stream("sum:64MB", new Reduction.Reduce(Reduction.ReduceFunction.SUM, Ints.of(1), false), rows),
                stream("max_pool3s2:64MB", new Pooling.MaxPool(three, false), images),
                stream("max_pool2s2:64MB", new Pooling.MaxPool(two, false), images),
                stream("avg_pool3s2:64MB", new Pooling.AvgPool(three, Pooling.Divisor.PADDED), images),
                stream("batch_norm:64MB", new Normalization.BatchNorm(1e-5), images, channels, channels),
                stream("layer_norm:64MB", new Normalization.Standardize(1, 1e-5), rows),
                stream("softmax:64MB", new Normalization.Softmax(1), rows),
                stream("log_softmax:64MB", new Normalization.LogSoftmax(1), rows));
    }

    private static Pooling.Window window(int kernel, int stride, int padding) {
        Ints pad = Ints.filled(2, padding);
        return new Pooling.Window(Ints.filled(2, kernel), Ints.filled(2, stride), pad, pad, Ints.filled(2, 1), false);
    }
}
