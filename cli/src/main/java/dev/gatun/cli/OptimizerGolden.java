package dev.gatun.cli;

import dev.gatun.CompiledFunction;
import dev.gatun.DType;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.formats.FormatException;
import dev.gatun.formats.Safetensors;
import dev.gatun.optim.AdaGrad;
import dev.gatun.optim.Adadelta;
import dev.gatun.optim.Adam;
import dev.gatun.optim.AdamW;
import dev.gatun.optim.Adamax;
import dev.gatun.optim.NAdam;
import dev.gatun.optim.Optimizer;
import dev.gatun.optim.RmsProp;
import dev.gatun.optim.Sgd;
import dev.gatun.spi.Backend;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Some steps of an optimizer: a parameter p0, gradients g0, g1 ... and the parameter p1, p2 ... after each of them, none left out and nothing else.
 * Attributes are PyTorch's arguments.
 */
final class OptimizerGolden {
    private OptimizerGolden() {
    }

    /** Returns the rule that golden files call {@code op}, {@code RULE} or {@code RULE_VARIANT}; empty if it is not known. */
    static Optional<Optimizer> find(String op, Attributes a) {
        return switch (op.split("_", 2)[0]) {
            case "sgd" -> Optional.of(new Sgd(a.number("momentum", 0), a.number("dampening", 0), a.truth("nesterov"), decay(a)));
            case "adagrad" -> Optional.of(new AdaGrad(a.number("lr_decay", 0), a.number("initial_accumulator_value", 0), a.number("eps"), decay(a)));
            case "rmsprop" -> Optional.of(new RmsProp(a.number("alpha"), a.number("eps"), a.number("momentum", 0), a.truth("centered"), decay(a)));
            case "adadelta" -> Optional.of(new Adadelta(a.number("rho"), a.number("eps"), decay(a)));
            case "adam" -> Optional.of(a.truth("decoupled_weight_decay") ? adamW(a) : new Adam(beta1(a), beta2(a), a.number("eps"), decay(a)));
            case "adamw" -> Optional.of(adamW(a));
            case "adamax" -> Optional.of(new Adamax(beta1(a), beta2(a), a.number("eps"), decay(a)));
            case "nadam" -> Optional.of(new NAdam(beta1(a), beta2(a), a.number("eps"), decay(a), a.number("momentum_decay")));
            default -> Optional.empty();
        };
    }

    /**
     * Compares p1, p2 ...
     *
     * @throws FormatException if the file holds no step, or anything that would not be compared
     */
    static List<Difference> run(Backend backend, Safetensors golden, Path file, Optimizer rule, Attributes a) throws IOException {
        int steps = steps(golden, file);
        if (a.truth("amsgrad")) {
            throw new IllegalArgumentException("amsgrad is no form of our rules");
        }
        boolean maximize = a.truth("maximize");
        Tensor p = golden.tensor("p0");
        Tensor rate = Tensor.of(TensorType.of(DType.F32), MemorySegment.ofArray(new float[] {(float) a.number("lr")}));
        List<Tensor> state = rule.initialState(p.type());
        List<Difference> differences = new ArrayList<>();
        try (CompiledFunction step = CompiledFunction.of(backend, in -> {
            Tensor g = maximize ? in.get(1).neg() : in.get(1);
            Optimizer.Update next = rule.update(in.get(0), g, in.subList(4, in.size()), in.get(2), in.get(3));
            List<Tensor> results = new ArrayList<>(List.of(next.p()));
            results.addAll(next.state());
            return results;
        })) {
            for (int t = 0; t < steps; t++) {
                List<Tensor> inputs = new ArrayList<>(List.of(p, golden.tensor("g" + t), rate,
                        Tensor.of(TensorType.of(DType.I64), MemorySegment.ofArray(new long[] {t + 1}))));
                inputs.addAll(state);
                List<Tensor> results = step.call(inputs.toArray(Tensor[]::new));
                p = results.getFirst();
                state = results.subList(1, results.size());
                String name = "p" + (t + 1);
                differences.add(Difference.of(name, p, golden.tensor(name), Tolerance.ofLayer("optimizer", Map.of("p", p))));
            }
        }
        return differences;
    }

    /** Returns n of p0, g0 ... p(n-1), g(n-1), pn. */
    private static int steps(Safetensors golden, Path file) throws FormatException {
        int steps = golden.names().size() / 2;
        Set<String> expected = new LinkedHashSet<>(List.of("p0", "g0", "p1"));
        for (int t = 1; t < steps; t++) {
            expected.addAll(List.of("g" + t, "p" + (t + 1)));
        }
        if (!expected.equals(golden.names())) {
            throw new FormatException(file, "holds " + String.join(", ", golden.names())
                    + ", but the steps of an optimizer are p0, g0, p1, then g1, p2 ..., none left out and nothing else");
        }
        return steps;
    }

    private static AdamW adamW(Attributes a) {
        return new AdamW(beta1(a), beta2(a), a.number("eps"), decay(a));
    }

    private static double decay(Attributes a) {
        return a.number("weight_decay", 0);
    }

    private static double beta1(Attributes a) {
        return a.entry("betas", 0);
    }

    private static double beta2(Attributes a) {
        return a.entry("betas", 1);
    }
}
