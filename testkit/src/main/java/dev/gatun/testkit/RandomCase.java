package dev.gatun.testkit;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.op.Convolution.Geometry;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Elementwise.UnaryFunction;
import dev.gatun.op.Indexing;
import dev.gatun.op.Indexing.ScatterFunction;
import dev.gatun.op.Ints;
import dev.gatun.op.Movement;
import dev.gatun.op.Pooling.Window;
import dev.gatun.op.Random.Distribution;
import dev.gatun.op.Recurrent.Cell;
import dev.gatun.op.Recurrent.Kind;
import dev.gatun.op.Reduction.ReduceFunction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Draws cases: an op with attributes and shapes that its rules accept, small enough for the loops of the reference. */
final class RandomCase {
    private static final int MOST_ELEMENTS = 6000;
    private static final int MOST_PRODUCTS = 150_000;

    private final SplittableRandom random;

    RandomCase(SplittableRandom random) {
        this.random = random;
    }

    /** Returns a case; heavy ops, which have the most kernels, come more often. */
    Case next() {
        return switch (random.nextInt(23)) {
            case 0, 1, 2 -> matmul();
            case 3, 4, 5, 6 -> convolution();
            case 7, 8 -> pooling();
            case 9 -> normalization();
            case 10 -> softmax();
            case 11 -> recurrent();
            case 12 -> reduction();
            case 13 -> movement();
            case 14 -> indexing();
            case 15 -> elementwise();
            case 16 -> RandomCases.draw(any(Distribution.values()), shape(1, 3));
            case 17 -> new RandomRegion(random).alone(shape(1, 4));
            case 18, 19 -> new RandomNetwork(random).next();
            case 20 -> quantized();
            default -> epilogue();
        };
    }

    private Case quantized() {
        List<Case> cases = QuantizedCases.of(from(1, 20));
        return cases.get(random.nextInt(cases.size()));
    }

    // ---- drawing

    private boolean chance(int in) {
        return random.nextInt(in) == 0;
    }

    private <T> T any(T[] values) {
        return values[random.nextInt(values.length)];
    }

    /** Returns a number from {@code least} to {@code most}. */
    private int from(int least, int most) {
        return random.nextInt(least, most + 1);
    }

    /** Returns a size: mostly small, sometimes next to a multiple of a vector, seldom 0. */
    private int size(int most) {
        return switch (random.nextInt(8)) {
            case 0 -> Math.min(most, 8 * from(1, 9) + from(-1, 1));
            case 1 -> from(1, most);
            case 2 -> chance(4) ? 0 : 1;
            default -> from(1, Math.min(most, 9));
        };
    }

    private int positive(int most) {
        return Math.max(1, size(most));
    }

    private int[] shape(int leastRank, int mostRank) {
        int[] dims = new int[from(leastRank, mostRank)];
        int left = MOST_ELEMENTS;
        for (int i = 0; i < dims.length; i++) {
            dims[i] = size(Math.max(1, Math.min(75, left)));
            left /= Math.max(1, dims[i]);
        }
        return dims;
    }

    private int[] positiveShape(int leastRank, int mostRank) {
        return IntStream.of(shape(leastRank, mostRank)).map(d -> Math.max(1, d)).toArray();
    }

    private int[] permutation(int size) {
        int[] p = IntStream.range(0, size).toArray();
        for (int i = size - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int t = p[i];
            p[i] = p[j];
            p[j] = t;
        }
        return p;
    }

    private int[] several(int count, int least, int most) {
        return random.ints(count, least, most + 1).toArray();
    }

    // ---- families

    private Case matmul() {
        int[] sizes = new int[3 + (chance(3) ? from(1, 2) : 0)];
        int left = MOST_PRODUCTS;
        for (int i = sizes.length - 1; i >= 0; i--) {
            sizes[i] = size(Math.max(1, Math.min(i < sizes.length - 3 ? 4 : 140, left)));
            left /= Math.max(1, sizes[i]);
        }
        return ContractionCases.matmul(random.nextBoolean(), random.nextBoolean(), sizes);
    }

    private Case convolution() {
        Images i = images();
        return any(ConvolutionCases.all(i.geometry.toString(), i.geometry, i.x, i.w).toArray(Case[]::new));
    }

    private record Images(Geometry geometry, Shape x, Shape w) { }

