package dev.gatun.testkit;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Elementwise.UnaryFunction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Draws elementwise programs: steps over operands of shapes that expand to one, and over what the steps before gave. */
final class RandomRegion {
    /** Functions without poles, whose results stay near their operands. */
    private static final UnaryFunction[] UNARY = {UnaryFunction.NEG, UnaryFunction.ABS, UnaryFunction.RELU, UnaryFunction.TANH, UnaryFunction.SIGMOID,
        UnaryFunction.ERF, UnaryFunction.SOFTPLUS, UnaryFunction.SIN, UnaryFunction.ATAN};
    private static final BinaryFunction[] BINARY = {BinaryFunction.ADD, BinaryFunction.SUB, BinaryFunction.MUL, BinaryFunction.MIN,
            BinaryFunction.MAX,
        BinaryFunction.ADD, BinaryFunction.MUL};
    private static final BinaryFunction[] INTEGER = {BinaryFunction.ADD, BinaryFunction.SUB, BinaryFunction.MUL, BinaryFunction.MIN,
            BinaryFunction.MAX,
        BinaryFunction.AND, BinaryFunction.OR, BinaryFunction.XOR, BinaryFunction.DIV, BinaryFunction.MOD, BinaryFunction.SHIFT_LEFT};

    /** Beyond this a value goes through tanh, so that none overflows in F16. */
    private static final double LARGEST = 40;

    private final SplittableRandom random;

    RandomRegion(SplittableRandom random) {
        this.random = random;
    }

    /** One instruction. @param a, b values: operands first, then results of steps */
    private record Step(Kind kind, int function, int a, int b, int c) { }

    private enum Kind {
        UNARY, BINARY, WHERE
    }

    private static final Kind[] KINDS = {Kind.UNARY, Kind.UNARY, Kind.BINARY, Kind.BINARY, Kind.BINARY, Kind.WHERE};

    /** A value and what its elements do not exceed. */
    private record Bounded(Tensor value, double bound) { }

    /** Returns a program over operands that expand to {@code dims}; every third of integers. */
    Case alone(int[] dims) {
        boolean integers = random.nextInt(3) == 0;
        List<Input> inputs = new ArrayList<>(List.of(Input.of(dims)));
        inputs.addAll(operands(dims, random.nextInt(5)));
        List<Step> steps = steps(inputs.size());
        List<Integer> kept = kept(inputs.size(), steps.size());
        if (integers) {
            return Case.of("region of integers, " + steps.size() + " steps", Tolerance.EXACT, in -> integers(in, steps, kept),
                    inputs.toArray(Input[]::new))
                    .in(Types.INTEGER);
        }
        return Case.of("region, " + steps.size() + " steps", Tolerance.CHAIN, in -> floating(in, 2, steps, kept), inputs.toArray(Input[]::new));
    }

    /** Returns {@code root} with a program over its only result. */
    Case after(Case root, Tolerance tolerance) {
        Tensor y = root.function().apply(root.inputs().stream().map(i -> Tensor.full(DType.F32, i.shape(), 0)).toList()).getFirst();
        List<Input> more = operands(y.shape().dims(), random.nextInt(4));
        List<Step> steps = steps(1 + more.size());
        List<Integer> kept = kept(1 + more.size(), steps.size());
        List<Input> inputs = new ArrayList<>(root.inputs());
        inputs.addAll(more);
        int roots = root.inputs().size();
        return Case.of(root.name() + ", then " + steps.size() + " steps", tolerance, in -> {
            List<Tensor> operands = new ArrayList<>(List.of(root.function().apply(in.subList(0, roots)).getFirst()));
            operands.addAll(in.subList(roots, in.size()));
            return floating(operands, 4.0 * root.terms(), steps, kept);
        }, inputs.toArray(Input[]::new)).summing(root.terms());
    }

    private List<Input> operands(int[] dims, int count) {
        List<Input> inputs = new ArrayList<>();
        for (int k = 0; k < count; k++) {
            int[] from = switch (random.nextInt(5)) {
                case 0 -> new int[0];
                case 1 -> Arrays.copyOfRange(dims, random.nextInt(dims.length + 1), dims.length);
                case 2 -> IntStream.of(dims).map(d -> random.nextBoolean() ? 1 : d).toArray();
                case 3 -> onlyChannels(dims);
                default -> dims;
            };
            inputs.add(Input.of(from));
        }
        return inputs;
    }

    private static int[] onlyChannels(int[] dims) {
        return IntStream.range(0, dims.length).map(i -> i == 1 ? dims[i] : 1).toArray();
    }

    private List<Step> steps(int operands) {
        List<Step> steps = new ArrayList<>();
        int count = random.nextInt(1, 9);
        for (int i = 0; i < count; i++) {
            int known = operands + i;
            // The latest value mostly, so that programs are deep; conditions compare operands, whose order no rounding changes.
            int a = random.nextInt(4) == 0 ? random.nextInt(known) : i == 0 ? 0 : known - 1;
            Kind kind = KINDS[random.nextInt(KINDS.length)];
            steps.add(new Step(kind, random.nextInt(1 << 16), a, random.nextInt(known), random.nextInt(operands)));
        }
        return steps;
    }

    private List<Integer> kept(int operands, int steps) {
        List<Integer> kept = new ArrayList<>();
        for (int i = operands; i < operands + steps - 1; i++) {
            if (random.nextInt(5) == 0) {
                kept.add(i);
            }
        }
        kept.add(operands + steps - 1);
        return kept;
    }

    private static List<Tensor> floating(List<Tensor> operands, double boundOfFirst, List<Step> steps, List<Integer> kept) {
        List<Bounded> values = new ArrayList<>();
        for (int i = 0; i < operands.size(); i++) {
            values.add(tamed(operands.get(i), i == 0 ? boundOfFirst : 2));
        }
        for (Step s : steps) {
            Bounded a = values.get(s.a);
            Bounded b = values.get(s.b);
            values.add(switch (s.kind) {
                case UNARY -> new Bounded(a.value.unary(UNARY[s.function % UNARY.length]), Math.max(2, a.bound + 1));
                case BINARY -> {
                    BinaryFunction f = BINARY[s.function % BINARY.length];
                    yield tamed(a.value.binary(f, b.value), f == BinaryFunction.MUL ? a.bound * b.bound : a.bound + b.bound);
                }
                case WHERE -> {
                    Tensor c = operands.get(s.c);
                    Tensor condition = s.c == 0 ? a.value.eq(a.value) : c.gt(Tensor.scalar(c.dtype(), 0.5));
                    yield new Bounded(condition.where(a.value, b.value), Math.max(a.bound, b.bound));
                }
            });
        }
        return kept.stream().map(k -> values.get(k).value).toList();
    }

    private static Bounded tamed(Tensor value, double bound) {
        return bound > LARGEST ? new Bounded(value.tanh(), 1) : new Bounded(value, bound);
    }

    private static List<Tensor> integers(List<Tensor> operands, List<Step> steps, List<Integer> kept) {
        List<Tensor> values = new ArrayList<>(operands);
        for (Step s : steps) {
            Tensor a = values.get(s.a);
            Tensor b = values.get(s.b);
            values.add(switch (s.kind) {
                case UNARY -> a.unary(s.function % 2 == 0 ? UnaryFunction.BITWISE_NOT : UnaryFunction.RELU);
                case BINARY -> a.binary(INTEGER[s.function % INTEGER.length], b);
                case WHERE -> a.lt(operands.get(s.c)).where(a, b);
            });
        }
        Shape shape = operands.getFirst().shape();
        return kept.stream().map(k -> values.get(k).expand(shape)).toList();
    }
}
