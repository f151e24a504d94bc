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
        /**
         * Returns the constant nearest to {@code value} in a floating, or equal to it in another type.
         *
         * @throws IllegalArgumentException if no element of the type equals it
         */
        public static Scalar of(DType dtype, double value) {
            return of("scalar", dtype, value);
        }

        /** Returns {@link #of(DType, double)} for {@code op}, which a refusal names. */
        public static Scalar of(String op, DType dtype, double value) {
            if (!dtype.holds(value)) {
                String text = value == Math.rint(value) && Math.abs(value) < 1e15 ? Long.toString((long) value) : Double.toString(value);
                throw new IllegalArgumentException(op + ": " + text + " is no value of " + dtype.label() + ", cast to a type that has it first");
            }
            // A long ends at 2^63; what an unsigned value has above comes in front.
            long bits = value < 0x1p63 ? (long) value : (long) (value - 0x1p63) | Long.MIN_VALUE;
            return new Scalar(dtype, dtype.isFloating() ? Double.doubleToRawLongBits(value) : bits);
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
