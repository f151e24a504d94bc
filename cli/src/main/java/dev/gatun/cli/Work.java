package dev.gatun.cli;

import dev.gatun.CompiledFunction;
import dev.gatun.DType;
import dev.gatun.Gradients;
import dev.gatun.Precision;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.models.Zoo;
import dev.gatun.nn.Convolutions;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Losses;
import dev.gatun.nn.Parameter;
import dev.gatun.nn.Pass;
import dev.gatun.op.Convolution.Geometry;
import dev.gatun.optim.Sgd;
import dev.gatun.optim.TrainStep;
import dev.gatun.quantization.Calibration;
import dev.gatun.quantization.Comparison;
import dev.gatun.quantization.Observations;
import dev.gatun.quantization.Observer;
import dev.gatun.quantization.Quantization;
import dev.gatun.spi.Backend;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Something to be timed.
 *
 * <pre>
 * work = NAME                             a network of the {@link Zoo}
 *      | gemm:MxNxK                       the product [M, K] x [K, N]
 *      | conv:N,IC,IH,IW,OC,K,S,P         a convolution with a square kernel K, stride S, padding P
 * </pre>
 */
sealed interface Work {
    Pattern GEMM = Pattern.compile("gemm:(\\d+)x(\\d+)x(\\d+)");
    /** How many samples a quantized network is compared on, at least: fewer say nothing of how many keep their class. */
    int COMPARED = 16;
    Pattern CONV = Pattern.compile("conv:" + "(\\d+),".repeat(7) + "(\\d+)");

    /** Returns what users call it. */
    String name();

    /** Returns the batch that is meant when none is named. */
    default int batch() {
        return 1;
    }

    /** Prepares calls, with inputs and parameters filled. @throws IllegalArgumentException if sizes do not fit */
    Job inference(Backend backend, int batch, Precision precision);

    /**
     * Work ready to be done again and again.
     *
     * @param flop of one call
     * @param call does it and returns its results, which the caller closes
     * @param loss what was lost, if it was quantized
     */
    record Job(double flop, Supplier<List<Tensor>> call, Runnable release, Optional<Comparison> loss) implements AutoCloseable {
        @Override
        public void close() {
            release.run();
        }
    }

    /** Returns the work that {@code text} names. @throws IllegalArgumentException if it names none; the message lists what there is */
    static Work parse(String text) {
        Matcher gemm = GEMM.matcher(text);
        Matcher conv = CONV.matcher(text);
        if (gemm.matches()) {
            int[] n = sizes(text, gemm, 3);
            return new Gemm(text, n[0], n[1], n[2]);
        }
        if (conv.matches()) {
            int[] n = sizes(text, conv, 7);
            return new Conv(text, n[0], n[1], n[2], n[3], n[4], n[5], n[6], size(text, conv.group(8), 0));
        }
        if (Zoo.names().contains(text)) {
            return new Network(text);
        }
        throw new IllegalArgumentException("\"" + text + "\" is no model; there are " + String.join(", ", Zoo.names())
                + ", gemm:MxNxK and conv:N,IC,IH,IW,OC,K,S,P");
    }

    private static int[] sizes(String text, Matcher matcher, int count) {
        return IntStream.rangeClosed(1, count).map(i -> size(text, matcher.group(i), 1)).toArray();
    }

    private static int size(String text, String digits, int least) {
        try {
            int size = Integer.parseInt(digits);
            if (size >= least) {
                return size;
            }
        } catch (NumberFormatException e) {
            // Said below: more digits than any size has.
        }
        throw new IllegalArgumentException(text + ": " + digits + " is no size, which is from " + least + " to " + Integer.MAX_VALUE);
    }

    /** Prepares calls of a function of one input in a precision. @param others draws inputs on which a quantized function is compared with the float32 one */
    private static Job job(Tensor x, Supplier<List<Tensor>> others, CompiledFunction function, double flop, Precision precision) {
        if (precision != Precision.INT8) {
            CompiledFunction f = function.precision(precision).takingOver();
            return new Job(flop, () -> f.call(x), f::close, Optional.empty());
        }
        try (function) {
            Observations seen = new Observations();
            function.observe(seen, x);
            Calibration ranges = seen.calibration(Observer.minMax());
            List<Tensor> compared = others.get();
            Comparison loss;
            try (CompiledFunction quantized = function.quantized(ranges)) {
                loss = Quantization.compareResults(in -> function.call(in).getFirst(), in -> quantized.call(in).getFirst(), compared);
            } finally {
                compared.forEach(Tensor::close);
            }
            // Another one, whose first call plans.
            CompiledFunction f = function.quantized(ranges).takingOver();
            return new Job(flop, () -> f.call(x), f::close, Optional.of(loss));
        }
    }

