package dev.gatun.vector;

import static dev.gatun.op.Elementwise.BinaryFunction.ADD;
import static dev.gatun.op.Elementwise.BinaryFunction.AND;
import static dev.gatun.op.Elementwise.BinaryFunction.GT;
import static dev.gatun.op.Elementwise.BinaryFunction.LE;
import static dev.gatun.op.Elementwise.BinaryFunction.MAX;
import static dev.gatun.op.Elementwise.BinaryFunction.MUL;
import static dev.gatun.op.Elementwise.BinaryFunction.SUB;
import static dev.gatun.op.Elementwise.UnaryFunction.ABS;
import static dev.gatun.op.Elementwise.UnaryFunction.RELU;
import static dev.gatun.op.Elementwise.UnaryFunction.SIGMOID;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Elementwise.Binary;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Elementwise.Unary;
import dev.gatun.op.Elementwise.UnaryFunction;
import dev.gatun.op.Fused.Instruction;
import dev.gatun.op.Fused.Region;
import dev.gatun.spi.KernelRequest;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("every-width")
class RegionKernelTest {
    /** The library behind {@code lanewise} and the compositions here are within 4 units in the last place. */
    private static final double RELATIVE = 4 * 0x1p-24;
    /** Below it a float has fewer bits. */
    private static final double ABSOLUTE = Float.MIN_NORMAL;

    private static Instruction floats(Elementwise op, Integer... arguments) {
        return new Instruction(op, List.of(arguments), DType.F32);
    }

    private static TensorType type(DType dtype, int... dims) {
        return TensorType.of(dtype, dims);
    }

    @ParameterizedTest
    @EnumSource(value = UnaryFunction.class, mode = EnumSource.Mode.EXCLUDE, names = {"LOGICAL_NOT", "BITWISE_NOT"})
    void unaryFunctionsAgreeWithTheReferenceOnOrdinaryAndExtremeFloats(UnaryFunction function) {
        TensorType result = type(function.isPredicate() ? DType.BOOL : DType.F32, 3, 1371);
        Requests.check(new Unary(function), List.of(result), RELATIVE, ABSOLUTE, Operand.extreme(1, 3, 1371));
        Requests.check(new Unary(function), List.of(result), RELATIVE, ABSOLUTE, Operand.random(2, 3, 1371));
    }

    @ParameterizedTest
    @EnumSource(value = BinaryFunction.class, mode = EnumSource.Mode.EXCLUDE, names = {"AND", "OR", "XOR", "SHIFT_LEFT", "SHIFT_RIGHT"})
    void binaryFunctionsAgreeWithTheReferenceOnOrdinaryAndExtremeFloats(BinaryFunction function) {
        TensorType result = type(function.isComparison() ? DType.BOOL : DType.F32, 4113);
        Requests.check(new Binary(function), List.of(result), RELATIVE, ABSOLUTE, Operand.extreme(1, 4113), Operand.extreme(2, 4113));
        Requests.check(new Binary(function), List.of(result), RELATIVE, ABSOLUTE, Operand.random(3, 4113), Operand.random(4, 4113));
    }

    @ParameterizedTest
    @EnumSource(value = BinaryFunction.class, mode = EnumSource.Mode.EXCLUDE, names = "ATAN2")
    void binaryFunctionsOfIntegersAreExact(BinaryFunction function) {
        for (DType dtype : List.of(DType.I32, DType.I64)) {
            Requests.check(new Binary(function), List.of(type(function.isComparison() ? DType.BOOL : dtype, 77)), 0, 0,
                    Operand.random(type(dtype, 77), 1), Operand.random(type(dtype, 77), 2));
        }
    }

    @ParameterizedTest
    @EnumSource(value = UnaryFunction.class, names = {"NEG", "ABS", "SIGN", "RELU", "BITWISE_NOT"})
    void unaryFunctionsOfIntegersAreExact(UnaryFunction function) {
        for (DType dtype : List.of(DType.I32, DType.I64)) {
            Requests.check(new Unary(function), List.of(type(dtype, 77)), 0, 0, Operand.random(type(dtype, 77), 1));
        }
    }

    @ParameterizedTest
    @EnumSource(value = BinaryFunction.class, names = {"AND", "OR", "XOR", "EQ", "NE"})
    void logicIsThatOfBytesWithZeroAndOne(BinaryFunction function) {
        TensorType type = type(DType.BOOL, 5, 67);
        Requests.check(new Binary(function), List.of(type), 0, 0, Operand.random(type, 1), Operand.random(type, 2));
        Requests.check(new Unary(UnaryFunction.LOGICAL_NOT), List.of(type), 0, 0, Operand.random(type, 3));
    }

