package dev.gatun.nn;

import dev.gatun.Tensor;
import java.util.function.UnaryOperator;

/** A function as a layer, for a place in a {@link Sequential}; it has no parameters. The formulas are in {@link Activations}. */
public final class Activation extends Layer {
    private final String name;
    private final UnaryOperator<Tensor> function;

    private Activation(String name, UnaryOperator<Tensor> function) {
        this.name = name;
        this.function = function;
    }

    /** Returns {@code function} as a layer. @param name what {@link #toString} shows */
    public static Activation of(String name, UnaryOperator<Tensor> function) {
        return new Activation(name, function);
    }

    /** Returns {@link Activations#relu} as a layer. */
    public static Activation relu() {
        return of("relu", Tensor::relu);
    }

    /** Returns {@link Activations#relu6} as a layer. */
    public static Activation relu6() {
        return of("relu6", Activations::relu6);
    }

    /** Returns {@link Activations#leakyRelu} as a layer. */
    public static Activation leakyRelu(double slope) {
        return of("leaky_relu(" + slope + ")", x -> Activations.leakyRelu(x, slope));
    }

    /** Returns {@link Activations#sigmoid} as a layer. */
    public static Activation sigmoid() {
        return of("sigmoid", Tensor::sigmoid);
    }

    /** Returns {@link Activations#tanh} as a layer. */
    public static Activation tanh() {
        return of("tanh", Tensor::tanh);
    }

    /** Returns {@link Activations#elu} as a layer. */
    public static Activation elu(double alpha) {
        return of("elu(" + alpha + ")", x -> Activations.elu(x, alpha));
    }

    /** Returns {@link Activations#celu} as a layer. */
    public static Activation celu(double alpha) {
        return of("celu(" + alpha + ")", x -> Activations.celu(x, alpha));
    }

    /** Returns {@link Activations#selu} as a layer. */
    public static Activation selu() {
        return of("selu", Activations::selu);
    }

    /** Returns {@link Activations#silu} as a layer. */
    public static Activation silu() {
        return of("silu", Activations::silu);
    }

    /** Returns {@link Activations#gelu} as a layer. */
    public static Activation gelu() {
        return of("gelu", Activations::gelu);
    }

    /** Returns {@link Activations#softplus(Tensor)} as a layer. */
    public static Activation softplus() {
        return of("softplus", Activations::softplus);
    }

    /** Returns {@link Activations#mish} as a layer. */
    public static Activation mish() {
        return of("mish", Activations::mish);
    }

    /** Returns {@link Activations#hardswish} as a layer. */
    public static Activation hardswish() {
        return of("hardswish", Activations::hardswish);
    }

    /** Returns {@link Activations#hardsigmoid} as a layer. */
    public static Activation hardsigmoid() {
        return of("hardsigmoid", Activations::hardsigmoid);
    }

    /** Returns {@link Tensor#softmax} along {@code axis} as a layer. */
    public static Activation softmax(int axis) {
        return of("softmax(" + axis + ")", x -> x.softmax(axis));
    }

    /** Returns {@link Tensor#logSoftmax} along {@code axis} as a layer. */
    public static Activation logSoftmax(int axis) {
        return of("log_softmax(" + axis + ")", x -> x.logSoftmax(axis));
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        return function.apply(x);
    }

    @Override
    protected String describe() {
        return name;
    }
}
