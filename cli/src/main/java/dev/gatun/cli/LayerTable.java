package dev.gatun.cli;

import static java.util.Map.entry;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.nn.Activations;
import dev.gatun.nn.Attention;
import dev.gatun.nn.Convolutions;
import dev.gatun.nn.CrossEntropy;
import dev.gatun.nn.Gru;
import dev.gatun.nn.Losses;
import dev.gatun.nn.Lstm;
import dev.gatun.nn.Module;
import dev.gatun.nn.Norms;
import dev.gatun.nn.Parameter;
import dev.gatun.nn.Pass;
import dev.gatun.nn.Pools;
import dev.gatun.nn.Rnn;
import dev.gatun.op.Convolution.Geometry;
import dev.gatun.op.Pooling.Window;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** What each op of the golden layers is in Gatun, with any shapes and attributes. */
final class LayerTable {
    /** A layer as golden files describe it. */
    @FunctionalInterface
    interface Layer {
        /** Records the layer and returns its outputs by the names of the file: y, hn, new_running_mean ... */
        Map<String, Tensor> record(Inputs inputs, Attributes attributes);
    }

    /** The tensors of a file by name. */
    record Inputs(Map<String, Tensor> tensors) {
        Tensor get(String name) {
            return find(name).orElseThrow(() -> new IllegalArgumentException("the file lacks the tensor " + name));
        }

        Optional<Tensor> find(String name) {
            return Optional.ofNullable(tensors.get(name));
        }
    }

    private static final Map<String, Layer> LAYERS = Map.ofEntries(
            entry("relu", of(Activations::relu)),
            entry("leaky_relu", of(x -> Activations.leakyRelu(x, .2))),
            entry("prelu", (in, _) -> y(Activations.prelu(in.get("x"), in.get("w")))),
            entry("elu", of(x -> Activations.elu(x, 1))),
            entry("celu", of(x -> Activations.celu(x, 1))),
            entry("selu", of(Activations::selu)),
            entry("sigmoid", of(Activations::sigmoid)),
            entry("hardsigmoid", of(Activations::hardsigmoid)),
            entry("tanh", of(Activations::tanh)),
            entry("silu", of(Activations::silu)),
            entry("hardswish", of(Activations::hardswish)),
            entry("mish", of(Activations::mish)),
            entry("gelu", of(Activations::gelu)),
            entry("gelu_tanh", of(Activations::geluTanh)),
            entry("softplus", of(Activations::softplus)),
            entry("softsign", of(Activations::softsign)),
            entry("softmax", of(x -> x.softmax(-1))),
            entry("softmax_axis1", of(x -> x.softmax(1))),
            entry("log_softmax", of(x -> x.logSoftmax(-1))),
            entry("conv", LayerTable::conv),
            entry("conv_transpose", LayerTable::convTranspose),
            entry("pool", LayerTable::pool),
            entry("batch_norm", LayerTable::batchNorm),
            entry("layer_norm", LayerTable::layerNorm),
            entry("group_norm", (in, a) -> y(affine(Norms.groupNorm(in.get("x"), a.integer("groups", 1), a.number("eps")), in))),
            entry("instance_norm", (in, a) -> y(affine(Norms.instanceNorm(in.get("x"), a.number("eps")), in))),
            entry("lrn", LayerTable::localResponseNorm),
            entry("rnn", LayerTable::rnn),
            entry("gru", LayerTable::gru),
            entry("lstm", LayerTable::lstm),
            entry("scaled_dot_product_attention", (in, a) -> y(Attention.scaledDotProduct(in.get("q"), in.get("k"), in.get("v"), a.truth("causal")))),
            entry("mse", loss(Losses::mse)),
            entry("l1", loss(Losses::l1)),
            entry("smooth_l1", loss(Losses::smoothL1)),
            entry("huber", loss((x, t) -> Losses.huber(x, t, .7))),
            entry("bce", loss((x, t) -> Losses.bce(x, positive(t)))),
            entry("bce_logits", loss((x, t) -> Losses.bceLogits(x, positive(t)))),
            entry("hinge", loss(Losses::hinge)),
            entry("kl_div", loss((x, t) -> Losses.klDiv(x.logSoftmax(-1), t.softmax(-1)))),
            entry("cross_entropy", crossEntropy(_ -> CrossEntropy.MEAN)),
            entry("cross_entropy_sum", crossEntropy(_ -> CrossEntropy.MEAN.sum())),
            entry("cross_entropy_smoothing", crossEntropy(_ -> CrossEntropy.MEAN.smoothing(.1))),
            entry("cross_entropy_weighted", crossEntropy(in -> CrossEntropy.MEAN.weighted(in.get("class_weight")))));