    @Test
    void castsSaturateTruncateAndWrap() {
        for (DType from : List.of(DType.F32, DType.I32, DType.I64, DType.BOOL)) {
            Operand x = from == DType.F32 ? Operand.extreme(5, 333) : Operand.random(type(from, 333), 6);
            for (DType to : List.of(DType.F32, DType.I32, DType.I64, DType.BOOL)) {
                Requests.check(new Elementwise.Cast(to), List.of(type(to, 333)), 0, 0, x);
            }
        }
    }

    @Test
    void whereChoosesElementsOfAnySupportedType() {
        for (DType dtype : List.of(DType.F32, DType.I32, DType.I64, DType.BOOL)) {
            TensorType type = type(dtype, 1029);
            Requests.check(new Elementwise.Where(), List.of(type), 0, 0, Operand.random(type(DType.BOOL, 1029), 1), Operand.random(type, 2),
                    Operand.random(type, 3));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 15, 16, 17, 63, 1024, 1025, 40000})
    void everyLengthIsServed(int n) {
        var region = new Region(Shape.of(n), 2, List.of(floats(new Binary(MUL), 0, 1), floats(new Unary(RELU), 2), floats(new Binary(ADD), 3, 0)), List.of(4));
        Requests.check(region, RELATIVE, ABSOLUTE, Operand.random(1, n), Operand.random(2, n));
    }

    @Test
    void operandsAreBroadcastInEveryPattern() {
        int[][] shapes = {{}, {1}, {7}, {5, 1}, {5, 7}, {3, 1, 1}, {3, 5, 1}, {1, 5, 7}, {2, 1, 1, 1}, {2, 3, 1, 1}, {2, 1, 5, 1}, {2, 3, 1, 7}, {2, 1, 5, 7},
            {2, 3, 5, 7}};
        Shape shape = Shape.of(2, 3, 5, 7);
        var region = new Region(shape, 2, List.of(floats(new Binary(SUB), 0, 1)), List.of(2));
        for (int[] a : shapes) {
            for (int[] b : shapes) {
                Requests.check(region, 0, 0, Operand.random(1, a), Operand.random(2, b));
            }
        }
    }

    @Test
    void longRowsOfAChannelBiasAreFilledOnce() {
        var region = new Region(Shape.of(2, 3, 50, 57), 2, List.of(floats(new Binary(ADD), 0, 1), floats(new Unary(RELU), 2)), List.of(3));
        Requests.check(region, 0, 0, Operand.random(1, 2, 3, 50, 57), Operand.random(2, 3, 1, 1));
        Requests.check(region, 0, 0, Operand.random(1, 2, 3, 50, 57), Operand.random(2, 50, 57));
        Requests.check(region, 0, 0, Operand.random(1, 2, 3, 50, 57), Operand.random(2, 57));
        Requests.check(region, 0, 0, Operand.random(1, 2, 3, 50, 57), Operand.random(2));
    }

    @Test
    void broadcastTruthValuesAndIntegersFillTheirBlocks() {
        var region = new Region(Shape.of(4, 9, 33), 3, List.of(new Instruction(new Elementwise.Where(), List.of(0, 1, 2), DType.I64)), List.of(3));
        Requests.check(region, 0, 0, Operand.random(type(DType.BOOL, 9, 1), 1), Operand.random(type(DType.I64, 4, 1, 1), 2),
                Operand.random(type(DType.I64, 33), 3));
    }

    @Test
    void aProgramKeepsSeveralResultsAndOperandsThatAreResults() {
        var code = List.of(floats(new Unary(SIGMOID), 0), floats(new Binary(MUL), 0, 2), floats(new Binary(ADD), 3, 1), floats(new Unary(ABS), 4));
        var region = new Region(Shape.of(3, 700), 2, code, List.of(4, 2, 1, 5, 4));
        Requests.check(region, RELATIVE, 1e-6, Operand.random(1, 3, 700), Operand.random(2, 700));
    }

    @Test
    void aResultMayReplaceAnOperandThatIsNotReadLater() {
        // Result 0 is made by the first instruction, but operand 0 is read by the second: only operand 1 may go.
        var code = List.of(floats(new Binary(ADD), 0, 1), floats(new Binary(MUL), 2, 0));
        var request = Requests.region(new Region(Shape.of(2000), 2, code, List.of(2, 3)), Operand.random(1, 2000), Operand.random(2, 2000));
        var kernel = Requests.ALONE.compile(request).orElseThrow();
        assertFalse(kernel.inPlace(0, 0));
        assertTrue(kernel.inPlace(1, 0));
        assertTrue(kernel.inPlace(0, 1));
        Requests.check(((KernelRequest.Region) request).region(), RELATIVE, ABSOLUTE, Operand.random(1, 2000), Operand.random(2, 2000));
    }

