package dev.gatun.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import dev.gatun.op.Indexing.Gather;
import dev.gatun.op.Indexing.Scatter;
import dev.gatun.op.Indexing.ScatterFunction;
import dev.gatun.op.Ints;
import dev.gatun.op.Movement.Detach;
import dev.gatun.op.Movement.Expand;
import dev.gatun.op.Movement.Permute;
import dev.gatun.op.Movement.Reshape;
import dev.gatun.op.Pooling.MaxPool;
import dev.gatun.op.Pooling.MaxPoolBackward;
import dev.gatun.op.Pooling.Window;
import dev.gatun.op.Reduction.Reduce;
import dev.gatun.op.Reduction.ReduceFunction;
import dev.gatun.op.Source.Scalar;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Each pass as text: graph in, graph out. */
class PassesTest {
    private static final Binary ADD = new Binary(BinaryFunction.ADD);
    private static final Binary SUB = new Binary(BinaryFunction.SUB);
    private static final Binary MUL = new Binary(BinaryFunction.MUL);
    private static final Unary RELU = new Unary(UnaryFunction.RELU);
    private static final Unary EXP = new Unary(UnaryFunction.EXP);
    private static final Reduce SUM = new Reduce(ReduceFunction.SUM, Ints.of(0), false);

    private final GraphBuilder b = new GraphBuilder();

    private Value input(int... dims) {
        return b.leaf(TensorType.of(DType.F32, dims), false);
    }

    private Value frozen(int... dims) {
        return b.leaf(TensorType.of(DType.F32, dims), true);
    }

    private Value filled(double value, int... dims) {
        return b.add(new Expand(Shape.of(dims)), b.add(Scalar.of(DType.F32, value)));
    }

    private static void assertGraph(String expected, Graph graph) {
        assertEquals(expected.strip(), graph.toString());
    }

    @Test
    void simplifyDropsNeutralOperands() {
        Value x = input(2);
        Value y = b.add(MUL, x, filled(1, 2));
        y = b.add(SUB, y, filled(0, 2));
        y = b.add(new Binary(BinaryFunction.DIV), y, filled(1, 2));
        y = b.add(new Binary(BinaryFunction.POW), y, filled(2, 2));
        assertGraph("""
                %0 = input f32[2]
                %1 = mul(%0, %0) : f32[2]
                return %1
                """, Simplify.apply(b.build(List.of(y))));
    }

    @Test
    void simplifyKeepsAdditionOfPositiveZeroBecauseItTurnsNegativeZeroIntoPositive() {
        Value x = input(2);
        Graph graph = Simplify.apply(b.build(List.of(b.add(ADD, x, filled(0, 2)))));
        assertEquals(3, graph.nodes().size());
    }

    @Test
    void simplifyDropsAdditionOfNegativeZeroAndOfIntegerZero() {
        Value x = input(2);
        Value i = b.leaf(TensorType.of(DType.I32, 2), false);
        Value y = b.add(ADD, x, filled(-0.0, 2));
        Value j = b.add(ADD, i, b.add(new Expand(Shape.of(2)), b.add(Scalar.of(DType.I32, 0))));
        assertGraph("""
                %0 = input f32[2]
                %1 = input i32[2]
                return %0, %1
                """, Simplify.apply(b.build(List.of(y, j))));
    }

    @Test
    void simplifyJoinsMovements() {
        Value x = input(2, 3, 1);
        Value y = b.add(new Reshape(Shape.of(6)), b.add(new Reshape(Shape.of(3, 2)), b.add(new Detach(), x)));
        Value z = b.add(new Permute(Ints.of(2, 0, 1)), x);
        Value w = b.add(new Permute(Ints.of(1, 0, 2)), b.add(new Permute(Ints.of(1, 0, 2)), x));
        assertGraph("""
                %0 = input f32[2, 3, 1]
                %1 = reshape[shape=[6]](%0) : f32[6]
                %2 = reshape[shape=[1, 2, 3]](%0) : f32[1, 2, 3]
                return %1, %2, %0
                """, Simplify.apply(b.build(List.of(y, z, w))));
    }