    private LayerTable() {
    }

    /** Returns the layer that golden files call {@code op}; empty if it is not known. */
    static Optional<Layer> find(String op) {
        return Optional.ofNullable(LAYERS.get(op));
    }

    private static Layer of(UnaryOperator<Tensor> function) {
        return (in, _) -> y(function.apply(in.get("x")));
    }

    private static Layer loss(BinaryOperator<Tensor> function) {
        return (in, _) -> y(function.apply(in.get("x"), in.get("target")));
    }

    private static Layer crossEntropy(Function<Inputs, CrossEntropy> kind) {
        return (in, _) -> y(kind.apply(in).of(in.get("x"), in.get("labels")));
    }

    private static Map<String, Tensor> y(Tensor y) {
        return Map.of("y", y);
    }

    /** Returns 1 where t > 0, else 0. */
    private static Tensor positive(Tensor t) {
        return t.gt(Tensor.scalar(t.dtype(), 0)).cast(t.dtype());
    }

    private static Map<String, Tensor> conv(Inputs in, Attributes a) {
        Tensor x = in.get("x");
        Geometry geometry = geometry(x, a);
        return y(in.find("b").map(b -> Convolutions.conv(x, in.get("w"), b, geometry)).orElseGet(() -> Convolutions.conv(x, in.get("w"), geometry)));
    }

    private static Map<String, Tensor> convTranspose(Inputs in, Attributes a) {
        Tensor x = in.get("x");
        Geometry geometry = geometry(x, a);
        int[] more = a.ints("output_padding", x.rank() - 2, 0);
        return y(in.find("b").map(b -> Convolutions.convTranspose(x, in.get("w"), b, geometry, more))
                .orElseGet(() -> Convolutions.convTranspose(x, in.get("w"), geometry, more)));
    }

    private static Geometry geometry(Tensor x, Attributes a) {
        int axes = x.rank() - 2;
        return Convolutions.geometry(a.ints("stride", axes, 1), a.ints("padding", axes, 0), a.ints("dilation", axes, 1), a.integer("groups", 1));
    }

    private static Map<String, Tensor> pool(Inputs in, Attributes a) {
        Tensor x = in.get("x");
        int axes = x.rank() - 2;
        return y(switch (a.word("kind")) {
            case "max" -> Pools.maxPool(x, window(axes, a));
            case "avg" -> Pools.avgPool(x, window(axes, a), a.truth("count_include_pad", true));
            case "lp" -> Pools.lpPool(x, a.number("p"), window(axes, a));
            case "adaptive_avg" -> Pools.adaptiveAvgPool(x, a.ints("output", axes, 1));
            case "adaptive_max" -> Pools.adaptiveMaxPool(x, a.ints("output", axes, 1));
            default -> throw new IllegalArgumentException("the kind of pooling \"" + a.word("kind") + "\" is unknown");
        });
    }

    private static Window window(int axes, Attributes a) {
        int[] kernel = a.ints("kernel", axes, 1);
        int[] strides = a.values().containsKey("stride") ? a.ints("stride", axes, 1) : kernel;
        return Pools.window(kernel, strides, a.ints("padding", axes, 0), a.ints("dilation", axes, 1), a.truth("ceil"));
    }

    private static Map<String, Tensor> batchNorm(Inputs in, Attributes a) {
        Tensor x = in.get("x");
        Tensor w = in.find("w").orElseGet(() -> Tensor.ones(x.dtype(), x.dim(1)));
        Tensor b = in.find("b").orElseGet(() -> Tensor.zeros(x.dtype(), x.dim(1)));
        Tensor mean = in.get("running_mean");
        Tensor variance = in.get("running_var");
        if (!a.truth("training")) {
            return Map.of("y", Norms.batchNorm(x, w, b, mean, variance, a.number("eps")), "new_running_mean", mean, "new_running_var", variance);
        }
        Norms.BatchStatistics batch = Norms.batchNormTraining(x, w, b, a.number("eps"));
        double momentum = a.number("momentum");
        return Map.of("y", batch.y(), "new_running_mean", Norms.running(mean, batch.mean(), momentum), "new_running_var",
                Norms.running(variance, batch.variance(), momentum));
    }

