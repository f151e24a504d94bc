package dev.gatun.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.ffi.dnnl.Dnnl;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Elementwise.UnaryFunction;
import dev.gatun.op.Fused;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PostOpsTest {
    private static final TensorType Y = TensorType.of(DType.F32, 2, 8, 5, 5);
    private static final TensorType BIAS = TensorType.of(DType.F32, 8, 1, 1);

    @BeforeAll
    static void load() {
        Library.load();
    }

    private static Fused.Instruction add(int a, int b) {
        return new Fused.Instruction(new Elementwise.Binary(BinaryFunction.ADD), List.of(a, b), DType.F32);
    }

    private static Fused.Instruction unary(UnaryFunction f, int a) {
        return new Fused.Instruction(new Elementwise.Unary(f), List.of(a), DType.F32);
    }

    private static Fused.Region region(int inputs, Fused.Instruction... code) {
        return new Fused.Region(Shape.of(2, 8, 5, 5), inputs, List.of(code), List.of(inputs + code.length - 1));
    }

    @Test
    void aBiasAResidualAndAReluAreOneChain() {
        PostOps chain = PostOps.of(region(3, add(0, 1), add(2, 3), unary(UnaryFunction.RELU, 4)), List.of(Y, BIAS, Y), 1).orElseThrow();
        assertEquals(1, chain.bias());
        assertEquals(2, chain.steps().size());
        assertEquals(new PostOps.With(Dnnl.dnnl_binary_add(), 2), chain.steps().getFirst());
        assertTrue(chain.hasRelu());
    }

    @Test
    void aShortcutThatBringsItsOwnBiasIsAddedOneByOne() {
        PostOps chain = PostOps.of(region(4, add(0, 1), add(2, 3), add(4, 5)), List.of(Y, BIAS, Y, BIAS), 1).orElseThrow();
        assertEquals(1, chain.bias());
        assertEquals(List.of(new PostOps.With(Dnnl.dnnl_binary_add(), 2), new PostOps.With(Dnnl.dnnl_binary_add(), 3)), chain.steps());
        assertEquals(Attributes.postOpArgument(1), chain.argumentOf(3));
    }

    @Test
    void aResidualMayLieInTheResultsMemoryButNoBiasAndNoOtherSize() {
        PostOps chain = PostOps.of(region(3, add(0, 1), add(2, 3), unary(UnaryFunction.RELU, 4)), List.of(Y, BIAS, Y), 1).orElseThrow();
        PostOps adding = chain.overwriting(List.of(Y, BIAS, Y), Y).orElseThrow();
        assertEquals(List.of(new PostOps.Sum(2, DataType.F32), PostOps.RELU), adding.steps());
        assertEquals(2, adding.overwritten());
        assertEquals(PostOps.NONE, chain.overwritten());
        assertTrue(chain.overwriting(List.of(Y, BIAS, Y), Y.with(DType.BF16)).isEmpty());
        PostOps biases = PostOps.of(region(3, add(0, 1), add(2, 3)), List.of(Y, BIAS, BIAS), 1).orElseThrow();
        assertTrue(biases.overwriting(List.of(Y, BIAS, BIAS), Y).isEmpty());
    }

    @Test
    void aProgramThatReadsTheResultTwiceIsNoChain() {
        var mul = new Fused.Instruction(new Elementwise.Binary(BinaryFunction.MUL), List.of(0, 1), DType.F32);
        assertTrue(PostOps.of(region(1, unary(UnaryFunction.SIGMOID, 0), mul), List.of(Y), 1).isEmpty());
        assertTrue(PostOps.of(region(1, add(0, 0)), List.of(Y), 1).isEmpty());
    }

    @Test
    void anOperandThatIsReadTwiceIsNoChain() {
        assertTrue(PostOps.of(region(2, add(0, 1), add(2, 1)), List.of(Y, Y), 1).isEmpty());
    }

    @Test
    void functionsWhosePostOpsLoseNotANumberAreNoChain() {
        for (UnaryFunction f : List.of(UnaryFunction.EXP, UnaryFunction.LOG, UnaryFunction.RSQRT)) {
            assertTrue(PostOps.of(region(1, unary(f, 0)), List.of(Y), 1).isEmpty(), f.label());
        }
        var max = new Fused.Instruction(new Elementwise.Binary(BinaryFunction.MAX), List.of(0, 1), DType.F32);
        assertTrue(PostOps.of(region(2, max), List.of(Y, Y), 1).isEmpty());
    }

    private static Fused.Instruction to(DType dtype, int a) {
        return new Fused.Instruction(new Elementwise.Cast(dtype), List.of(a), dtype);
    }

    private static PostOps.Function linear(double alpha, double beta) {
        return new PostOps.Function(Dnnl.dnnl_eltwise_linear(), (float) alpha, (float) beta);
    }

    @Test
    void castsOfANarrowProductAreNoSteps() {
        TensorType narrow = Y.with(DType.BF16);
        var code = region(3, to(DType.F32, 0), add(3, 1), to(DType.F32, 2), add(4, 5), unary(UnaryFunction.RELU, 6), to(DType.BF16, 7));
        PostOps chain = PostOps.of(code, List.of(narrow, BIAS, narrow), 1).orElseThrow();
        assertEquals(1, chain.bias());
        assertEquals(List.of(new PostOps.With(Dnnl.dnnl_binary_add(), 2), PostOps.RELU), chain.steps());
    }

    @Test
    void whatIsComputedOnAfterItWasRoundedIsNoChain() {
        assertTrue(PostOps.of(region(1, to(DType.BF16, 0), to(DType.F32, 1), unary(UnaryFunction.RELU, 2)), List.of(Y), 1).isEmpty());
    }

    @Test
    void aReluBeforeBytesFromZeroOnIsLeftOut() {
        var quantize = new Fused.Instruction(new Elementwise.Quantize(false, 0.25f, 0), List.of(3), DType.U8);
        PostOps chain = PostOps.of(region(2, add(0, 1), unary(UnaryFunction.RELU, 2), quantize), List.of(Y, BIAS), 1).orElseThrow();
        assertEquals(1, chain.bias());
        assertEquals(List.of(linear(4, 0)), chain.steps());
    }

    @Test
    void bytesAreAddedInTheirOwnUnits() {
        var dequantize = new Fused.Instruction(new Elementwise.Dequantize(0.5f, 3), List.of(1), DType.F32);
        var quantize = new Fused.Instruction(new Elementwise.Quantize(false, 0.25f, 0), List.of(7), DType.U8);
        var code = region(3, dequantize, add(0, 3), add(4, 2), unary(UnaryFunction.RELU, 5), to(DType.F32, 6), quantize);
        PostOps chain = PostOps.of(code, List.of(Y, Y.with(DType.U8), BIAS), 1).orElseThrow();
        assertEquals(2, chain.bias());
        assertEquals(List.of(linear(2, -3), new PostOps.With(Dnnl.dnnl_binary_add(), 1), linear(2, 0)), chain.steps());
    }
}
