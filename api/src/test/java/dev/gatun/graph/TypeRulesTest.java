package dev.gatun.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Contraction.MatMul;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Elementwise.Binary;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Elementwise.Unary;
import dev.gatun.op.Elementwise.UnaryFunction;
import dev.gatun.op.Fused;
import dev.gatun.op.Indexing;
import dev.gatun.op.Indexing.ScatterFunction;
import dev.gatun.op.Ints;
import dev.gatun.op.Movement;
import dev.gatun.op.Op;
import dev.gatun.op.Random;
import dev.gatun.op.Random.Distribution;
import dev.gatun.op.Reduction;
import dev.gatun.op.Reduction.ReduceFunction;
import dev.gatun.op.Source;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class TypeRulesTest {
    static TensorType f32(int... dims) {
        return TensorType.of(DType.F32, dims);
    }

    static TensorType of(DType dtype, int... dims) {
        return TensorType.of(dtype, dims);
    }

    /** The results of an op as text, e.g. {@code f32[2, 3], i64[2, 3]}. */
    static String types(Op op, TensorType... inputs) {
        return TypeRules.infer(op, List.of(inputs)).stream().map(TensorType::toString).collect(Collectors.joining(", "));
    }

    static void refused(String message, Op op, TensorType... inputs) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, () -> TypeRules.infer(op, List.of(inputs))).getMessage());
    }

    @Test
    void elementwiseOpsKeepTheTypeAndComparisonsGiveBool() {
        assertEquals("f32[2, 3]", types(new Binary(BinaryFunction.ADD), f32(2, 3), f32(2, 3)));
        assertEquals("bool[2, 3]", types(new Binary(BinaryFunction.LE), f32(2, 3), f32(2, 3)));
        assertEquals("bool[]", types(new Binary(BinaryFunction.EQ), of(DType.BOOL), of(DType.BOOL)));
        assertEquals("f16[4]", types(new Unary(UnaryFunction.EXP), of(DType.F16, 4)));
        assertEquals("bool[4]", types(new Unary(UnaryFunction.IS_NAN), f32(4)));
        assertEquals("u8[4]", types(new Elementwise.Cast(DType.U8), f32(4)));
        assertEquals("i32[4]", types(new Elementwise.Where(), of(DType.BOOL, 4), of(DType.I32, 4), of(DType.I32, 4)));
    }

    @Test
    void mixedTypesAreRefusedWithTheCastToWrite() {
        refused("add: a is f32 and b is f64; types must be equal, write b.cast(DType.F32)", new Binary(BinaryFunction.ADD), f32(2), of(DType.F64, 2));
        refused("matmul: a is bf16 and b is f32; types must be equal, write b.cast(DType.BF16)", new MatMul(false, false), of(DType.BF16, 2, 2), f32(2, 2));
        refused("where: a is f32 and b is i32; types must be equal, write b.cast(DType.F32)", new Elementwise.Where(), of(DType.BOOL, 2), f32(2),
                of(DType.I32, 2));
    }

    @Test
    void functionsRefuseTypesOnWhichTheyHaveNoMeaning() {
        refused("exp: x is i32 but must be floating, write x.cast(DType.F32)", new Unary(UnaryFunction.EXP), of(DType.I32, 2));
        refused("neg: x is u8 but must be floating or a signed integer, write x.cast(DType.I32)", new Unary(UnaryFunction.NEG), of(DType.U8, 2));
        refused("logical_not: x is i32 but must be bool, write x.cast(DType.BOOL)", new Unary(UnaryFunction.LOGICAL_NOT), of(DType.I32, 2));
        refused("bitwise_not: x is f32 but must be an integer type, write x.cast(DType.I32)", new Unary(UnaryFunction.BITWISE_NOT), f32(2));
        refused("add: a is bool but must be floating or integer, write a.cast(DType.I32)", new Binary(BinaryFunction.ADD), of(DType.BOOL),
                of(DType.BOOL));
        refused("and: a is f32 but must be an integer type or bool, write a.cast(DType.BOOL)", new Binary(BinaryFunction.AND), f32(), f32());
        refused("shift_left: a is bool but must be an integer type, write a.cast(DType.I32)", new Binary(BinaryFunction.SHIFT_LEFT), of(DType.BOOL),
                of(DType.BOOL));
        refused("where: c is f32 but must be bool, write c.cast(DType.BOOL)", new Elementwise.Where(), f32(2), f32(2), f32(2));
    }

    @Test
    void elementwiseOperandsMustHaveOneShape() {
        refused("add: a[2, 3] and b[3]: shapes must be equal, expand the smaller first", new Binary(BinaryFunction.ADD), f32(2, 3), f32(3));
    }

    @Test
    void aWrongNumberOfOperandsIsRefused() {
        refused("matmul: takes 2 operands (a, b) but got 1", new MatMul(false, false), f32(2, 2));
        refused("iota: takes no operands but got 1", new Source.Iota(DType.I64, 3), f32(2, 2));
        refused("exp: takes 1 operand (x) but got 2", new Unary(UnaryFunction.EXP), f32(2), f32(2));
    }

    @Test
    void constantsAndCounters() {
        assertEquals("f64[]", types(Source.Scalar.of(DType.F64, 1.5)));
        assertEquals("i64[5]", types(new Source.Iota(DType.I64, 5)));
        refused("iota: the last of 257 integers does not fit into u8", new Source.Iota(DType.U8, 257));
        refused("iota: size must not be negative, got -1", new Source.Iota(DType.U8, -1));
        refused("iota: bool has no integers to count with, choose DType.I64", new Source.Iota(DType.BOOL, 2));
    }

    @Test
    void matMulKeepsLeadingAxesAndHonoursTransposes() {
        assertEquals("f32[3, 5]", types(new MatMul(false, false), f32(3, 4), f32(4, 5)));
        assertEquals("f32[7, 3, 5]", types(new MatMul(true, true), f32(7, 4, 3), f32(7, 5, 4)));
        assertEquals("i32[3, 5]", types(new MatMul(false, false), of(DType.I32, 3, 0), of(DType.I32, 0, 5)));
    }

    @Test
    void matMulSaysWhichSizesDisagree() {
        refused("matmul: a[3, 4] x b[3, 4]: a has 4 columns but b has 3 rows", new MatMul(false, false), f32(3, 4), f32(3, 4));
        refused("matmul: a[3, 4] x b[5, 6]: aᵀ has 3 columns but bᵀ has 6 rows", new MatMul(true, true), f32(3, 4), f32(5, 6));
        refused("matmul: a[2, 3, 4] x b[4, 5]: a has 3 axes but b has 2", new MatMul(false, false), f32(2, 3, 4), f32(4, 5));
        refused("matmul: a[2, 3, 4] x b[6, 4, 5]: the leading axes are [2] and [6] but must be equal", new MatMul(false, false), f32(2, 3, 4), f32(6, 4, 5));
        refused("matmul: a[4] x b[4]: each needs at least 2 axes, reshape a vector to a row or a column", new MatMul(false, false), f32(4), f32(4));
    }

    @Test
    void reductionsDropOrKeepTheirAxes() {
        assertEquals("f32[3]", types(new Reduction.Reduce(ReduceFunction.SUM, Ints.of(0, 2), false), f32(2, 3, 4)));
        assertEquals("f32[1, 3, 1]", types(new Reduction.Reduce(ReduceFunction.SUM, Ints.of(0, 2), true), f32(2, 3, 4)));
        assertEquals("bool[2]", types(new Reduction.Reduce(ReduceFunction.MAX, Ints.of(1), false), of(DType.BOOL, 2, 0)));
        assertEquals("i64[2, 1]", types(new Reduction.ArgReduce(true, 1, true, false), f32(2, 3)));
        assertEquals("i64[2]", types(new Reduction.ArgReduce(true, 1, false, false), f32(2, 3)));
        assertEquals("f32[2, 3]", types(new Reduction.Cumulative(ReduceFunction.PROD, 1, true, true), f32(2, 3)));
    }

    @Test
    void reductionsRefuseWrongAxes() {
        refused("sum: axis 2 is outside of x[2, 3], whose axes are 0 to 1", new Reduction.Reduce(ReduceFunction.SUM, Ints.of(2), false), f32(2, 3));
        refused("sum: axes must be distinct and ascending, got [1, 1]", new Reduction.Reduce(ReduceFunction.SUM, Ints.of(1, 1), false), f32(2, 3));
        refused("sum: x is bool but must be floating or integer, write x.cast(DType.I32)", new Reduction.Reduce(ReduceFunction.SUM, Ints.of(0), false),
                of(DType.BOOL, 2));
        refused("argmin: axis 1 of x[2, 0] is empty: there is no largest or smallest element", new Reduction.ArgReduce(false, 1, false, false), f32(2, 0));
        refused("argmax: axis 0 is outside of x[], whose axes are none", new Reduction.ArgReduce(true, 0, false, false), f32());
        refused("cummax: runs a sum or a product, not max", new Reduction.Cumulative(ReduceFunction.MAX, 0, false, false), f32(2));
    }

    @Test
    void movementsGiveTheShapesThatTheyName() {
        assertEquals("f32[6]", types(new Movement.Reshape(Shape.of(6)), f32(2, 3)));
        assertEquals("f32[4, 2, 3]", types(new Movement.Permute(Ints.of(2, 0, 1)), f32(2, 3, 4)));
        assertEquals("f32[5, 2, 3]", types(new Movement.Expand(Shape.of(5, 2, 3)), f32(2, 1)));
        assertEquals("f32[2, 2]", types(new Movement.Slice(Ints.of(1, 3), Ints.of(2, 2), Ints.of(1, -2)), f32(3, 4)));
        assertEquals("f32[0]", types(new Movement.Slice(Ints.of(3), Ints.of(0), Ints.of(1)), f32(3)));
        assertEquals("f32[10]", types(new Movement.Pad(Ints.of(1), Ints.of(2), Ints.of(2)), f32(3), f32()));
        assertEquals("f32[4]", types(new Movement.Pad(Ints.of(1), Ints.of(3), Ints.of(2)), f32(0), f32()));
        assertEquals("f32[2, 5]", types(new Movement.Concat(1), f32(2, 3), f32(2, 2)));
        assertEquals("f32[2, 3]", types(new Movement.Detach(), f32(2, 3)));
    }

    @Test
    void movementsRefuseWhatDoesNotFit() {
        refused("reshape: x[2, 3] has 6 elements but [5] has 5", new Movement.Reshape(Shape.of(5)), f32(2, 3));
        refused("permute: axes [0, 0] are not a permutation of the 2 axes of x[2, 3]", new Movement.Permute(Ints.of(0, 0)), f32(2, 3));
        refused("expand: x[2, 3] does not expand to [3, 3]: from the right, each size must be equal or 1 in x", new Movement.Expand(Shape.of(3, 3)), f32(2, 3));
        refused("slice: positions 1 to 3 along axis 0 are outside of x[3]", new Movement.Slice(Ints.of(1), Ints.of(3), Ints.of(1)), f32(3));
        refused("slice: positions 1 to -1 along axis 0 are outside of x[3]", new Movement.Slice(Ints.of(1), Ints.of(2), Ints.of(-2)), f32(3));
        refused("slice: the step along axis 0 is 0", new Movement.Slice(Ints.of(1), Ints.of(2), Ints.of(0)), f32(3));
        refused("slice: the size along axis 0 must not be negative, got -2", new Movement.Slice(Ints.of(1), Ints.of(-2), Ints.of(1)), f32(3));
        refused("slice: starts [1] must have an entry for each of the 2 axes of x[3, 3]", new Movement.Slice(Ints.of(1), Ints.of(1), Ints.of(1)), f32(3, 3));
        refused("pad: padding along axis 0 must not be negative, got -1 before, 0 after, 0 between; cut with a slice",
                new Movement.Pad(Ints.of(-1), Ints.of(0), Ints.of(0)), f32(3), f32());
        refused("pad: value[1] has 1 axes but must have 0: a scalar", new Movement.Pad(Ints.of(1), Ints.of(0), Ints.of(0)), f32(3), f32(1));
        refused("pad: axis 0 of the result would have 2147483650 positions, an axis holds at most 2147483647",
                new Movement.Pad(Ints.of(Integer.MAX_VALUE), Ints.of(0), Ints.of(0)), f32(3), f32());
        refused("concat: x0[2, 3] and x1[3, 3]: sizes must be equal on all axes but 1", new Movement.Concat(1), f32(2, 3), f32(3, 3));
        refused("concat: x0[2, 3] and x1[3]: sizes must be equal on all axes but 1", new Movement.Concat(1), f32(2, 3), f32(3));
        refused("concat: needs at least one operand", new Movement.Concat(0));
    }

    @Test
    void gathersReplaceAxesByThoseOfTheIndices() {
        TensorType i = of(DType.I64, 5, 6);
        assertEquals("f32[2, 5, 6, 4]", types(new Indexing.Gather(1), f32(2, 3, 4), i));
        assertEquals("f32[2, 3, 4]", types(new Indexing.Scatter(1, ScatterFunction.ADD), f32(2, 3, 4), i, f32(2, 5, 6, 4)));
        assertEquals("f32[2, 9]", types(new Indexing.GatherElements(1), f32(2, 3), of(DType.I32, 2, 9)));
        assertEquals("f32[2, 3]", types(new Indexing.ScatterElements(1, ScatterFunction.SET), f32(2, 3), of(DType.I32, 1, 9), f32(1, 9)));
        assertEquals("f32[7, 4]", types(new Indexing.GatherNd(0), f32(2, 3, 4), of(DType.I64, 7, 2)));
        assertEquals("f32[2, 7, 4]", types(new Indexing.GatherNd(1), f32(2, 3, 4), of(DType.I64, 2, 7, 1)));
        assertEquals("f32[2, 3, 4]", types(new Indexing.ScatterNd(ScatterFunction.MAX), f32(2, 3, 4), of(DType.I64, 7, 2), f32(7, 4)));
        assertEquals("f32[2, 2], i64[2, 2]", types(new Indexing.TopK(2, 1, true), f32(2, 3)));
    }

    @Test
    void indexingRefusesWhatDoesNotFit() {
        refused("gather: indices is f32 but must be i32 or i64, write indices.cast(DType.I64)", new Indexing.Gather(0), f32(2), f32(2));
        refused("scatter_add: updates[2] must be [5]: axis 0 of x[3] replaced by those of indices[5]", new Indexing.Scatter(0, ScatterFunction.ADD),
                f32(3), of(DType.I64, 5), f32(2));
        refused("gather_elements: indices[4, 1] is larger than x[3, 1] on axis 0", new Indexing.GatherElements(1), f32(3, 1), of(DType.I64, 4, 1));
        refused("gather_nd: indices[7, 3] holds tuples of 3 indices but x[2, 3] has 2 axes to index", new Indexing.GatherNd(0), f32(2, 3),
                of(DType.I64, 7, 3));
        refused("gather_nd: batchDims is 2 but must be at least 0 and less than the ranks of x[2, 3] and indices[2, 3]", new Indexing.GatherNd(2), f32(2, 3),
                of(DType.I64, 2, 3));
        refused("gather_nd: x[2, 3] and indices[4, 1] must agree on the first 1 axes", new Indexing.GatherNd(1), f32(2, 3), of(DType.I64, 4, 1));
        refused("top_k: k is 4 but axis 0 of x[3] has 3 elements", new Indexing.TopK(4, 0, true), f32(3));
        refused("scatter_nd_mul: x is bool but must be floating or integer, write x.cast(DType.I32)", new Indexing.ScatterNd(ScatterFunction.MUL),
                of(DType.BOOL, 2), of(DType.I64, 1, 1), of(DType.BOOL, 1));
    }

    @Test
    void randomNumbersNeedASeedAndAStream() {
        assertEquals("u32[3]", types(new Random.Draw(Distribution.BITS, Shape.of(3)), of(DType.I64, 2)));
        assertEquals("f32[3]", types(new Random.Draw(Distribution.NORMAL, Shape.of(3)), of(DType.I64, 2)));
        refused("random_uniform: key[3] must be [2]: seed and stream", new Random.Draw(Distribution.UNIFORM, Shape.of(3)), of(DType.I64, 3));
        refused("random_uniform: key is f32 but must be i64, write key.cast(DType.I64)", new Random.Draw(Distribution.UNIFORM, Shape.of(3)), f32(2));
    }

    @Test
    void regionsGiveTheirShapeAndEpiloguesTheOtherResultsOfTheRoot() {
        Fused.Instruction add = new Fused.Instruction(new Binary(BinaryFunction.ADD), List.of(0, 1), DType.F32);
        Fused.Instruction less = new Fused.Instruction(new Binary(BinaryFunction.LT), List.of(2, 0), DType.BOOL);
        Fused.Region region = new Fused.Region(Shape.of(2, 3), 2, List.of(add, less), List.of(3, 2, 0));
        assertEquals("bool[2, 3], f32[2, 3], f32[2, 3]", types(region, f32(2, 3), f32(3)));
        assertEquals("bool[2, 3], f32[2, 3], f32[2, 3]", types(new Fused.Epilogue(new MatMul(false, false), 2, region), f32(2, 4), f32(4, 3), f32(1)));
        assertEquals("bool[2, 3], f32[2, 3], f32[2, 3], i64[2, 3]", types(new Fused.Epilogue(new Indexing.TopK(3, 1, true), 1, region), f32(2, 9), f32(1)));
        refused("region: operand f32[4] does not expand to [2, 3]", region, f32(2, 3), f32(4));
    }
}