    private static Map<String, Tensor> layerNorm(Inputs in, Attributes a) {
        Tensor x = in.get("x");
        int axes = a.size("axes");
        int[] wanted = a.ints("axes", axes, -1);
        for (int i = 0; i < axes; i++) {
            if (x.shape().axis(wanted[i]) != x.rank() - axes + i) {
                throw new IllegalArgumentException("layer_norm over axes " + Arrays.toString(wanted) + " of " + x.shape()
                        + ": they are not the last ones");
            }
        }
        Shape normalized = x.shape().slice(x.rank() - axes, x.rank());
        Tensor y = Norms.layerNorm(x, normalized, a.number("eps"));
        Tensor scaled = in.find("w").map(y::mul).orElse(y);
        return y(in.find("b").map(scaled::add).orElse(scaled));
    }

    private static Map<String, Tensor> localResponseNorm(Inputs in, Attributes a) {
        return y(Norms.localResponseNorm(in.get("x"), a.integer("size", 5), a.number("alpha"), a.number("beta"), a.number("k")));
    }

    /** Returns y · w + b, both along axis 1 and each only if the file has it. */
    private static Tensor affine(Tensor y, Inputs in) {
        Shape channels = Shape.of(y.dim(1)).concat(Shape.of(Arrays.stream(y.shape().dims()).skip(2).map(_ -> 1).toArray()));
        Tensor scaled = in.find("w").map(w -> y.mul(w.reshape(channels))).orElse(y);
        return in.find("b").map(b -> scaled.add(b.reshape(channels))).orElse(scaled);
    }

    private static Map<String, Tensor> rnn(Inputs in, Attributes a) {
        Tensor x = in.get("x");
        Rnn rnn = new Rnn(x.dim(2), hidden(in)).layers(layers(in, a));
        Rnn activated = switch (a.word("activation")) {
            case "tanh" -> rnn;
            case "relu" -> rnn.relu();
            default -> throw new IllegalArgumentException("the activation \"" + a.word("activation") + "\" is unknown");
        };
        Rnn network = a.truth("bidirectional") ? activated.bidirectional() : activated;
        Rnn.Output out = network.forward(x, in.find("h0").orElseGet(() -> network.zeroState(x.dim(1))), pass(network, in));
        return Map.of("y", out.y(), "hn", out.h());
    }

    private static Map<String, Tensor> gru(Inputs in, Attributes a) {
        Tensor x = in.get("x");
        Gru oneWay = new Gru(x.dim(2), hidden(in)).layers(layers(in, a));
        Gru network = a.truth("bidirectional") ? oneWay.bidirectional() : oneWay;
        Gru.Output out = network.forward(x, in.find("h0").orElseGet(() -> network.zeroState(x.dim(1))), pass(network, in));
        return Map.of("y", out.y(), "hn", out.h());
    }

    private static Map<String, Tensor> lstm(Inputs in, Attributes a) {
        Tensor x = in.get("x");
        Lstm oneWay = new Lstm(x.dim(2), hidden(in)).layers(layers(in, a));
        Lstm network = a.truth("bidirectional") ? oneWay.bidirectional() : oneWay;
        Lstm.State zeros = network.zeroState(x.dim(1));
        Lstm.State first = new Lstm.State(in.find("h0").orElse(zeros.h()), in.find("c0").orElse(zeros.c()));
        Lstm.Output out = network.forward(x, first, pass(network, in));
        return Map.of("y", out.y(), "hn", out.h(), "cn", out.c());
    }

    /** Returns how many layers the file says, whose tensors it must have: a number alone makes no work. */
    private static int layers(Inputs in, Attributes a) {
        int layers = a.integer("layers", 1);
        for (int i = 0; i < layers; i++) {
            in.get("weight_hh_l" + i);
        }
        return layers;
    }

    private static int hidden(Inputs in) {
        return in.get("weight_hh_l0").dim(1);
    }

    /** Returns a pass in which the parameters of {@code network} are the tensors of their names; biases that the file lacks are 0. */
    private static Pass pass(Module network, Inputs in) {
        Map<Parameter, String> names = new IdentityHashMap<>();
        network.parameters().forEach((name, parameter) -> names.put(parameter, name));
        return Pass.traced(Tensor.of(new long[] {0, 0}, 2), parameter -> {
            String name = names.get(parameter);
            return name.startsWith("bias") ? in.find(name).orElseGet(() -> Tensor.full(DType.F32, parameter.type().shape(), 0)) : in.get(name);
        });
    }
}