    @Test
    void simplifyComputesEqualNodesOnceAndDropsWhatNobodyReads() {
        Value x = input(2);
        Value y = b.add(ADD, b.add(EXP, x), b.add(EXP, x));
        b.add(RELU, x);
        assertGraph("""
                %0 = input f32[2]
                %1 = exp(%0) : f32[2]
                %2 = add(%1, %1) : f32[2]
                return %2
                """, Simplify.apply(b.build(List.of(y))));
    }

    @Test
    void simplifyDropsIndicesOfPoolingThatNobodyReads() {
        Value x = input(1, 1, 4, 4);
        Window window = new Window(Ints.of(2, 2), Ints.of(2, 2), Ints.of(0, 0), Ints.of(0, 0), Ints.of(1, 1), false);
        Graph graph = Simplify.apply(b.build(List.of(b.add(new MaxPool(window, true), x))));
        assertEquals(new MaxPool(window, false), graph.nodes().getFirst().op());
        assertEquals(1, graph.nodes().getFirst().types().size());
    }

    @Test
    void poolingWithAndWithoutIndicesIsDoneOnce() {
        Value x = input(1, 1, 4, 4);
        Window window = new Window(Ints.of(2, 2), Ints.of(2, 2), Ints.of(0, 0), Ints.of(0, 0), Ints.of(1, 1), false);
        Value y = b.add(new MaxPool(window, false), x);
        List<Value> both = b.addAll(new MaxPool(window, true), List.of(x), List.of(TensorType.of(DType.F32, 1, 1, 2, 2), TensorType.of(DType.I32, 1, 1, 2, 2)));
        Graph graph = Simplify.apply(b.build(List.of(y, both.get(1))));
        assertEquals(List.of(new MaxPool(window, true)), graph.nodes().stream().map(Graph.Node::op).toList());
    }

    @Test
    void constantsAreSplitFromWhatDependsOnInputs() {
        Value x = input(2);
        Value w = frozen(2);
        Value y = b.add(MUL, x, b.add(EXP, b.add(ADD, w, w)));
        FoldConstants split = FoldConstants.apply(b.build(List.of(y)));
        assertGraph("""
                %0 = input f32[2]
                %1 = frozen f32[2]
                %2 = add(%1, %1) : f32[2]
                %3 = exp(%2) : f32[2]
                return %3
                """, split.constants());
        assertGraph("""
                %0 = input f32[2]
                %1 = frozen f32[2]
                %2 = frozen f32[2]
                %3 = mul(%0, %2) : f32[2]
                return %3
                """, split.rest());
    }

    @Test
    void constantsStaySmall() {
        Value x = input(1000, 4);
        Value w = frozen(4);
        Value y = b.add(MUL, x, b.add(new Expand(Shape.of(1000, 4)), b.add(EXP, w)));
        FoldConstants split = FoldConstants.apply(b.build(List.of(y)));
        assertEquals(TensorType.of(DType.F32, 4), split.constants().type(split.constants().outputs().getFirst()));
    }

    @Test
    void aFactorAChannelMovesIntoFrozenWeights() {
        Value x = input(1, 2, 5, 5);
        Value w = frozen(3, 2, 3, 3);
        Value scale = frozen(3, 1, 1);
        Geometry g = new Geometry(Ints.of(1, 1), Ints.of(1, 1), Ints.of(1, 1), Ints.of(1, 1), 1);
        Value y = b.add(MUL, b.add(new Conv(g), x, w), b.add(new Expand(Shape.of(1, 3, 5, 5)), scale));
        Graph graph = FoldNorm.apply(b.build(List.of(y)));
        assertTrue(graph.toString().endsWith("""
                %3 = reshape[shape=[3, 1, 1, 1]](%2) : f32[3, 1, 1, 1]
                %4 = expand[shape=[3, 2, 3, 3]](%3) : f32[3, 2, 3, 3]
                %5 = mul(%1, %4) : f32[3, 2, 3, 3]
                %6 = conv[geometry=Geometry[strides=[1, 1], padBefore=[1, 1], padAfter=[1, 1], dilations=[1, 1], groups=1]](%0, %5) : f32[1, 3, 5, 5]
                return %6"""), graph::toString);
    }