    /** Returns what draws batches that together have at least {@link #COMPARED} samples. */
    private static Supplier<List<Tensor>> others(int batch, Function<String, Tensor> draw) {
        return () -> IntStream.range(0, Math.ceilDiv(COMPARED, batch)).mapToObj(i -> draw.apply("other" + i)).toList();
    }

    /** A product of matrices; several of them side by side for a larger batch. */
    record Gemm(String name, int m, int n, int k) implements Work {
        @Override
        public Job inference(Backend backend, int batch, Precision precision) {
            Tensor a = NamedFill.tensor("a", NamedFill.Range.INPUT, batch, m, k);
            Tensor b = NamedFill.tensor("b", NamedFill.Range.INPUT, batch, k, n);
            CompiledFunction product = CompiledFunction.of(backend, in -> List.of(in.get(0).matmul(in.get(1)))).precision(precision);
            return new Job(Flop.of(a.matmul(b)), () -> product.call(a, b), product::close, Optional.empty());
        }
    }

    /** A convolution with frozen weights. */
    record Conv(String name, int batch, int inputs, int height, int width, int outputs, int kernel, int stride, int padding) implements Work {
        @Override
        public Job inference(Backend backend, int samples, Precision precision) {
            Tensor x = NamedFill.tensor("x", NamedFill.Range.INPUT, samples, inputs, height, width);
            Supplier<List<Tensor>> others = others(samples, seed -> NamedFill.tensor(seed, NamedFill.Range.INPUT, samples, inputs, height, width));
            Tensor w = NamedFill.tensor("w", NamedFill.Range.INPUT, outputs, inputs, kernel, kernel);
            Geometry geometry = Convolutions.geometry(2, stride, padding, 1, 1);
            CompiledFunction conv = CompiledFunction.of(backend, in -> List.of(Convolutions.conv(in.getFirst(), w, geometry)));
            return job(x, others, conv, Flop.of(Convolutions.conv(x, w, geometry)), precision);
        }
    }

    /** A network, frozen for inference or trained. */
    record Network(String name) implements Work {
        /** So small that the same batch can be learned for ever without numbers running away. */
        private static final float LEARNING_RATE = 1e-6f;

        @Override
        public Job inference(Backend backend, int batch, Precision precision) {
            Layer network = filled();
            Tensor x = input(batch, "x");
            double flop = Flop.of(network.forward(x, Pass.inference()));
            CompiledFunction predict = CompiledFunction.of(backend, in -> List.of(network.forward(in.getFirst(), Pass.inference())));
            return job(x, others(batch, seed -> input(batch, seed)), predict, flop, precision);
        }

        /**
         * Prepares training steps by gradient descent with momentum: cross entropy of class scores, else the mean square of what the network gives.
         */
        Job training(Backend backend, int batch, Precision precision) {
            Layer network = filled();
            Tensor x = input(batch, "x");
            TrainStep step = TrainStep.minimizing(network, (pass, in) -> List.of(loss(network.forward(in.getFirst(), pass))), Sgd.momentum(.9),
                    backend).precision(precision);
            return new Job(trainingFlop(network, x), () -> step.run(LEARNING_RATE, x), step::close, Optional.empty());
        }

        /** Counts the products of the loss and of its gradients in the parameters: those in x, of the size of the first layer's product, nobody asks for. */
        private static double trainingFlop(Layer network, Tensor x) {
            SequencedMap<Parameter, Tensor> read = new LinkedHashMap<>();
            Pass pass = Pass.traced(Tensor.zeros(DType.I64, 2), p -> read.computeIfAbsent(p, Parameter::value));
            Tensor loss = loss(network.forward(x, pass));
            List<Tensor> trained = read.entrySet().stream().filter(p -> p.getKey().isTrainable()).map(Map.Entry::getValue).toList();
            return Flop.of(Stream.concat(Stream.of(loss), Gradients.of(loss, trained).stream()).toArray(Tensor[]::new));
        }

        private static Tensor loss(Tensor y) {
            if (y.rank() != 2 && y.rank() != 3) {
                return y.square().mean();
            }
            int classes = y.dim(-1);
            Tensor scores = y.reshape(-1, classes);
            // Labels 0, 1, ... again and again.
            Tensor places = Tensor.arange(DType.I64, scores.dim(0));
            return Losses.crossEntropy(scores, places.sub(places.div(Tensor.scalar(DType.I64, classes)).mul(classes)));
        }

        private Layer filled() {
            Layer network = Zoo.layer(name);
            NamedFill.fill(network);
            return network;
        }

        private Tensor input(int batch, String seed) {
            TensorType type = Zoo.input(name, batch);
            if (type.dtype().isFloating()) {
                return NamedFill.tensor(seed, NamedFill.Range.INPUT, type.shape().dims());
            }
            int vocabulary = Zoo.vocabulary(name);
            return Tensor.of(IntStream.range(0, (int) type.elements()).mapToLong(i -> i * 7919L % vocabulary).toArray(), type.shape().dims());
        }
    }
}
