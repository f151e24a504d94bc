package dev.gatun.vector;

import dev.gatun.DType;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Elementwise.UnaryFunction;
import java.util.List;
import java.util.Optional;

/**
 * One instruction of a region on one block: it reads and writes the blocks whose addresses stand in a table of values. Operand types are F32, I32, I64 and
 * BOOL; BF16, I8 and U8 are read as floats, and floats stored as them.
 */
sealed interface BlockStep {
    /** Computes {@code n} elements; n is a multiple of the lanes. @param table the address of the table: 8 bytes a value */
    void run(long table, int n);

    /** Returns how many additions' time an element takes. */
    default int cost() {
        return 1;
    }

    /** Returns whether the result's block may be an argument's. */
    default boolean isInPlace() {
        return true;
    }

    /** Returns the same step for operands that no cache holds. */
    default BlockStep streamed() {
        return this;
    }

    /** Returns the step that computes value {@code result}, or empty if there is no loop for these types. */
    static Optional<BlockStep> of(Elementwise op, List<DType> types, List<Integer> arguments, int result) {
        DType dtype = types.getLast();
        int a = arguments.getFirst();
        int b = arguments.getLast();
        return Optional.ofNullable(switch (op) {
            case Elementwise.Unary unary -> switch (dtype) {
                case F32 -> new FloatFunction(unary.function(), a, result);
                case I32, I64 -> new IntegerFunction(unary.function(), dtype, a, result);
                case BOOL -> new Not(a, result);
                case F64, BF16, F16, I8, U8, I16, U16, U32, U64 -> null;
            };
            case Elementwise.Binary binary -> switch (dtype) {
                case F32 -> new FloatPair(binary.function(), a, b, result);
                case I32, I64 -> new IntegerPair(binary.function(), dtype, a, b, result);
                case BOOL -> new Logic(binary.function(), a, b, result);
                case F64, BF16, F16, I8, U8, I16, U16, U32, U64 -> null;
            };
            case Elementwise.Where where -> isComputed(dtype) ? new Choice(dtype.bytes(), a, arguments.get(1), b, result) : null;
            case Elementwise.Cast cast -> cast(dtype, cast.to(), a, result);
            case Elementwise.Quantize q -> dtype == DType.F32 ? new Quantize(q, a, result) : null;
            case Elementwise.Dequantize d -> isByte(dtype) ? new Dequantize(d, dtype, a, result) : null;
        });
    }

    private static BlockStep cast(DType from, DType to, int x, int y) {
        return from == to || isComputed(from) && isComputed(to) ? new Cast(from, to, x, y)
                : from == DType.BF16 && to == DType.F32 || from == DType.F32 && to == DType.BF16 ? new CastBf16(to, x, y)
                : from == DType.F32 && isByte(to) ? new Truncate(to, x, y) : null;
    }

    /** Returns whether there are blocks of {@code dtype}. */
    static boolean isSupported(DType dtype) {
        return isComputed(dtype) || dtype == DType.BF16 || isByte(dtype);
    }

    /** Returns whether blocks of {@code dtype} can be computed with. */
    private static boolean isComputed(DType dtype) {
        return dtype == DType.F32 || dtype == DType.I32 || dtype == DType.I64 || dtype == DType.BOOL;
    }

    private static boolean isByte(DType dtype) {
        return dtype == DType.I8 || dtype == DType.U8;
    }

    private static long at(long table, int value) {
        return Native.getLong(table + 8L * value);
    }

    /** y = f(x) of floats. */
    record FloatFunction(UnaryFunction function, int x, int y) implements BlockStep {
        @Override
        public void run(long table, int n) {
            FloatUnary.run(function, at(table, x), at(table, y), n);
        }

        @Override
        public boolean isInPlace() {
            return FloatUnary.isInPlace(function);
        }

        @Override
        public BlockStep streamed() {
            return function == UnaryFunction.RELU ? new StreamedRelu(x, y) : this;
        }

        @Override
        public int cost() {
            return switch (function) {
                case NEG, ABS, SIGN, RECIPROCAL, SQRT, RSQRT, RELU, FLOOR, CEIL, ROUND, TRUNC, IS_NAN, IS_INF, LOGICAL_NOT, BITWISE_NOT -> 1;
                case EXP, EXPM1, LOG, LOG1P, TANH, ERF, SIGMOID, SOFTPLUS -> 5;
                case SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH -> 100;
            };
        }
    }

    /** y = f(a, b) of floats, or their comparison. */
    record FloatPair(BinaryFunction function, int a, int b, int y) implements BlockStep {
        @Override
        public void run(long table, int n) {
            FloatBinary.run(function, at(table, a), at(table, b), at(table, y), n);
        }

        @Override
        public BlockStep streamed() {
            boolean isSimple = function == BinaryFunction.ADD || function == BinaryFunction.SUB || function == BinaryFunction.MUL;
            return isSimple ? new StreamedPair(function, a, b, y) : this;
        }

