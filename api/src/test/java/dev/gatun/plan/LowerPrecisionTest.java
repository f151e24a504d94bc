package dev.gatun.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.graph.Graph;
import dev.gatun.graph.Graph.Value;
import dev.gatun.graph.GraphBuilder;
import dev.gatun.graph.TypeRules;
import dev.gatun.op.Contraction.MatMul;
import dev.gatun.op.Convolution.Conv;
import dev.gatun.op.Convolution.Geometry;
import dev.gatun.op.Elementwise.Binary;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Elementwise.Cast;
import dev.gatun.op.Elementwise.Unary;
import dev.gatun.op.Elementwise.UnaryFunction;
import dev.gatun.op.Ints;
import dev.gatun.op.Movement.Expand;
import dev.gatun.op.Normalization.BatchNorm;
import dev.gatun.op.Normalization.Softmax;
import dev.gatun.op.Pooling.MaxPool;
import dev.gatun.op.Pooling.Window;
import dev.gatun.op.Reduction.Reduce;
import dev.gatun.op.Reduction.ReduceFunction;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Lowering to BF16 as text: graph in, graph out. */
class LowerPrecisionTest {
    private static final Binary ADD = new Binary(BinaryFunction.ADD);
    private static final Binary MUL = new Binary(BinaryFunction.MUL);
    private static final Unary RELU = new Unary(UnaryFunction.RELU);
    private static final MatMul MATMUL = new MatMul(false, false);
    private static final Conv CONV = new Conv(new Geometry(Ints.of(1, 1), Ints.of(0, 0), Ints.of(0, 0), Ints.of(1, 1), 1));

    private final GraphBuilder b = new GraphBuilder();

    private Value input(int... dims) {
        return b.leaf(TensorType.of(DType.F32, dims), false);
    }

    private Value frozen(int... dims) {
        return b.leaf(TensorType.of(DType.F32, dims), true);
    }

    private static void assertGraph(String expected, Graph graph) {
        assertEquals(expected.strip(), graph.toString().replaceAll("\\[(geometry|window|transposeA)=.*?]\\(", "("));
    }

    private static Graph lowered(Graph graph) {
        return RepeatCasts.apply(Simplify.apply(LowerPrecision.apply(graph, DType.BF16)));
    }

    @Test
    void productsAreNarrowAndWhatTheUserSeesIsNot() {
        Value x = input(2, 3);
        Value w = frozen(3, 4);
        assertGraph("""
                %0 = input f32[2, 3]
                %1 = frozen f32[3, 4]
                %2 = cast[to=BF16](%0) : bf16[2, 3]
                %3 = cast[to=BF16](%1) : bf16[3, 4]
                %4 = matmul(%2, %3) : bf16[2, 4]
                %5 = cast[to=F32](%4) : f32[2, 4]
                return %5
                """, lowered(b.build(List.of(b.add(MATMUL, x, w)))));
    }

