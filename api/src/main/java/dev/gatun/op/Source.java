package dev.gatun.op;

import dev.gatun.DType;

/** Ops without operands. */
public sealed interface Source extends Op {
    /**
     * A rank-0 constant.
     *
     * @param dtype its type
     * @param bits the value: {@link Double#doubleToRawLongBits} for floating types, the integer itself (U64: its bits) for the others, 0 or 1 for BOOL
     */
    record Scalar(DType dtype, long bits) implements Source {
        /** Returns the constant nearest to {@code value} in a floating, or equal to it in another type. */
        public static Scalar of(DType dtype, double value) {
            return dtype.isFloating() ? new Scalar(dtype, Double.doubleToRawLongBits(value)) : new Scalar(dtype, (long) value);
        }

        /** Returns the double nearest to the value; exact for all but large 64-bit integers. */
        public double value() {
            if (dtype.isFloating()) {
                return Double.longBitsToDouble(bits);
            }
            // Half of an unsigned value fits a long; its lowest bit keeps the one shifted out, so that rounding still sees it.
            return dtype == DType.U64 && bits < 0 ? 2.0 * (bits >>> 1 | bits & 1) : bits;
        }

        @Override
        public String name() {
            return "scalar";
        }
    }

    /** The integers 0, 1, ... {@code size - 1} as a vector of {@code dtype}; y[i] = i. */
    record Iota(DType dtype, int size) implements Source {
        @Override
        public String name() {
            return "iota";
        }
    }
}
