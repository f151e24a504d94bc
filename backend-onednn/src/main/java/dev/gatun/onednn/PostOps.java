package dev.gatun.onednn;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.ffi.dnnl.Dnnl;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Elementwise.UnaryFunction;
import dev.gatun.op.Fused;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * An elementwise program as a chain of oneDNN's post-ops: y ← f(y) or y ← f(y, operand), one after the other, while the result is in registers. Sums of
 * operands are added one by one: a shortcut that is a convolution of its own brings a second bias.
 *
 * <p>A primitive accumulates in float32 and rounds once, when it stores: casts of its result to float32 and of narrow operands cost nothing, and the cast or
 * the quantization at the end is the type of what it stores.
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

    /** |x · clamp(x · 3.4e38, 0, 1)|, see {@link #function}: two post-ops. */
    static final Function RELU = new Function(Dnnl.dnnl_eltwise_hardswish(), Float.MAX_VALUE, 0);

    /** No program. */
    static final PostOps EMPTY = new PostOps(NONE, List.of());

    /** One post-op. */
    sealed interface Step { }

    /** y ← f(y). */
    record Function(int algorithm, float alpha, float beta) implements Step { }

    /** y ← f(y, operand). @param operand of the program; 0, the result itself, is none */
    record With(int algorithm, int operand) implements Step { }

    /** y ← y + what the result's memory holds: the operand, where it lies there. It is read once, and no memory is touched besides. */
    record Sum(int operand, DataType type) implements Step { }

    /** y ← y + (operand - zero) · scale. oneDNN has none such: {@link Scaling} says it otherwise. */
    record AddBytes(int operand, float scale, int zero) implements Step { }

    /**
     * Returns the chain that {@code region} is, or empty: each instruction must continue it or add operands, and only the last result be kept.
     *
     * @param inputs types of the program's operands, of which the first is the result of the primitive
     * @param channel the axis along which a bias lies
     */
    static Optional<PostOps> of(Fused.Region region, List<TensorType> inputs, int channel) {
        Parser parser = new Parser(region, inputs);
        return parser.parse().filter(_ -> region.results().equals(List.of(parser.current)))
                .map(steps -> new PostOps(NONE, biasesFirst(steps)).withBias(channel, inputs, region.shape()).scaled(parser.clampsAtZero))
                .filter(chain -> chain.readsEachOnce(region.inputs()));
    }

    /** Follows the value that the chain has so far from instruction to instruction. */
    private static final class Parser {
        private final Fused.Region region;
        private final List<TensorType> inputs;
        /** Values that are sums of operands, as these additions. */
        private final Map<Integer, List<Step>> sums = new HashMap<>();
        private int current;
        private boolean stored;
        private boolean clampsAtZero;

        Parser(Fused.Region region, List<TensorType> inputs) {
            this.region = region;
            this.inputs = inputs;
            IntStream.range(1, region.inputs()).filter(o -> inputs.get(o).dtype().isFloating()).forEach(o -> sums.put(o, List.of(add(o))));
        }

        private static Step add(int operand) {
            return new With(Dnnl.dnnl_binary_add(), operand);
        }

        Optional<List<Step>> parse() {
            List<Step> steps = new ArrayList<>();
            for (int i = 0; i < region.code().size(); i++) {
                Fused.Instruction c = region.code().get(i);
                int value = region.inputs() + i;
                Optional<List<Step>> sum = sum(c);
                if (sum.isPresent()) {
                    sums.put(value, sum.get());
                    continue;
                }
                Optional<List<Step>> next = stored ? Optional.empty() : next(c);
                if (next.isEmpty()) {
                    return Optional.empty();
                }
                steps.addAll(next.get());
                current = value;
            }
            return Optional.of(steps);
        }

        /** Returns the sum of operands that an instruction gives, or empty if it gives anything else. */
        private Optional<List<Step>> sum(Fused.Instruction c) {
            int x = c.arguments().getFirst();
            return switch (c.op()) {
                case Elementwise.Cast cast when isComputed(cast.to()) -> Optional.ofNullable(sums.get(x));
                case Elementwise.Dequantize d when x > 0 && x < region.inputs() && inputs.get(x).dtype().bytes() == 1 && d.scale() > 0 ->
                    Optional.of(List.of(new AddBytes(x, d.scale(), d.zero())));
                case Elementwise op when op.equals(ADD) && sums.keySet().containsAll(c.arguments()) ->
                    Optional.of(c.arguments().stream().flatMap(a -> sums.get(a).stream()).toList());
                case Elementwise _ -> Optional.empty();
            };
        }

        /** Returns whether the chain may compute in {@code dtype}: float32, or the type of the primitive's result. */
        private boolean isComputed(DType dtype) {
            return dtype == DType.F32 || dtype == inputs.getFirst().dtype();
        }

        /** Returns what an instruction does to the value that the chain has so far, or empty if it does anything else. */
        private Optional<List<Step>> next(Fused.Instruction c) {
            boolean ofCurrent = c.arguments().equals(List.of(current));
            return switch (c.op()) {
                case Elementwise.Unary u -> ofCurrent && isComputed(c.dtype()) ? function(u.function()).map(List::of) : Optional.empty();
                case Elementwise.Binary b -> isComputed(c.dtype()) ? binary(b.function(), c.arguments()) : Optional.empty();
                case Elementwise.Cast cast -> ofCurrent ? cast(cast.to()) : Optional.empty();
                case Elementwise.Quantize q -> ofCurrent ? Optional.of(quantize(q)) : Optional.empty();
                case Elementwise.Where _, Elementwise.Dequantize _ -> Optional.empty();
            };
        }

        private Optional<List<Step>> binary(BinaryFunction function, List<Integer> arguments) {
            boolean first = arguments.get(0) == current;
            boolean inOrder = first || arguments.get(1) == current && isCommutative(function);
            List<Step> others = sums.getOrDefault(arguments.get(first ? 1 : 0), List.of());
            if (!inOrder || others.isEmpty()) {
                return Optional.empty();
            }
            return function == BinaryFunction.ADD ? Optional.of(others)
                    : others.size() == 1 && others.getFirst() instanceof With(int _, int o) ? Binary.algorithm(function).map(f -> List.of(new With(f, o)))
                    : Optional.empty();
        }

        private Optional<List<Step>> cast(DType to) {
            if (isComputed(to)) {
                return Optional.of(List.of());
            }
            stored = true;
            return DataType.floating(to).map(_ -> List.of());
        }

        private List<Step> quantize(Elementwise.Quantize q) {
            stored = true;
            clampsAtZero = !q.signed() && q.zero() == 0;
            return List.of(new Function(Dnnl.dnnl_eltwise_linear(), 1 / q.scale(), q.zero()));
        }
    }

    /** Additions that follow each other may come in any order: floats first, since the first along the channels is the bias, then bytes. */
    private static List<Step> biasesFirst(List<Step> steps) {
        List<Step> sorted = new ArrayList<>(steps);
        for (int from = 0, to = 0; to < steps.size(); from = to + 1) {
            for (to = from; to < steps.size() && isAddition(steps.get(to)); to++) { }
            sorted.subList(from, to).sort(Comparator.comparing(AddBytes.class::isInstance));
        }
        return sorted;
    }

    private static boolean isAddition(Step step) {
        return step instanceof AddBytes || step instanceof With(int algorithm, int _) && algorithm == Dnnl.dnnl_binary_add();
    }

    private PostOps scaled(boolean clampsAtZero) {
        return new PostOps(bias, Scaling.apply(steps, clampsAtZero));
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

    /**
     * The functions whose post-ops are right everywhere. oneDNN's own ReLU makes 0 of a NaN, which then is lost; x · clamp(x · 3.4e38, 0, 1), its hard swish,
     * is the same for all numbers down to the smallest normal one, keeps NaN, and costs three instructions more; of -∞ it makes NaN. What is negative it makes
     * -0, whose reciprocal is -∞, so the absolute value is taken.
     */
    private static Optional<Step> function(UnaryFunction f) {
        return switch (f) {
            case RELU -> Optional.of(PostOps.RELU);
            case TANH -> Optional.of(new Function(Dnnl.dnnl_eltwise_tanh(), 0, 0));
            case SIGMOID -> Optional.of(new Function(Dnnl.dnnl_eltwise_logistic(), 0, 0));
            case ABS -> Optional.of(new Function(Dnnl.dnnl_eltwise_abs(), 0, 0));
            case NEG -> Optional.of(new Function(Dnnl.dnnl_eltwise_linear(), -1, 0));
            case SIGN, RECIPROCAL, SQRT, RSQRT, EXP, EXPM1, LOG, LOG1P, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, ERF, SOFTPLUS,
                 FLOOR, CEIL, ROUND, TRUNC, IS_NAN, IS_INF, LOGICAL_NOT, BITWISE_NOT -> Optional.empty();
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

    /** Returns whether nothing is behind the bias. */
    boolean isBiasAlone() {
        return steps.isEmpty();
    }

    /** Returns whether there is a ReLU, of which -∞ makes NaN. */
    boolean hasRelu() {
        return steps.contains(RELU);
    }

    /** Returns the chain for numbers that are finite, as sums of integers are: oneDNN's own ReLU makes +0 of all that is negative. */
    PostOps ofFiniteNumbers() {
        Function relu = new Function(Dnnl.dnnl_eltwise_relu(), 0, 0);
        return new PostOps(bias, steps.stream().map(s -> s.equals(RELU) ? relu : s).toList());
    }

    /** Returns oneDNN's number for an operand of a step. @throws IllegalArgumentException if no step, or more than one, reads it */
    int argumentOf(int operand) {
        int[] readers = IntStream.range(0, steps.size()).filter(i -> steps.get(i) instanceof With(int _, int o) && o == operand).toArray();
        if (readers.length != 1) {
            throw new IllegalArgumentException("operand " + operand + " is read by " + readers.length + " post-ops");
        }
        return Attributes.postOpArgument(steps.subList(0, readers[0]).stream().mapToInt(s -> s.equals(RELU) ? 2 : 1).sum());
    }

    /** Appends the steps to {@code attributes}. @param views how each operand of the program lies, as the post-op sees it */
    void append(Attributes attributes, List<Descriptor> views) {
        for (Step step : steps) {
            switch (step) {
                case Function f when f.equals(RELU) -> attributes.eltwise(f.algorithm(), f.alpha(), f.beta()).eltwise(Dnnl.dnnl_eltwise_abs(), 0, 0);
                case Function f -> attributes.eltwise(f.algorithm(), f.alpha(), f.beta());
                case With w -> attributes.binary(w.algorithm(), views.get(w.operand()));
                case Sum s -> attributes.sum(s.type());
                case AddBytes a -> throw new AssertionError(a + " has been resolved");
            }
        }
    }

    /**
     * Returns the chain that finds an operand in the result's memory, or empty if it adds none of the result's size.
     *
     * @param inputs types of the program's operands @param y of the result that is stored
     */
    Optional<PostOps> overwriting(List<TensorType> inputs, TensorType y) {
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i) instanceof With(int algorithm, int operand) && algorithm == Dnnl.dnnl_binary_add()) {
                TensorType r = inputs.get(operand);
                Optional<DataType> type = DataType.of(r.dtype()).filter(_ -> r.shape().equals(y.shape()) && r.dtype().bytes() == y.dtype().bytes());
                if (type.isPresent()) {
                    List<Step> changed = new ArrayList<>(steps);
                    changed.set(i, new Sum(operand, type.get()));
                    return Optional.of(new PostOps(bias, changed));
                }
            }
        }
        return Optional.empty();
    }

    /** Returns which operand of the program the result's memory holds, or {@link #NONE}. */
    int overwritten() {
        return steps.stream().flatMap(s -> s instanceof Sum(int operand, DataType _) ? Stream.of(operand) : Stream.empty()).findFirst().orElse(NONE);
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
