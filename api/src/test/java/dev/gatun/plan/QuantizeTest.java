package dev.gatun.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.graph.Graph;
import dev.gatun.graph.Graph.Value;
import dev.gatun.graph.GraphBuilder;
import dev.gatun.op.Contraction.MatMul;
import dev.gatun.op.Convolution.Conv;
import dev.gatun.op.Convolution.Geometry;
import dev.gatun.op.Elementwise.Binary;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Elementwise.Unary;
import dev.gatun.op.Elementwise.UnaryFunction;
import dev.gatun.op.Ints;
import dev.gatun.op.Movement.Concat;
import dev.gatun.op.Movement.Expand;
import dev.gatun.op.Movement.Reshape;
import dev.gatun.op.Pooling.MaxPool;
import dev.gatun.op.Pooling.Window;
import dev.gatun.quantization.Calibration;
import dev.gatun.quantization.Calibration.Site;
import dev.gatun.quantization.Range;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Quantization as text: graph in, graph out. Frozen weights are folded, so that what makes their bytes is not seen. */
class QuantizeTest {
    private static final Binary ADD = new Binary(BinaryFunction.ADD);
    private static final Unary RELU = new Unary(UnaryFunction.RELU);
    private static final Conv CONV = new Conv(new Geometry(Ints.of(1, 1), Ints.of(0, 0), Ints.of(0, 0), Ints.of(1, 1), 1));
    private static final Range POSITIVE = new Range(0, 255);
    private static final Range AROUND = new Range(-127, 127);

    private final GraphBuilder b = new GraphBuilder();

    private Value input(int... dims) {
        return b.leaf(TensorType.of(DType.F32, dims), false);
    }

    private Value frozen(int... dims) {
        return b.leaf(TensorType.of(DType.F32, dims), true);
    }

    private static Site site(int channels, Range operand) {
        return new Site(channels, operand, AROUND);
    }

    private static void assertGraph(String expected, Graph graph) {
        assertEquals(expected.strip(), graph.toString().replaceAll("\\[(geometry|window|transposeA)=.*?]\\(", "(")
                .replaceAll("bits=4602678819172646912", ".5").replaceAll("bits=4607182418800017408", "1").replaceAll(", bits=0", " 0"));
    }

    private Graph folded(Graph graph) {
        return Fuse.apply(RepeatCasts.apply(Simplify.apply(FoldConstants.apply(Simplify.apply(graph)).rest())));
    }

    private Graph quantized(Value y, Site... sites) {
        return folded(QuantizeStatically.apply(b.build(List.of(y)), new Calibration(List.of(sites))));
    }

    @Test
    void valuesBetweenProductsAreStoredInBytesAndResultsAreNot() {
        Value x = input(1, 2, 4, 4);
        Value w = frozen(2, 2, 1, 1);
        Value bias = frozen(2, 1, 1);
        Shape shape = Shape.of(1, 2, 4, 4);
        Value h = b.add(RELU, b.add(ADD, b.add(CONV, x, w), b.add(new Expand(shape), bias)));
        assertGraph("""
                %0 = input f32[1, 2, 4, 4]
                %1 = frozen f32[2, 2, 1, 1]
                %2 = frozen f32[2, 1, 1]
                %3 = frozen i8[2, 2, 1, 1]
                %4 = frozen f32[2]
                %5 = scalar[dtype=F32, 1]() : f32[]
                %6 = scalar[dtype=I32 0]() : i32[]
                %7 = quantize[signed=true, scale=1.0, zero=0](%0) : i8[1, 2, 4, 4]
                %8 = quantized_conv(%7, %3, %5, %6, %4) + (%2) \
                {$2 = add($0, $1); $3 = relu($2); $4 = quantize[signed=false, scale=1.0, zero=0]($3); -> $4} : u8[1, 2, 4, 4]
                %9 = quantized_conv(%8, %3, %5, %6, %4) : f32[1, 2, 4, 4]
                return %9
                """, quantized(b.add(CONV, h, w), site(2, AROUND), site(2, POSITIVE)));
    }