    @Test
    void aFactorStaysWhereTheUnscaledResultIsReadToo() {
        Value x = input(1, 2, 5, 5);
        Value w = frozen(3, 2, 3, 3);
        Value scale = frozen(3, 1, 1);
        Geometry g = new Geometry(Ints.of(1, 1), Ints.of(1, 1), Ints.of(1, 1), Ints.of(1, 1), 1);
        Value conv = b.add(new Conv(g), x, w);
        Graph graph = b.build(List.of(b.add(MUL, conv, b.add(new Expand(Shape.of(1, 3, 5, 5)), scale)), conv));
        assertEquals(graph, FoldNorm.apply(graph));
    }

    @Test
    void elementwiseNodesJoinTheRegionOfTheirOnlyReader() {
        Value x = input(2, 3);
        Value bias = input(3);
        Value y = b.add(RELU, b.add(ADD, b.add(EXP, x), b.add(new Expand(Shape.of(2, 3)), bias)));
        assertGraph("""
                %0 = input f32[2, 3]
                %1 = input f32[3]
                %2 = region[2, 3](%0, %1) {$2 = exp($0); $3 = add($2, $1); $4 = relu($3); -> $4} : f32[2, 3]
                return %2
                """, Fuse.apply(b.build(List.of(y))));
    }

    @Test
    void aRegionGivesOutputsOnItsWay() {
        Value m = input(2);
        Value g = input(2);
        Value p = input(2);
        Value moment = b.add(ADD, m, g);
        Value updated = b.add(SUB, p, b.add(EXP, moment));
        assertGraph("""
                %0 = input f32[2]
                %1 = input f32[2]
                %2 = input f32[2]
                %3 = region[2](%0, %1, %2) {$3 = add($0, $1); $4 = exp($3); $5 = sub($2, $4); -> $3, $5} : f32[2], f32[2]
                return %3.1, %3.0
                """, Fuse.apply(b.build(List.of(updated, moment))));
    }

    @Test
    void aValueReadOutsideOfTheRegionIsComputedByItself() {
        Value x = input(2, 2);
        Value e = b.add(EXP, x);
        Value product = b.add(new MatMul(false, false), e, e);
        Value y = b.add(ADD, b.add(RELU, e), product);
        assertGraph("""
                %0 = input f32[2, 2]
                %1 = exp(%0) : f32[2, 2]
                %2 = matmul[transposeA=false, transposeB=false](%1, %1) + (%1) {$2 = relu($1); $3 = add($2, $0); -> $3} : f32[2, 2]
                return %2
                """, Fuse.apply(b.build(List.of(y))));
    }

    @Test
    void aContractionWhoseResultIsAnOutputKeepsItsEpilogueApart() {
        Value x = input(2, 2);
        Value product = b.add(new MatMul(false, false), x, x);
        Graph graph = Fuse.apply(b.build(List.of(b.add(RELU, product), product)));
        assertEquals(List.of("matmul", "relu"), graph.nodes().stream().map(n -> n.op().name()).toList());
    }

    @Test
    void scheduleRunsWhatFreesMemoryFirst() {
        Value x = input(100);
        Value a = b.add(EXP, x);
        Value c = b.add(RELU, x);
        Value sumOfA = b.add(SUM, a);
        Value sumOfC = b.add(SUM, c);
        Graph graph = Schedule.apply(b.build(List.of(sumOfA, sumOfC)), List.of());
        assertEquals(List.of("exp", "sum", "relu", "sum"), graph.nodes().stream().map(n -> n.op().name()).toList());
    }

    @Test
    void anUpdateWaitsForTheOtherReadersOfWhatItWritesOver() {
        Value w = input(2, 2);
        Value g = input(2, 2);
        Value updated = b.add(SUB, w, g);
        Value product = b.add(new MatMul(false, false), g, w);
        Graph graph = b.build(List.of(updated, product));
        assertEquals(List.of("sub", "matmul"), Schedule.apply(graph, List.of()).nodes().stream().map(n -> n.op().name()).toList());
        assertEquals(List.of("matmul", "sub"), Schedule.apply(graph, List.of(new Donation(0, 0))).nodes().stream().map(n -> n.op().name()).toList());
    }

    private static List<String> names(Graph graph) {
        return graph.nodes().stream().map(n -> n.op().name()).toList();
    }

    private Value indices(int... dims) {
        return b.leaf(TensorType.of(DType.I32, dims), false);
    }