    @Test
    void comparisonsAndLogicStayInsideOfAProgram() {
        var code = List.of(new Instruction(new Binary(GT), List.of(0, 1), DType.BOOL), new Instruction(new Binary(LE), List.of(0, 2), DType.BOOL),
                new Instruction(new Binary(AND), List.of(3, 4), DType.BOOL), floats(new Binary(MAX), 1, 2), floats(new Elementwise.Where(), 5, 0, 6));
        Requests.check(new Region(Shape.of(1234), 3, code, List.of(7, 5)), 0, 0, Operand.random(1, 1234), Operand.random(2), Operand.random(3, 1234));
    }

    @Test
    void narrowNumbersAreReadAsFloatsAndFloatsRoundedWhenTheyAreStored() {
        Elementwise narrow = new Elementwise.Cast(DType.BF16);
        var code = List.of(new Instruction(narrow, List.of(0), DType.BF16), floats(new Elementwise.Cast(DType.F32), 2), floats(new Binary(ADD), 3, 1),
                new Instruction(narrow, List.of(4), DType.BF16));
        for (int n : new int[] {1, 15, 33, 5003}) {
            Requests.check(new Region(Shape.of(n), 2, code, List.of(2, 3, 5)), 0, 0, Operand.extreme(1, n), Operand.random(2, n));
        }
        Requests.check(new Region(Shape.of(7, 333), 2, code, List.of(5)), 0, 0, Operand.extreme(1, 7, 333), Operand.random(2, 7, 1));
    }

    @Test
    void aNarrowOperandIsBroadcast() {
        var region = new Region(Shape.of(3, 50, 21), 2, List.of(floats(new Elementwise.Cast(DType.F32), 0), floats(new Binary(SUB), 1, 2)), List.of(3));
        for (int[] shape : new int[][] {{}, {21}, {50, 1}, {3, 1, 1}, {50, 21}}) {
            Requests.check(region, 0, 0, Operand.random(type(DType.BF16, shape), 1), Operand.random(2, 3, 50, 21));
        }
    }

    @Test
    void bytesStandForFloats() {
        for (boolean signed : new boolean[] {false, true}) {
            for (int zero : new int[] {0, 5, 100}) {
                var quantize = new Elementwise.Quantize(signed, 0.0371f, zero);
                var dequantize = new Elementwise.Dequantize(0.0371f, zero);
                var code = List.of(new Instruction(quantize, List.of(0), quantize.to()), floats(dequantize, 1));
                Requests.check(new Region(Shape.of(1037), 1, code, List.of(1, 2)), 0, 0, Operand.extreme(1, 1037));
                Requests.check(new Region(Shape.of(1037), 1, code, List.of(1, 2)), 0, 0, Operand.random(2, 1037));
            }
            DType bytes = signed ? DType.I8 : DType.U8;
            Requests.check(new Elementwise.Cast(bytes), List.of(type(bytes, 333)), 0, 0, Operand.extreme(3, 333));
        }
    }

    @Test
    void otherTypesAreDeclined() {
        TensorType type = type(DType.F64, 4);
        var request = Requests.single(new Unary(ABS), List.of(type), Operand.random(type, 1));
        assertTrue(Requests.ALONE.compile(request).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 15, 4113, 100_000})
    void aGateIsOneLoop(int n) {
        Binary greater = new Binary(GT);
        Operand zero = Operand.floats(new int[0], 0);
        Region gate = new Region(Shape.of(n), 4, List.of(new Instruction(greater, List.of(0, 1), DType.BOOL), floats(new Elementwise.Where(), 4, 2, 3)),
                List.of(5));
        Operand[] operands = {Operand.extreme(1, n), zero, Operand.random(2, n), Operand.floats(new int[] {1}, 7)};
        assertEquals("gate", Requests.SHARED.compile(Requests.region(gate, operands)).orElseThrow().name());
        Requests.check(gate, 0, 0, operands);
        Region sum = new Region(Shape.of(n), 4, List.of(floats(new Binary(ADD), 2, 0), new Instruction(greater, List.of(3, 1), DType.BOOL),
                floats(new Elementwise.Where(), 5, 4, 1)), List.of(6));
        operands = new Operand[] {Operand.random(1, n), zero, Operand.random(2, n), Operand.extreme(3, n)};
        assertEquals("gate", Requests.SHARED.compile(Requests.region(sum, operands)).orElseThrow().name());
        Requests.check(sum, 0, 0, operands);
    }

    @Test
    void whatOnlyLooksLikeAGateIsAProgram() {
        Binary greater = new Binary(GT);
        Operand x = Operand.random(1, 70);
        Operand zero = Operand.floats(new int[0], 0);
        for (Instruction choice : List.of(floats(new Elementwise.Where(), 2, 1, 0), floats(new Elementwise.Where(), 2, 0, 0))) {
            Region region = new Region(Shape.of(70), 2, List.of(new Instruction(greater, List.of(0, 1), DType.BOOL), choice), List.of(3));
            assertTrue(Requests.SHARED.compile(Requests.region(region, x, zero)).orElseThrow().name().startsWith("blocks"));
            Requests.check(region, 0, 0, x, zero);
        }
    }
}
