package dev.gatun.testkit;

import dev.gatun.DType;
import dev.gatun.Gradients;
import dev.gatun.Tensor;
import dev.gatun.op.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * A function of tensors on which a backend is held against the reference.
 *
 * @param name what it computes, in words; unique in its catalogue
 * @param inputs its operands
 * @param types the element types for which it is defined, which are all that its type rules accept
 * @param tolerance how far a floating result may be from the reference
 * @param terms K, how many terms an element of the result sums; 1 where nothing is summed
 * @param floor how far any element may be off besides, however small it is; of what must be exact, less than that far
 * @param smoothness how often it may be differentiated in its floating operands
 * @param function what is computed; must be pure
 */
public record Case(String name, List<Input> inputs, Set<DType> types, Tolerance tolerance, int terms, double floor, Smoothness smoothness,
        UnaryOperator<List<Tensor>> function) {
    /** Copies the list. */
    public Case {
        inputs = List.copyOf(inputs);
    }

    /** Returns a case for floating types that sums nothing and is not differentiated. */
    public static Case of(String name, Tolerance tolerance, UnaryOperator<List<Tensor>> function, Input... inputs) {
        return new Case(name, List.of(inputs), Types.FLOATING, tolerance, 1, 0, Smoothness.NONE, function);
    }

    /** Returns a case that records one op. */
    public static Case of(String name, Tolerance tolerance, Op op, Input... inputs) {
        return of(name, tolerance, in -> Tensor.record(op, in.toArray(Tensor[]::new)), inputs);
    }

    /** Returns this case for other element types. */
    public Case in(Set<DType> others) {
        return new Case(name, inputs, others, tolerance, terms, floor, smoothness, function);
    }

    /** Returns this case with another number of terms. */
    public Case summing(int K) {
        return new Case(name, inputs, types, tolerance, Math.max(1, K), floor, smoothness, function);
    }

    /** Returns this case with another floor, in units of the result. */
    public Case within(double other) {
        return new Case(name, inputs, types, tolerance, terms, other, smoothness, function);
    }

    /** Returns this case as one that may be differentiated. */
    public Case differentiable(Smoothness times) {
        return new Case(name, inputs, types, tolerance, terms, floor, times, function);
    }

    /**
     * Returns the gradients of this case in its floating operands, as a case: its operands are this one's and then dy for each floating result y, its
     * results Σ dy · ∂y/∂x for each floating operand x. Its own gradient is the second order.
     */
    public Case gradient() {
        List<Tensor> results = function.apply(inputs.stream().map(i -> Tensor.full(i.type(DType.F64).dtype(), i.shape(), 0)).toList());
        List<Integer> floating = IntStream.range(0, results.size()).filter(i -> results.get(i).dtype().isFloating()).boxed().toList();
        List<Input> operands = new ArrayList<>(inputs);
        floating.forEach(i -> operands.add(Input.of(results.get(i).shape().dims())));
        Smoothness left = smoothness == Smoothness.TWICE ? Smoothness.ONCE : Smoothness.NONE;
        return new Case("gradient of " + name, operands, Types.FLOATING, Tolerance.GRADIENT, terms, 0, left, in -> gradients(in, floating));
    }

    private List<Tensor> gradients(List<Tensor> in, List<Integer> floating) {
        List<Tensor> x = in.subList(0, inputs.size());
        List<Tensor> y = function.apply(x);
        List<Tensor> dy = in.subList(inputs.size(), in.size());
        List<Tensor> products = IntStream.range(0, dy.size()).mapToObj(i -> y.get(floating.get(i)).mul(dy.get(i)).sum()).toList();
        Tensor sum = products.stream().reduce(Tensor::add).orElseThrow();
        return Gradients.of(sum, x.stream().filter(t -> t.dtype().isFloating()).toList());
    }

    /** Returns the operands' types for element type {@code dtype} and the ops, in a line. */
    public String describe(DType dtype) {
        return name + " " + inputs.stream().map(i -> i.type(dtype).toString()).toList() + " " + dtype.label();
    }
}