    @Test
    void biasAndResidualAreAddedInF32AndTheSumIsStoredOnce() {
        Value x = input(1, 4, 8, 8);
        Value w1 = frozen(4, 4, 1, 1);
        Value w2 = frozen(4, 4, 1, 1);
        Value bias = frozen(4, 1, 1);
        Shape shape = Shape.of(1, 4, 8, 8);
        Value first = b.add(RELU, b.add(CONV, x, w1));
        Value sum = b.add(ADD, b.add(CONV, first, w2), b.add(new Expand(shape), bias));
        Value y = b.add(RELU, b.add(ADD, sum, first));
        Value last = b.add(CONV, y, w1);
        Graph graph = lowered(b.build(List.of(last)));
        assertGraph("""
                %0 = input f32[1, 4, 8, 8]
                %1 = frozen f32[4, 4, 1, 1]
                %2 = frozen f32[4, 4, 1, 1]
                %3 = frozen f32[4, 1, 1]
                %4 = cast[to=BF16](%0) : bf16[1, 4, 8, 8]
                %5 = cast[to=BF16](%1) : bf16[4, 4, 1, 1]
                %6 = conv(%4, %5) : bf16[1, 4, 8, 8]
                %7 = cast[to=F32](%6) : f32[1, 4, 8, 8]
                %8 = relu(%7) : f32[1, 4, 8, 8]
                %9 = cast[to=BF16](%8) : bf16[1, 4, 8, 8]
                %10 = cast[to=BF16](%2) : bf16[4, 4, 1, 1]
                %11 = conv(%9, %10) : bf16[1, 4, 8, 8]
                %12 = expand[shape=[1, 4, 8, 8]](%3) : f32[1, 4, 8, 8]
                %13 = cast[to=F32](%11) : f32[1, 4, 8, 8]
                %14 = add(%13, %12) : f32[1, 4, 8, 8]
                %15 = cast[to=F32](%9) : f32[1, 4, 8, 8]
                %16 = add(%14, %15) : f32[1, 4, 8, 8]
                %17 = relu(%16) : f32[1, 4, 8, 8]
                %18 = cast[to=BF16](%17) : bf16[1, 4, 8, 8]
                %19 = conv(%18, %5) : bf16[1, 4, 8, 8]
                %20 = cast[to=F32](%19) : f32[1, 4, 8, 8]
                return %20
                """, graph);
        assertGraph("""
                %0 = input f32[1, 4, 8, 8]
                %1 = frozen f32[4, 4, 1, 1]
                %2 = frozen f32[4, 4, 1, 1]
                %3 = frozen f32[4, 1, 1]
                %4 = cast[to=BF16](%0) : bf16[1, 4, 8, 8]
                %5 = cast[to=BF16](%1) : bf16[4, 4, 1, 1]
                %6 = conv(%4, %5) + () {$1 = cast[to=F32]($0); $2 = relu($1); $3 = cast[to=BF16]($2); -> $3} : bf16[1, 4, 8, 8]
                %7 = cast[to=BF16](%2) : bf16[4, 4, 1, 1]
                %8 = conv(%6, %7) + (%3, %6) {$3 = cast[to=F32]($0); $4 = add($3, $1); \
                $5 = cast[to=F32]($2); $6 = add($4, $5); $7 = relu($6); $8 = cast[to=BF16]($7); -> $8} : bf16[1, 4, 8, 8]
                %9 = conv(%8, %5) + () {$1 = cast[to=F32]($0); -> $1} : f32[1, 4, 8, 8]
                return %9
                """, Fuse.apply(graph));
    }

    @Test
    void poolsFollowAndSoftmaxAndSumsDoNot() {
        Value x = input(1, 1, 4, 4);
        Value w = frozen(2, 1, 1, 1);
        Window window = new Window(Ints.of(2, 2), Ints.of(2, 2), Ints.of(0, 0), Ints.of(0, 0), Ints.of(1, 1), false);
        Value pooled = b.add(new MaxPool(window, false), b.add(CONV, x, w));
        Value p = b.add(new Softmax(1), pooled);
        Value sum = b.add(new Reduce(ReduceFunction.SUM, Ints.of(2, 3), false), p);
        assertGraph("""
                %0 = input f32[1, 1, 4, 4]
                %1 = frozen f32[2, 1, 1, 1]
                %2 = cast[to=BF16](%0) : bf16[1, 1, 4, 4]
                %3 = cast[to=BF16](%1) : bf16[2, 1, 1, 1]
                %4 = conv(%2, %3) : bf16[1, 2, 4, 4]
                %5 = max_pool(%4) : bf16[1, 2, 2, 2]
                %6 = cast[to=F32](%5) : f32[1, 2, 2, 2]
                %7 = softmax[axis=1](%6) : f32[1, 2, 2, 2]
                %8 = sum[function=SUM, axes=[2, 3], keepDims=false](%7) : f32[1, 2]
                return %8
                """, lowered(b.build(List.of(sum))));
    }

    @Test
    void batchNormKeepsItsStatisticsInF32() {
        Value x = input(2, 1, 4, 4);
        Value w = input(2, 1, 1, 1);
        Value scale = input(2);
        Value bias = input(2);
        Value y = b.add(CONV, x, w);
        BatchNorm norm = new BatchNorm(1e-5);
        List<Value> results = b.addAll(norm, List.of(y, scale, bias), TypeRules.infer(norm, List.of(b.type(y), b.type(scale), b.type(bias))));
        assertGraph("""
                %0 = input f32[2, 1, 4, 4]
                %1 = input f32[2, 1, 1, 1]
                %2 = input f32[2]
                %3 = input f32[2]
                %4 = cast[to=BF16](%0) : bf16[2, 1, 4, 4]
                %5 = cast[to=BF16](%1) : bf16[2, 1, 1, 1]
                %6 = conv(%4, %5) : bf16[2, 2, 4, 4]
                %7 = batch_norm[epsilon=1.0E-5](%6, %2, %3) : bf16[2, 2, 4, 4], f32[2], f32[2]
                %8 = cast[to=F32](%7.0) : f32[2, 2, 4, 4]
                return %8, %7.1, %7.2
                """, lowered(b.build(results)));
    }