    /** Half of them are the 3x3, 1x1 and strided kernels of networks. */
    private Images images() {
        while (true) {
            int rank = chance(6) ? from(1, 3) : 2;
            boolean usual = random.nextBoolean();
            int usualKernel = any(new Integer[] {1, 3, 3, 3, 5, 7});
            int[] kernel = usual ? Ints.filled(rank, usualKernel).toArray() : several(rank, 1, 5);
            int[] strides = usual ? Ints.filled(rank, from(1, 2)).toArray() : several(rank, 1, 3);
            int[] pad = usual ? Ints.filled(rank, usualKernel / 2).toArray() : several(rank, 0, 3);
            int[] dilations = usual || chance(2) ? Ints.filled(rank, 1).toArray() : several(rank, 1, 3);
            int groups = chance(4) ? from(2, 8) : 1;
            Geometry g = new Geometry(Ints.of(strides), Ints.of(pad), Ints.of(usual ? pad : several(rank, 0, 3)), Ints.of(dilations), groups);
            int perGroup = groups > 1 && chance(2) ? 1 : positive(36);
            Shape x = Shape.of(chance(20) ? 0 : from(1, 3), perGroup * groups).concat(Shape.of(random.ints(rank, 1, 19).toArray()));
            Shape w = Shape.of(groups * positive(groups > 1 ? 4 : 36), perGroup).concat(Shape.of(kernel));
            boolean fits = IntStream.range(0, rank).allMatch(i -> g.out(i, x.dim(2 + i), kernel[i]) >= 1);
            if (fits && g.out(x, w).elements() * w.elements(1, w.rank()) <= MOST_PRODUCTS && w.elements() <= 4 * MOST_ELEMENTS) {
                return new Images(g, x, w);
            }
        }
    }

    private Case pooling() {
        while (true) {
            int rank = chance(5) ? from(1, 3) : 2;
            int[] kernel = several(rank, 1, 5);
            int[] dilations = chance(3) ? several(rank, 1, 2) : Ints.filled(rank, 1).toArray();
            int[] pad = new int[2 * rank];
            for (int i = 0; i < pad.length; i++) {
                pad[i] = chance(2) ? 0 : from(0, Math.min(3, dilations[i % rank] * (kernel[i % rank] - 1)));
            }
            Window w = new Window(Ints.of(kernel), Ints.of(several(rank, 1, 3)), Ints.of(IntStream.range(0, rank).map(i -> pad[i]).toArray()),
                    Ints.of(IntStream.range(0, rank).map(i -> pad[rank + i]).toArray()), Ints.of(dilations), random.nextBoolean());
            Shape x = Shape.of(from(1, 3), positive(40)).concat(Shape.of(random.ints(rank, 1, 14).toArray()));
            if (x.elements() <= MOST_ELEMENTS && IntStream.range(0, rank).allMatch(i -> w.out(i, x.dim(2 + i)) >= 1)) {
                return any(PoolingCases.all(w.toString(), w, x).toArray(Case[]::new));
            }
        }
    }

    private Case normalization() {
        int[] dims = positiveShape(2, 5);
        double epsilon = any(new Double[] {1e-5, 1e-3, 0.1});
        Domain domain = chance(3) ? new Domain(10, 12) : Domain.SIGNED;
        return switch (random.nextInt(3)) {
            case 0 -> any(NormalizationCases.batchNorm(epsilon, domain, Shape.of(dims)).toArray(Case[]::new));
            case 1 -> any(NormalizationCases.standardize(random.nextInt(dims.length), epsilon, domain, Shape.of(dims)).toArray(Case[]::new));
            default -> NormalizationCases.localResponseNorm(from(1, 6), 0.3, any(new Double[] {0.5, 0.75, 1.0}), from(1, 2), Shape.of(dims));
        };
    }

    private Case softmax() {
        int[] dims = shape(1, 4);
        return any(NormalizationCases.softmax(random.nextInt(dims.length), chance(3) ? new Domain(-30, 30) : Domain.SIGNED, dims)
                .toArray(Case[]::new));
    }

    private Case recurrent() {
        Kind kind = any(Kind.values());
        Cell cell = new Cell(kind, kind == Kind.LSTM && chance(3), chance(3));
        return any(RecurrentCases.layer(cell, random.nextBoolean(), from(1, 6), from(1, 5), size(20), positive(20)).toArray(Case[]::new));
    }

    private Case reduction() {
        int[] dims = positiveShape(1, 5);
        int axis = random.nextInt(dims.length);
        boolean flag = random.nextBoolean();
        return switch (random.nextInt(5)) {
            case 0 -> ReductionCases.arg(flag, axis, random.nextBoolean(), random.nextBoolean(), dims);
            case 1 -> ReductionCases.cumulative(chance(3) ? ReduceFunction.PROD : ReduceFunction.SUM, axis, flag, random.nextBoolean(), dims);
            default -> {
                int[] axes = IntStream.range(0, dims.length).filter(i -> random.nextBoolean()).toArray();
                int[] sizes = chance(6) ? shape(dims.length, dims.length) : dims;
                long folded = IntStream.of(axes).mapToLong(a -> sizes[a]).reduce(1, (a, b) -> a * b);
                // A product of more factors would leave the range of the narrow types.
                ReduceFunction f = any(ReduceFunction.values());
                yield ReductionCases.reduce(f == ReduceFunction.PROD && folded > 40 ? ReduceFunction.SUM : f, axes, flag, sizes);
            }
        };
    }