    @Test
    void anUpdateWaitsForWhatCanFail() {
        Value w = input(2, 2);
        Value v = input(2, 2);
        Value g = input(2, 2);
        Value table = input(5);
        Value i = indices(3);
        Value moment = b.add(ADD, v, g);
        Value updated = b.add(SUB, w, moment);
        Value picked = b.add(new Gather(0), table, i);
        Graph graph = b.build(List.of(updated, moment, picked));
        assertEquals(List.of("add", "sub", "gather"), names(Schedule.apply(graph, List.of())));
        assertEquals(List.of("gather", "add", "sub"), names(Schedule.apply(graph, List.of(new Donation(0, 0), new Donation(1, 1)))));
    }

    @Test
    void updatesThatWhatCanFailNeedsComeFirst() {
        Value x = input(2, 2);
        Value z = input(2, 2);
        Value i = indices(3);
        Value j = indices(3);
        Value y = b.add(SUB, x, z);
        Value ofY = b.add(new Gather(0), y, i);
        Value v = b.add(MUL, x, z);
        Value ofV = b.add(new Gather(0), v, j);
        Graph graph = b.build(List.of(y, v, ofY, ofV));
        assertEquals(List.of("sub", "gather", "mul", "gather"), names(Schedule.apply(graph, List.of(new Donation(0, 0), new Donation(1, 1)))));
    }

    /** The update that can fail waits for the other one, which reads what it writes over: that one cannot wait for it, too. */
    @Test
    void anUpdateForWhichOneThatCanFailWaitsComesFirst() {
        Value table = input(4, 3);
        Value w = input(4, 3);
        Value rows = indices(2);
        Value gradient = input(2, 3);
        Value looked = b.add(new Scatter(0, ScatterFunction.ADD), table, rows, gradient);
        Value updated = b.add(ADD, w, table);
        Graph graph = b.build(List.of(looked, updated));
        assertEquals(List.of("add", "scatter_add"), names(Schedule.apply(graph, List.of(new Donation(0, 0), new Donation(1, 1)))));
    }

    /** Words are looked up first, and the gradient of that comes last: updates between them need not keep their gradients for it. */
    @Test
    void whoFollowsIndicesAgainCannotFail() {
        Value w = input(7, 2);
        Value old = input(3, 2);
        Value words = indices(3);
        Value x = b.add(new Gather(0, false), w, words);
        Value updated = b.add(SUB, old, b.add(EXP, x));
        Value gradient = b.add(new Scatter(0, ScatterFunction.ADD), w, words, x);
        Graph graph = b.build(List.of(updated, gradient));
        assertEquals("{0}", Fallible.nodes(graph).toString());
        assertEquals(names(Schedule.apply(graph, List.of())), names(Schedule.apply(graph, List.of(new Donation(1, 0)))));
    }

    @Test
    void aLongerAxisOrOneThatIsCountedFromItsEndIsNoProofForAnother() {
        Value of7 = input(7);
        Value of5 = input(5);
        Value of6 = input(6);
        Value words = indices(3);
        Value longer = b.add(new Gather(0), of7, words);
        Value shorter = b.add(new Gather(0), of5, words);
        Value fromStart = b.add(new Gather(0, false), of5, words);
        Value between = b.add(new Gather(0), of6, words);
        assertEquals("{0, 1, 2}", Fallible.nodes(b.build(List.of(longer, shorter, fromStart, between))).toString());
    }

    @Test
    void positionsThatAPoolFoundAreRight() {
        Window w = new Window(Ints.of(2, 2), Ints.of(2, 2), Ints.of(0, 0), Ints.of(0, 0), Ints.of(1, 1), false);
        Value x = input(1, 1, 5, 5);
        Value dy = input(1, 1, 2, 2);
        Value others = indices(1, 1, 2, 2);
        Value positions = new Value(b.add(new MaxPool(w, true), x).node(), 1);
        Value dx = b.add(new MaxPoolBackward(w, Ints.of(5, 5)), dy, positions);
        Value smaller = b.add(new MaxPoolBackward(w, Ints.of(4, 4)), dy, positions);
        Value given = b.add(new MaxPoolBackward(w, Ints.of(5, 5)), dy, others);
        assertEquals("{2, 3}", Fallible.nodes(b.build(List.of(dx, smaller, given))).toString());
    }