        @Override
        public int cost() {
            return switch (function) {
                case ADD, SUB, MUL, DIV, MIN, MAX, AND, OR, XOR, SHIFT_LEFT, SHIFT_RIGHT, EQ, NE, LT, LE, GT, GE -> 1;
                case POW, ATAN2, MOD, REM -> 100;
            };
        }
    }

    /** y = max(x, 0) of floats that no cache holds. */
    record StreamedRelu(int x, int y) implements BlockStep {
        @Override
        public void run(long table, int n) {
            StreamedLoops.relu(at(table, x), at(table, y), n);
        }
    }

    /** y = f(a, b) of floats that no cache holds, f a sum, a difference or a product. */
    record StreamedPair(BinaryFunction function, int a, int b, int y) implements BlockStep {
        @Override
        public void run(long table, int n) {
            switch (function) {
                case ADD -> StreamedLoops.add(at(table, a), at(table, b), at(table, y), n);
                case SUB -> StreamedLoops.sub(at(table, a), at(table, b), at(table, y), n);
                case MUL -> StreamedLoops.mul(at(table, a), at(table, b), at(table, y), n);
                case DIV, POW, ATAN2, MOD, REM, MIN, MAX, AND, OR, XOR, SHIFT_LEFT, SHIFT_RIGHT, EQ, NE, LT, LE, GT, GE ->
                    throw new AssertionError(function + " has no streamed loop");
            }
        }
    }

    /** y = f(x) of integers. */
    record IntegerFunction(UnaryFunction function, DType dtype, int x, int y) implements BlockStep {
        @Override
        public void run(long table, int n) {
            Integers.unary(function, dtype, at(table, x), at(table, y), n);
        }

        @Override
        public int cost() {
            return 10;
        }
    }

    /** y = f(a, b) of integers, or their comparison. */
    record IntegerPair(BinaryFunction function, DType dtype, int a, int b, int y) implements BlockStep {
        @Override
        public void run(long table, int n) {
            Integers.binary(function, dtype, at(table, a), at(table, b), at(table, y), n);
        }

        @Override
        public int cost() {
            return 10;
        }
    }

    /** y = not x. */
    record Not(int x, int y) implements BlockStep {
        @Override
        public void run(long table, int n) {
            Truth.not(at(table, x), at(table, y), n);
        }
    }

    /** y = f(a, b) of truth values. */
    record Logic(BinaryFunction function, int a, int b, int y) implements BlockStep {
        @Override
        public void run(long table, int n) {
            Truth.logic(function, at(table, a), at(table, b), at(table, y), n);
        }
    }

    /** y = c ? a : b of elements of {@code bytes} bytes. */
    record Choice(int bytes, int c, int a, int b, int y) implements BlockStep {
        @Override
        public void run(long table, int n) {
            switch (bytes) {
                case 1 -> Truth.choose1(at(table, c), at(table, a), at(table, b), at(table, y), n);
                case 4 -> Truth.choose4(at(table, c), at(table, a), at(table, b), at(table, y), n);
                default -> Truth.choose8(at(table, c), at(table, a), at(table, b), at(table, y), n);
            }
        }
    }

    /** y = (to) x. */
    record Cast(DType from, DType to, int x, int y) implements BlockStep {
        @Override
        public void run(long table, int n) {
            if (from == to) {
                Native.copy(at(table, x), at(table, y), (long) n * from.bytes());
            } else if (from == DType.F32 && to == DType.BOOL) {
                Truth.isNonzero(at(table, x), at(table, y), n);
            } else if (from == DType.BOOL && to == DType.F32) {
                Truth.toFloat(at(table, x), at(table, y), n);
            } else {
                Integers.cast(from, to, at(table, x), at(table, y), n);
            }
        }

        @Override
        public int cost() {
            return from == DType.I64 || to == DType.I64 || from == DType.I32 || to == DType.I32 ? 5 : 1;
        }
    }

    /** y = (to) x, between F32 and BF16. */
    record CastBf16(DType to, int x, int y) implements BlockStep {
        @Override
        public void run(long table, int n) {
            if (to == DType.BF16) {
                Narrow.toBf16(at(table, x), at(table, y), n);
            } else {
                Narrow.fromBf16(at(table, x), at(table, y), n);
            }
        }
    }

    /** y = (to) x, of floats to bytes. */
    record Truncate(DType to, int x, int y) implements BlockStep {
        @Override
        public void run(long table, int n) {
            Narrow.truncate(to == DType.I8, at(table, x), at(table, y), n);
        }

        @Override
        public int cost() {
            return 5;
        }
    }

    /** y = saturate(round(x / scale) + zero). */
    record Quantize(Elementwise.Quantize op, int x, int y) implements BlockStep {
        @Override
        public void run(long table, int n) {
            Narrow.quantize(op.signed(), op.scale(), op.zero(), at(table, x), at(table, y), n);
        }
    }

    /** y = (x - zero) · scale. */
    record Dequantize(Elementwise.Dequantize op, DType dtype, int x, int y) implements BlockStep {
        @Override
        public void run(long table, int n) {
            Narrow.dequantize(dtype == DType.I8, op.scale(), op.zero(), at(table, x), at(table, y), n);
        }
    }
}
