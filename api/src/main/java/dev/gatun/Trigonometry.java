package dev.gatun;

import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Elementwise.UnaryFunction;

/** Circular and hyperbolic functions and their inverses, element by element, of floating tensors; angles in radians. */
public final class Trigonometry {
    private Trigonometry() {
    }

    /** Returns sin x. */
    public static Tensor sin(Tensor x) {
        return x.unary(UnaryFunction.SIN);
    }

    /** Returns cos x. */
    public static Tensor cos(Tensor x) {
        return x.unary(UnaryFunction.COS);
    }

    /** Returns tan x. */
    public static Tensor tan(Tensor x) {
        return x.unary(UnaryFunction.TAN);
    }

    /** Returns arcsin x in [-π/2, π/2]; NaN where |x| > 1. */
    public static Tensor asin(Tensor x) {
        return x.unary(UnaryFunction.ASIN);
    }

    /** Returns arccos x in [0, π]; NaN where |x| > 1. */
    public static Tensor acos(Tensor x) {
        return x.unary(UnaryFunction.ACOS);
    }

    /** Returns arctan x in [-π/2, π/2]. */
    public static Tensor atan(Tensor x) {
        return x.unary(UnaryFunction.ATAN);
    }

    /** Returns the angle of the point (x, y) in [-π, π]: arctan(y/x) in the right quadrant. */
    public static Tensor atan2(Tensor y, Tensor x) {
        return y.binary(BinaryFunction.ATAN2, x);
    }

    /** Returns sinh x = (eˣ - e⁻ˣ)/2. */
    public static Tensor sinh(Tensor x) {
        return x.unary(UnaryFunction.SINH);
    }

    /** Returns cosh x = (eˣ + e⁻ˣ)/2. */
    public static Tensor cosh(Tensor x) {
        return x.unary(UnaryFunction.COSH);
    }

    /** Returns arsinh x = ln(x + √(x² + 1)). */
    public static Tensor asinh(Tensor x) {
        return x.unary(UnaryFunction.ASINH);
    }

    /** Returns arcosh x = ln(x + √(x² - 1)); NaN where x < 1. */
    public static Tensor acosh(Tensor x) {
        return x.unary(UnaryFunction.ACOSH);
    }

    /** Returns artanh x = ln((1 + x)/(1 - x))/2; NaN where |x| > 1. */
    public static Tensor atanh(Tensor x) {
        return x.unary(UnaryFunction.ATANH);
    }
}