    @Test
    void theArenaHoldsBlocksThatAreNotAliveTogetherAtOnePlace() {
        MemoryPlan plan = MemoryPlan.of(List.of(new MemoryPlan.Block(100, 0, 1), new MemoryPlan.Block(50, 1, 2), new MemoryPlan.Block(100, 2, 3),
                new MemoryPlan.Block(10, 3, 4)), 64);
        assertEquals(List.of(0L, 128L, 0L, 128L), plan.offsets());
        assertEquals(192, plan.bytes());
    }

    @Test
    void blocksAliveTogetherNeverOverlap() {
        Random random = new Random(1);
        for (int round = 0; round < 50; round++) {
            List<MemoryPlan.Block> blocks = random.ints(40, 0, 100).mapToObj(first -> new MemoryPlan.Block(1 + random.nextInt(5000), first,
                    first + random.nextInt(20))).toList();
            MemoryPlan plan = MemoryPlan.of(blocks, 64);
            for (int i = 0; i < blocks.size(); i++) {
                for (int j = 0; j < i; j++) {
                    boolean apart = plan.offsets().get(i) + blocks.get(i).bytes() <= plan.offsets().get(j)
                            || plan.offsets().get(j) + blocks.get(j).bytes() <= plan.offsets().get(i);
                    assertTrue(apart || !blocks.get(i).meets(blocks.get(j)), "blocks " + i + " and " + j + " of round " + round + " overlap");
                }
                assertTrue(plan.offsets().get(i) % 64 == 0 && plan.offsets().get(i) + blocks.get(i).bytes() <= plan.bytes());
            }
        }
    }

    @Test
    void portionsEndWhereWeightsAreLargerThanActivations() {
        Value x = input(3, 2, 8, 8);
        Conv conv = new Conv(new Geometry(Ints.of(1, 1), Ints.of(0, 0), Ints.of(0, 0), Ints.of(1, 1), 1));
        Value early = b.leaf(TensorType.of(DType.F32, 2, 2, 1, 1), true);
        Value late = b.leaf(TensorType.of(DType.F32, 4, 2, 8, 8), true);
        Value y = b.add(RELU, b.add(conv, x, early));
        Graph graph = b.build(List.of(b.add(conv, y, late)));
        Portions.Result portions = Portions.apply(graph, 1024);
        assertEquals("takes 3 images through the first 2 ops in 2 portions", portions.note().orElseThrow());
        assertGraph("""
                %0 = input f32[3, 2, 8, 8]
                %1 = frozen f32[2, 2, 1, 1]
                %2 = frozen f32[4, 2, 8, 8]
                %3 = slice[starts=[0, 0, 0, 0], sizes=[1, 2, 8, 8], steps=[1, 1, 1, 1]](%0) : f32[1, 2, 8, 8]
                %4 = CONV(%3, %1) : f32[1, 2, 8, 8]
                %5 = relu(%4) : f32[1, 2, 8, 8]
                %6 = slice[starts=[1, 0, 0, 0], sizes=[2, 2, 8, 8], steps=[1, 1, 1, 1]](%0) : f32[2, 2, 8, 8]
                %7 = CONV(%6, %1) : f32[2, 2, 8, 8]
                %8 = relu(%7) : f32[2, 2, 8, 8]
                %9 = concat[axis=0](%5, %8) : f32[3, 2, 8, 8]
                %10 = CONV(%9, %2) : f32[3, 4, 1, 1]
                return %10
                """.replace("CONV", Graph.describe(conv, List.of()).replace("()", "")), portions.graph());
    }

    @Test
    void whatFitsIntoTheCacheStaysWhole() {
        Value x = input(3, 2, 8, 8);
        Graph graph = b.build(List.of(b.add(RELU, b.add(RELU, x))));
        assertEquals(graph, Portions.apply(graph, 3 * 2 * 8 * 8 * Float.BYTES).graph());
    }

    @Test
    void whatDependsOnOtherImagesIsInNoPortion() {
        Value x = input(4, 2, 8, 8);
        Graph graph = b.build(List.of(b.add(SUB, x, b.add(new Expand(Shape.of(4, 2, 8, 8)), b.add(SUM, x)))));
        assertEquals(graph, Portions.apply(graph, 1).graph());
    }
}