    @Test
    void theProjectionOfAShortcutIsAddedFromBytes() {
        Value x = input(1, 2, 4, 4);
        Value w1 = frozen(2, 2, 1, 1);
        Value w2 = frozen(2, 2, 1, 1);
        Value projection = b.add(CONV, x, w1);
        Value y = b.add(RELU, b.add(ADD, b.add(CONV, x, w2), projection));
        assertGraph("""
                %0 = input f32[1, 2, 4, 4]
                %1 = frozen f32[2, 2, 1, 1]
                %2 = frozen f32[2, 2, 1, 1]
                %3 = frozen i8[2, 2, 1, 1]
                %4 = frozen f32[2]
                %5 = frozen i8[2, 2, 1, 1]
                %6 = frozen f32[2]
                %7 = scalar[dtype=F32, 1]() : f32[]
                %8 = scalar[dtype=I32 0]() : i32[]
                %9 = quantize[signed=false, scale=1.0, zero=0](%0) : u8[1, 2, 4, 4]
                %10 = quantized_conv(%9, %3, %7, %8, %4) + () {$1 = quantize[signed=true, scale=1.0, zero=0]($0); -> $1} : i8[1, 2, 4, 4]
                %11 = quantized_conv(%9, %5, %7, %8, %6) + (%10) \
                {$2 = dequantize[scale=1.0, zero=0]($1); $3 = add($0, $2); $4 = relu($3); -> $4} : f32[1, 2, 4, 4]
                return %11
                """, quantized(y, site(2, POSITIVE), site(2, POSITIVE)));
    }

    @Test
    void anIdentityIsAddedFromTheBytesThatAProductReads() {
        Value x = input(1, 2, 4, 4);
        Value w = frozen(2, 2, 1, 1);
        Value h = b.add(RELU, b.add(CONV, x, w));
        Value y = b.add(RELU, b.add(ADD, b.add(CONV, h, w), h));
        assertGraph("""
                %0 = input f32[1, 2, 4, 4]
                %1 = frozen f32[2, 2, 1, 1]
                %2 = frozen i8[2, 2, 1, 1]
                %3 = frozen f32[2]
                %4 = scalar[dtype=F32, 1]() : f32[]
                %5 = scalar[dtype=I32 0]() : i32[]
                %6 = quantize[signed=true, scale=1.0, zero=0](%0) : i8[1, 2, 4, 4]
                %7 = quantized_conv(%6, %2, %4, %5, %3) + () {$1 = relu($0); $2 = quantize[signed=false, scale=1.0, zero=0]($1); -> $2} : u8[1, 2, 4, 4]
                %8 = quantized_conv(%7, %2, %4, %5, %3) + (%7) \
                {$2 = dequantize[scale=1.0, zero=0]($1); $3 = add($0, $2); $4 = relu($3); -> $4} : f32[1, 2, 4, 4]
                return %8
                """, quantized(y, site(2, AROUND), site(2, POSITIVE)));
    }