    private Case movement() {
        int[] dims = shape(1, 5);
        int rank = dims.length;
        return switch (random.nextInt(6)) {
            case 0, 1 -> ReshapedPermutation.of(permutation(rank), dims);
            case 2 -> slice(dims);
            case 3 -> pad(shape(1, 4));
            case 4 -> {
                int axis = random.nextInt(rank);
                Input[] parts = IntStream.range(0, from(1, 4)).mapToObj(i -> Input.of(Shape.of(dims).with(axis, from(0, 6)).dims()))
                        .toArray(Input[]::new);
                yield Case.of("concat along " + axis, Tolerance.EXACT, new Movement.Concat(axis), parts).in(Types.ANY);
            }
            default -> {
                int[] from = IntStream.range(0, rank).map(i -> chance(3) ? 1 : dims[i]).toArray();
                int[] fewer = Arrays.copyOfRange(from, random.nextInt(rank + 1), rank);
                yield MovementCases.move("expand to " + Shape.of(dims), new Movement.Expand(Shape.of(dims)), fewer);
            }
        };
    }

    private Case slice(int[] dims) {
        int[] starts = new int[dims.length];
        int[] sizes = new int[dims.length];
        int[] steps = new int[dims.length];
        for (int i = 0; i < dims.length; i++) {
            steps[i] = chance(2) ? 1 : any(new Integer[] {-3, -2, -1, 2, 3});
            starts[i] = dims[i] == 0 ? 0 : random.nextInt(dims[i]);
            int room = dims[i] == 0 ? 0 : (steps[i] > 0 ? dims[i] - 1 - starts[i] : starts[i]) / Math.abs(steps[i]) + 1;
            sizes[i] = from(0, room);
        }
        Movement.Slice op = new Movement.Slice(Ints.of(starts), Ints.of(sizes), Ints.of(steps));
        return MovementCases.move(op.toString(), op, dims);
    }

    private Case pad(int[] dims) {
        int rank = dims.length;
        Movement.Pad op = new Movement.Pad(Ints.of(several(rank, 0, 3)), Ints.of(several(rank, 0, 3)),
                Ints.of(chance(2) ? several(rank, 0, 2) : new int[rank]));
        return Case.of(op.toString(), Tolerance.EXACT, op, Input.of(dims), Input.of()).in(Types.ANY);
    }

    private Case indexing() {
        int[] dims = positiveShape(1, 4);
        int axis = random.nextInt(dims.length);
        int[] places = shape(0, 2);
        Shape x = Shape.of(dims);
        Shape read = x.slice(0, axis).concat(Shape.of(places)).concat(x.slice(axis + 1, x.rank()));
        ScatterFunction f = any(ScatterFunction.values());
        Input operand = Input.of(IndexingCases.domain(f), dims);
        int choice = read.elements() > MOST_ELEMENTS ? 2 : random.nextInt(5);
        return switch (choice) {
            case 0 -> IndexingCases.gather("gather along " + axis, new Indexing.Gather(axis), operand, Input.indices(dims[axis], places));
            case 1 -> IndexingCases.scatter(f, " along " + axis, new Indexing.Scatter(axis, f), operand, Input.indices(dims[axis], places),
                    Input.of(IndexingCases.domain(f), read.dims()));
            case 2 -> IndexingCases.topK(" along " + axis, new Indexing.TopK(from(0, dims[axis]), axis, random.nextBoolean()), dims);
            case 3 -> {
                int[] fewer = IntStream.range(0, dims.length).map(i -> i == axis ? from(0, 9) : from(0, dims[i])).toArray();
                yield IndexingCases.gather("gather_elements along " + axis, new Indexing.GatherElements(axis), operand,
                        Input.indices(dims[axis], fewer));
            }
            default -> {
                int[] fewer = IntStream.range(0, dims.length).map(i -> i == axis ? from(0, 9) : from(0, dims[i])).toArray();
                yield IndexingCases.scatter(f, " along " + axis, new Indexing.ScatterElements(axis, f), operand, Input.indices(dims[axis], fewer),
                        Input.of(IndexingCases.domain(f), fewer));
            }
        };
    }

    private Case elementwise() {
        int[] dims = shape(0, 4);
        return switch (random.nextInt(4)) {
            case 0 -> ElementwiseCases.unary(any(UnaryFunction.values()), dims);
            case 1 -> Case.of("cast", Tolerance.ROUNDED, new Elementwise.Cast(any(DType.values())), Input.of(new Domain(-300, 300), dims))
                    .in(Types.ANY);
            default -> ElementwiseCases.binary(any(BinaryFunction.values()), dims);
        };
    }

    /** A product or convolution, and a region that reads its result. */
    private Case epilogue() {
        RandomRegion region = new RandomRegion(random);
        if (random.nextBoolean()) {
            Case root = matmul();
            return region.after(root, Tolerance.SUM);
        }
        Images i = images();
        List<Case> roots = new ArrayList<>(ConvolutionCases.all(i.geometry.toString(), i.geometry, i.x, i.w));
        return region.after(roots.get(random.nextInt(2)), Tolerance.CONVOLUTION);
    }

    /** A permutation of what was reshaped before and after, as attention has it. */
    private static final class ReshapedPermutation {
        private ReshapedPermutation() {
        }

        static Case of(int[] axes, int[] dims) {
            Movement.Permute permute = new Movement.Permute(Ints.of(axes));
            return Case.of("flatten of " + permute, Tolerance.EXACT, in -> List.of(Tensor.record(permute, in.getFirst()).getFirst().flatten(0)),
                    Input.of(dims)).in(Types.ANY);
        }
    }
}
