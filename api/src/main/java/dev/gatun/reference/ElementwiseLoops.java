package dev.gatun.reference;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Elementwise;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

/** y[i] = f(x[i], ...): floating operands in double, integers and BOOL in long. */
final class ElementwiseLoops {
    private ElementwiseLoops() {
    }

    static Loop of(Elementwise op, List<TensorType> in, List<TensorType> out) {
        DType dtype = in.getFirst().dtype();
        return switch (op) {
            case Elementwise.Unary u -> dtype.isFloating() ? inDouble(DoubleFunctions.of(u.function())) : inLong(LongFunctions.of(u.function(), dtype));
            case Elementwise.Binary b -> dtype.isFloating() ? inDouble(DoubleFunctions.of(b.function())) : inLong(LongFunctions.of(b.function(), dtype));
            case Elementwise.Where w -> (x, y) -> where(x[0], x[1], x[2], y[0]);
            case Elementwise.Cast c -> (x, y) -> cast(x[0], y[0]);
            case Elementwise.Quantize q -> (x, y) -> quantize(q, x[0], y[0]);
            case Elementwise.Dequantize q -> (x, y) -> dequantize(q, x[0], y[0]);
        };
    }

    private static Loop inDouble(DoubleUnaryOperator f) {
        return (x, y) -> {
            for (long i = 0; i < y[0].size(); i++) {
                y[0].set(i, f.applyAsDouble(x[0].get(i)));
            }
        };
    }

    private static Loop inLong(LongUnaryOperator f) {
        return (x, y) -> {
            for (long i = 0; i < y[0].size(); i++) {
                y[0].setLong(i, f.applyAsLong(x[0].getLong(i)));
            }
        };
    }

    private static Loop inDouble(DoubleBinaryOperator f) {
        return (x, y) -> {
            for (long i = 0; i < y[0].size(); i++) {
                y[0].set(i, f.applyAsDouble(x[0].get(i), x[1].get(i)));
            }
        };
    }

    private static Loop inLong(LongBinaryOperator f) {
        return (x, y) -> {
            for (long i = 0; i < y[0].size(); i++) {
                y[0].setLong(i, f.applyAsLong(x[0].getLong(i), x[1].getLong(i)));
            }
        };
    }

    /** y = c ? a : b. */
    private static void where(Elements c, Elements a, Elements b, Elements y) {
        for (long i = 0; i < y.size(); i++) {
            y.copy(i, c.getLong(i) != 0 ? a : b, i);
        }
    }

    /** y = saturate(round(x / scale) + zero); {@link Elements#set} saturates. */
    private static void quantize(Elementwise.Quantize op, Elements x, Elements y) {
        boolean inDouble = x.dtype() == DType.F64;
        for (long i = 0; i < y.size(); i++) {
            double quotient = inDouble ? x.get(i) / op.scale() : (float) x.get(i) / op.scale();
            y.set(i, Math.rint(quotient) + op.zero());
        }
    }

    /** y = (x - zero) · scale. */
    private static void dequantize(Elementwise.Dequantize op, Elements x, Elements y) {
        for (long i = 0; i < y.size(); i++) {
            y.set(i, (double) (x.getLong(i) - op.zero()) * op.scale());
        }
    }

    /** y = (to) x. */
    private static void cast(Elements x, Elements y) {
        DType from = x.dtype();
        DType to = y.dtype();
        for (long i = 0; i < y.size(); i++) {
            if (from.isFloating() || to == DType.F64) {
                y.set(i, x.get(i));
            } else if (to.isFloating()) {
                // A 64-bit integer may not fit into a double: it must not be rounded twice.
                y.set(i, Rounding.toOddDouble(x.getLong(i), from == DType.U64));
            } else {
                y.setLong(i, x.getLong(i));
            }
        }
    }
}