    @Test
    void poolsAndConcatsWorkOnBytesOfOneGrid() {
        Value x = input(1, 2, 4, 4);
        Value w1 = frozen(2, 2, 1, 1);
        Value w2 = frozen(3, 2, 1, 1);
        Value w3 = frozen(2, 20);
        Window window = new Window(Ints.of(2, 2), Ints.of(2, 2), Ints.of(0, 0), Ints.of(0, 0), Ints.of(1, 1), false);
        Value joined = b.add(new Concat(1), b.add(RELU, b.add(CONV, x, w1)), b.add(RELU, b.add(CONV, x, w2)));
        Value rows = b.add(new Reshape(Shape.of(1, 20)), b.add(new MaxPool(window, false), joined));
        assertGraph("""
                %0 = input f32[1, 2, 4, 4]
                %1 = frozen f32[2, 2, 1, 1]
                %2 = frozen f32[3, 2, 1, 1]
                %3 = frozen f32[2, 20]
                %4 = frozen i8[2, 2, 1, 1]
                %5 = frozen f32[2]
                %6 = frozen i8[3, 2, 1, 1]
                %7 = frozen f32[3]
                %8 = frozen i8[2, 20]
                %9 = frozen f32[2]
                %10 = scalar[dtype=F32, 1]() : f32[]
                %11 = scalar[dtype=I32 0]() : i32[]
                %12 = quantize[signed=true, scale=1.0, zero=0](%0) : i8[1, 2, 4, 4]
                %13 = quantized_conv(%12, %4, %10, %11, %5) + () {$1 = relu($0); $2 = quantize[signed=false, scale=1.0, zero=0]($1); -> $2} : u8[1, 2, 4, 4]
                %14 = quantized_conv(%12, %6, %10, %11, %7) + () {$1 = relu($0); $2 = quantize[signed=false, scale=1.0, zero=0]($1); -> $2} : u8[1, 3, 4, 4]
                %15 = concat[axis=1](%13, %14) : u8[1, 5, 4, 4]
                %16 = max_pool(%15) : u8[1, 5, 2, 2]
                %17 = reshape[shape=[1, 20]](%16) : u8[1, 20]
                %18 = quantized_matmul(%17, %8, %10, %11, %9) : f32[1, 2]
                return %18
                """, quantized(b.add(new MatMul(false, true), rows, w3), site(2, AROUND), site(3, AROUND), site(2, POSITIVE)));
    }

    @Test
    void operandsWhoseRangeIsFoundAtEachCallStayF32() {
        Value x = input(2, 3);
        Value w = frozen(3, 4);
        assertGraph("""
                %0 = input f32[2, 3]
                %1 = frozen f32[3, 4]
                %2 = frozen i8[3, 4]
                %3 = frozen f32[4]
                %4 = abs(%0) : f32[2, 3]
                %5 = max[function=MAX, axes=[0, 1], keepDims=false](%4) : f32[]
                %6 = scalar[dtype=F32, bits=4158027847206421152]() : f32[]
                %7 = scalar[dtype=F32, bits=4638637247447433216]() : f32[]
                %8 = region[](%5, %6, %7) {$3 = max($0, $1); $4 = div($3, $2); -> $4} : f32[]
                %9 = region[2, 3](%0, %8) {$2 = div($0, $1); $3 = round($2); $4 = cast[to=I8]($3); -> $4} : i8[2, 3]
                %10 = scalar[dtype=I32 0]() : i32[]
                %11 = quantized_matmul(%9, %2, %8, %10, %3) + () {$1 = relu($0); -> $1} : f32[2, 4]
                return %11
                """, folded(QuantizeDynamically.apply(b.build(List.of(b.add(RELU, b.add(new MatMul(false, false), x, w)))))));
    }

    @Test
    void weightsThatChangeAreNotQuantized() {
        Value x = input(2, 3);
        Value w = input(3, 4);
        Graph graph = b.build(List.of(b.add(new MatMul(false, false), x, w)));
        assertEquals(graph, QuantizeStatically.apply(graph, new Calibration(List.of())));
        assertEquals(graph, QuantizeDynamically.apply(graph));
    }

    @Test
    void theCalibrationOfAnotherFunctionIsRefused() {
        Value x = input(2, 3);
        Graph graph = b.build(List.of(b.add(new MatMul(false, false), x, frozen(3, 4))));
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> QuantizeStatically.apply(graph, new Calibration(List.of(site(5, AROUND)))));
        assertEquals("quantized: the products of this function have [4] output channels but those of the calibration [5]; calibrate this function itself",
                e.getMessage());
    }

    @Test
    void aGridIsTheFinestThatCoversTheRange() {
        assertEquals(new Grid(false, 1, 0), Grid.of(new Range(0, 255)));
        assertEquals(new Grid(false, 1, 0), Grid.of(new Range(3, 255)));
        assertEquals(new Grid(true, 1, 0), Grid.of(new Range(-127, 100)));
        assertEquals(new Grid(false, 1, 55), Grid.of(new Range(-55, 200)));
        assertEquals(new Grid(false, 1e-30f / 255, 0), Grid.of(new Range(0, 0)));
    }
}
