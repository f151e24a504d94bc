package dev.gatun.onednn;

import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.ffi.dnnl.Dnnl;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Elementwise.UnaryFunction;
import dev.gatun.op.Fused;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * An elementwise program as a chain of oneDNN's post-ops: y ← f(y) or y ← f(y, operand), one after the other, while the result is in registers. Sums of
 * operands are added one by one: a shortcut that is a convolution of its own brings a second bias.
 *
 * @param bias the operand of the program that a primitive takes as its bias, or {@link #NONE}
 * @param steps what follows it
 */
record PostOps(int bias, List<Step> steps) {
    static final int NONE = 0;

    private static final Elementwise ADD = new Elementwise.Binary(BinaryFunction.ADD);

    /** Copies the list. */
    PostOps {
        steps = List.copyOf(steps);
    }

    /** No program. */
    static final PostOps EMPTY = new PostOps(NONE, List.of());

    /** One post-op. */
    sealed interface Step { }

    /** y ← f(y). */
    record Function(int algorithm, float alpha, float beta) implements Step { }

    /** y ← f(y, operand). @param operand of the program; 0, the result itself, is none */
    record With(int algorithm, int operand) implements Step { }

    /**
     * Returns the chain that {@code region} is, or empty: each instruction must continue it or add operands, and only the last result be kept.
     *
     * @param inputs types of the program's operands, of which the first is the result of the primitive
     * @param channel the axis along which a bias lies
     */
    static Optional<PostOps> of(Fused.Region region, List<TensorType> inputs, int channel) {
        Map<Integer, List<Integer>> sums = new HashMap<>();          // values that are sums of operands, as these
        IntStream.range(1, region.inputs()).forEach(o -> sums.put(o, List.of(o)));
        int current = 0;
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < region.code().size(); i++) {
            Fused.Instruction c = region.code().get(i);
            int value = region.inputs() + i;
            if (c.op().equals(ADD) && sums.keySet().containsAll(c.arguments())) {
                sums.put(value, c.arguments().stream().flatMap(a -> sums.get(a).stream()).toList());
                continue;
            }
            List<Step> next = steps(c, current, sums);
            if (next.isEmpty() || c.dtype() != inputs.getFirst().dtype()) {
                return Optional.empty();
            }
            steps.addAll(next);
            current = value;
        }
        boolean alone = region.results().equals(List.of(current));
        boolean sameType = inputs.stream().allMatch(t -> t.dtype() == inputs.getFirst().dtype());
        PostOps chain = new PostOps(NONE, steps).withBias(channel, inputs, region.shape());
        return alone && sameType && chain.readsEachOnce(region.inputs()) ? Optional.of(chain) : Optional.empty();
    }

    /** Returns the chain with the first of its additions, if one of those that begin it lies along {@code channel}, as the bias. */
    private PostOps withBias(int channel, List<TensorType> inputs, Shape y) {
        for (int i = 0; i < steps.size() && steps.get(i) instanceof With(int algorithm, int operand) && algorithm == Dnnl.dnnl_binary_add(); i++) {
            if (isAlong(channel, inputs.get(operand).shape(), y)) {
                List<Step> rest = new ArrayList<>(steps);
                rest.remove(i);
                return new PostOps(operand, rest);
            }
        }
        return this;
    }

    /** A kernel has one buffer an operand, and a primitive one argument a post-op. */
    private boolean readsEachOnce(int operands) {
        return IntStream.range(1, operands).allMatch(o -> (o == bias ? 1 : 0) + steps.stream().filter(s -> s instanceof With(int _, int r) && r == o)
                .count() == 1);
    }

    /** Returns what an instruction does to the value that the chain has so far, or nothing if it does anything else. */
    private static List<Step> steps(Fused.Instruction c, int current, Map<Integer, List<Integer>> sums) {
        return switch (c.op()) {
            case Elementwise.Unary u -> c.arguments().equals(List.of(current)) ? function(u.function()).stream().toList() : List.of();
            case Elementwise.Binary b -> {
                boolean first = c.arguments().get(0) == current;
                boolean inOrder = first || c.arguments().get(1) == current && isCommutative(b.function());
                List<Integer> others = sums.getOrDefault(c.arguments().get(first ? 1 : 0), List.of());
                boolean each = others.size() == 1 || b.function() == BinaryFunction.ADD;
                yield inOrder && each ? algorithm(b.function()).map(f -> others.stream().<Step>map(o -> new With(f, o)).toList()).orElse(List.of()) : List.of();
            }
            case Elementwise.Where _, Elementwise.Cast _, Elementwise.Quantize _, Elementwise.Dequantize _ -> List.of();
        };
    }

    /**
     * The functions whose post-ops are right everywhere. oneDNN's own ReLU makes 0 of a NaN, which then is lost; x · clamp(x · 3.4e38, 0, 1), its hard swish,
     * is the same for all numbers down to the smallest normal one, keeps NaN, and costs three instructions more; of -∞ it makes NaN.
     */
    private static Optional<Step> function(UnaryFunction f) {
        return switch (f) {
            case RELU -> Optional.of(new Function(Dnnl.dnnl_eltwise_hardswish(), Float.MAX_VALUE, 0));
            case TANH -> Optional.of(new Function(Dnnl.dnnl_eltwise_tanh(), 0, 0));
            case SIGMOID -> Optional.of(new Function(Dnnl.dnnl_eltwise_logistic(), 0, 0));
            case ABS -> Optional.of(new Function(Dnnl.dnnl_eltwise_abs(), 0, 0));
            case NEG -> Optional.of(new Function(Dnnl.dnnl_eltwise_linear(), -1, 0));
            case SIGN, RECIPROCAL, SQRT, RSQRT, EXP, EXPM1, LOG, LOG1P, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, ERF, SOFTPLUS,
                 FLOOR, CEIL, ROUND, TRUNC, IS_NAN, IS_INF, LOGICAL_NOT, BITWISE_NOT -> Optional.empty();
        };
    }

    /** Of minimum and maximum oneDNN's lose NaN. */
    private static Optional<Integer> algorithm(BinaryFunction f) {
        return switch (f) {
            case ADD -> Optional.of(Dnnl.dnnl_binary_add());
            case SUB -> Optional.of(Dnnl.dnnl_binary_sub());
            case MUL -> Optional.of(Dnnl.dnnl_binary_mul());
            case DIV -> Optional.of(Dnnl.dnnl_binary_div());
            case POW, MOD, REM, MIN, MAX, ATAN2, AND, OR, XOR, SHIFT_LEFT, SHIFT_RIGHT, EQ, NE, LT, LE, GT, GE -> Optional.empty();
        };
    }

    private static boolean isCommutative(BinaryFunction f) {
        return f == BinaryFunction.ADD || f == BinaryFunction.MUL;
    }

    /** Returns whether {@code shape}, expanded to {@code y}, differs along {@code axis} of y only, and there in full. */
    private static boolean isAlong(int axis, Shape shape, Shape y) {
        int at = axis - (y.rank() - shape.rank());
        return at >= 0 && shape.dim(at) == y.dim(axis) && shape.elements() == y.dim(axis);
    }

    /** Returns whether there is a ReLU, of which -∞ makes NaN. */
    boolean hasRelu() {
        return steps.stream().anyMatch(s -> s instanceof Function(int algorithm, float _, float _) && algorithm == Dnnl.dnnl_eltwise_hardswish());
    }

    /** Returns oneDNN's number for an operand of a step. @throws IllegalArgumentException if no step, or more than one, reads it */
    int argumentOf(int operand) {
        int[] readers = IntStream.range(0, steps.size()).filter(i -> steps.get(i) instanceof With(int _, int o) && o == operand).toArray();
        if (readers.length != 1) {
            throw new IllegalArgumentException("operand " + operand + " is read by " + readers.length + " post-ops");
        }
        return Attributes.postOpArgument(readers[0]);
    }

    /** Appends the steps to {@code attributes}. @param views how each operand of the program lies, as the post-op sees it */
    void append(Attributes attributes, List<Descriptor> views) {
        for (Step step : steps) {
            switch (step) {
                case Function f -> attributes.eltwise(f.algorithm(), f.alpha(), f.beta());
                case With w -> attributes.binary(w.algorithm(), views.get(w.operand()));
            }
        }
    }

    /** Returns the sizes of an operand under the axes of y: 1 in front where it has fewer. */
    static long[] aligned(Shape shape, int rank) {
        long[] dims = new long[rank];
        Arrays.fill(dims, 1);
        for (int i = 0; i < shape.rank(); i++) {
            dims[rank - shape.rank() + i] = shape.dim(i);
        }
        return dims;
    }
}