    @Test
    void anUpdateIsComputedInF32() {
        Value x = input(3, 2);
        Value dy = input(3, 2);
        Value w = input(2, 2);
        Value rate = input();
        Value dw = b.add(new MatMul(true, false), x, dy);
        Value step = b.add(MUL, dw, b.add(new Expand(Shape.of(2, 2)), rate));
        Value next = b.add(ADD, w, step);
        Value norm = b.add(new Reduce(ReduceFunction.SUM, Ints.of(0, 1), false), b.add(MUL, step, step));
        assertGraph("""
                %0 = input f32[3, 2]
                %1 = input f32[3, 2]
                %2 = input f32[2, 2]
                %3 = input f32[]
                %4 = cast[to=BF16](%0) : bf16[3, 2]
                %5 = cast[to=BF16](%1) : bf16[3, 2]
                %6 = matmul(%4, %5) : bf16[2, 2]
                %7 = expand[shape=[2, 2]](%3) : f32[2, 2]
                %8 = cast[to=F32](%6) : f32[2, 2]
                %9 = mul(%8, %7) : f32[2, 2]
                %10 = add(%2, %9) : f32[2, 2]
                %11 = mul(%9, %9) : f32[2, 2]
                %12 = sum[function=SUM, axes=[0, 1], keepDims=false](%11) : f32[]
                return %10, %12
                """, lowered(b.build(List.of(next, norm))));
    }

    @Test
    void scalesThatComeFromParametersAreNotRounded() {
        Value x = input(2, 3);
        Value w = frozen(3, 3);
        Value rate = input();
        Value scale = b.add(new Unary(UnaryFunction.EXP), rate);
        Value y = b.add(MUL, b.add(MATMUL, x, w), b.add(new Expand(Shape.of(2, 3)), scale));
        assertGraph("""
                %0 = input f32[2, 3]
                %1 = frozen f32[3, 3]
                %2 = input f32[]
                %3 = exp(%2) : f32[]
                %4 = cast[to=BF16](%0) : bf16[2, 3]
                %5 = cast[to=BF16](%1) : bf16[3, 3]
                %6 = matmul(%4, %5) : bf16[2, 3]
                %7 = expand[shape=[2, 3]](%3) : f32[2, 3]
                %8 = cast[to=F32](%6) : f32[2, 3]
                %9 = mul(%8, %7) : f32[2, 3]
                %10 = cast[to=BF16](%9) : bf16[2, 3]
                %11 = matmul(%10, %5) : bf16[2, 3]
                %12 = cast[to=F32](%11) : f32[2, 3]
                return %12
                """, lowered(b.build(List.of(b.add(MATMUL, y, w)))));
    }

    @Test
    void castsThereAndBackAreDropped() {
        Value x = b.leaf(TensorType.of(DType.BF16, 2), false);
        Value y = b.add(new Cast(DType.BF16), b.add(new Cast(DType.F32), x));
        Value rounded = b.add(new Cast(DType.F32), b.add(new Cast(DType.BF16), b.add(new Cast(DType.F32), y)));
        assertGraph("""
                %0 = input bf16[2]
                %1 = cast[to=F32](%0) : f32[2]
                return %0, %1
                """, Simplify.apply(b.build(List.of(y, rounded))));
    }

    @Test
    void aCastThatRoundsIsKept() {
        Value x = input(2);
        Value y = b.add(new Cast(DType.F32), b.add(new Cast(DType.BF16), x));
        assertGraph("""
                %0 = input f32[2]
                %1 = cast[to=BF16](%0) : bf16[2]
                %2 = cast[to=F32](%1) : f32[2]
                return %2
                """, Simplify.apply(b.build(List.of(y))));
    }
}
