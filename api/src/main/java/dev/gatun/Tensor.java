package dev.gatun;

import dev.gatun.graph.TypeRules;
import dev.gatun.op.Contraction;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Elementwise.UnaryFunction;
import dev.gatun.op.Indexing;
import dev.gatun.op.Ints;
import dev.gatun.op.Movement;
import dev.gatun.op.Normalization;
import dev.gatun.op.Op;
import dev.gatun.op.Reduction;
import dev.gatun.op.Reduction.ReduceFunction;
import dev.gatun.op.Source;
import dev.gatun.spi.Backend;
import dev.gatun.spi.HostBuffer;
import dev.gatun.spi.HostMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Cleaner;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * An n-dimensional array: a value, or the record of how to compute one. Ops check types at once and record; nothing runs until a value is asked for
 * ({@link #eval}, {@link #toFloatArray} ...) or the tensor is a result of a {@link CompiledFunction}.
 *
 * <p>Tensors are immutable and may be shared between threads. Values live in native memory, which is given back by {@link #close}, or by the garbage
 * collector when the tensor is unreachable. An evaluated tensor forgets how it was computed: take gradients ({@link Gradients}) before.
 *
 * <p>Operands of different shapes broadcast by NumPy's rule; operands of different element types are refused, with the cast to write.
 */
public final class Tensor implements AutoCloseable {
    private static final Cleaner CLEANER = Cleaner.create();

    private final TensorType type;
    private final int index;
    private Producer producer;
    private Storage storage;
    private Cleaner.Cleanable cleanable;
    private boolean forgetful;
    private String gone;

    /** Makes the record of result {@code index} of {@code producer}. */
    Tensor(TensorType type, Producer producer, int index) {
        this.type = type;
        this.producer = producer;
        this.index = index;
    }

    /** Makes a tensor that owns one reference of {@code storage}. */
    Tensor(TensorType type, Storage storage) {
        this.type = type;
        this.index = 0;
        adopt(storage);
    }

    // ---- creation

    /**
     * Returns an F32 tensor with a copy of {@code data} in row-major order.
     *
     * @param dims its sizes; none means a vector of all data
     * @throws IllegalArgumentException if the sizes do not multiply to the length of {@code data}
     */
    public static Tensor of(float[] data, int... dims) {
        return copy(DType.F32, MemorySegment.ofArray(data), data.length, dims);
    }

    /** Returns an F64 tensor with a copy of {@code data}; see {@link #of(float[], int...)}. */
    public static Tensor of(double[] data, int... dims) {
        return copy(DType.F64, MemorySegment.ofArray(data), data.length, dims);
    }

    /** Returns an I32 tensor with a copy of {@code data}; see {@link #of(float[], int...)}. */
    public static Tensor of(int[] data, int... dims) {
        return copy(DType.I32, MemorySegment.ofArray(data), data.length, dims);
    }

    /** Returns an I64 tensor with a copy of {@code data}; see {@link #of(float[], int...)}. */
    public static Tensor of(long[] data, int... dims) {
        return copy(DType.I64, MemorySegment.ofArray(data), data.length, dims);
    }

    /** Returns a BOOL tensor with a copy of {@code data}; see {@link #of(float[], int...)}. */
    public static Tensor of(boolean[] data, int... dims) {
        byte[] bytes = new byte[data.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (data[i] ? 1 : 0);
        }
        return copy(DType.BOOL, MemorySegment.ofArray(bytes), data.length, dims);
    }

    /**
     * Returns a tensor with a copy of {@code data}: row-major elements in the machine's byte order.
     *
     * @throws IllegalArgumentException if the segment's size is not that of the type, or a BOOL byte is neither 0 nor 1
     */
    public static Tensor of(TensorType type, MemorySegment data) {
        requireElements(type, data);
        return written(type, target -> target.copyFrom(data));
    }

    /** Writes the elements of a tensor. @param <E> what it may throw */
    @FunctionalInterface
    public interface Elements<E extends Exception> {
        /**
         * Writes row-major elements in the machine's byte order over all of {@code target}, native memory. Once this has returned {@code target} must not be
         * written any more: it is the tensor's then, and another one's later.
         */
        void write(MemorySegment target) throws E;
    }

    /**
     * Returns a tensor whose elements {@code elements} writes into its memory: large ones need not be in memory twice.
     *
     * @throws E what {@code elements} throws; there is no tensor then
     */
    public static <E extends Exception> Tensor written(TensorType type, Elements<E> elements) throws E {
        Storage storage = Storage.allocate(HostMemory.shared(), type.bytes());
        boolean done = false;
        try {
            elements.write(((HostBuffer) storage.buffer()).segment().asSlice(0, type.bytes()));
            done = true;
        } finally {
            if (!done) {
                storage.release();
            }
        }
        return new Tensor(type, storage);
    }

    /**
     * Returns a tensor over the caller's native memory, without copying if it is aligned to the element. The memory must stay as it is while it is in use: by
     * this tensor, and, also when the tensor is closed, by every {@link CompiledFunction} or {@link Predictor} that froze it, until that is closed. Where its
     * arena was closed before, the next use throws an {@link IllegalStateException}; closing it in the middle of a running one is not seen.
     *
     * @throws IllegalArgumentException if the segment is on the heap or not of the type's size, or a BOOL byte is neither 0 nor 1
     */
    public static Tensor wrap(TensorType type, MemorySegment data) {
        requireElements(type, data);
        HostBuffer buffer = HostBuffer.of(data);
        return buffer.address() % type.dtype().bytes() == 0 ? new Tensor(type, Storage.wrap(buffer)) : of(type, data);
    }

    /**
     * Returns a rank-0 constant. Being part of the graph's structure, it is for numbers that do not change from call to call. Here and wherever a number
     * is written instead of a tensor, it is rounded to a floating type, but must be one of the integers or truth values of another.
     *
     * @throws IllegalArgumentException if it is not
     */
    public static Tensor scalar(DType dtype, double value) {
        return scalar("scalar", dtype, value);
    }

    private static Tensor scalar(String op, DType dtype, double value) {
        return record(Source.Scalar.of(op, dtype, value)).getFirst();
    }

    /** Returns a constant of one value; no memory is taken before it is evaluated. */
    public static Tensor full(DType dtype, Shape shape, double value) {
        return scalar("full", dtype, value).expand(shape);
    }

    /** Returns zeros. */
    public static Tensor zeros(DType dtype, int... dims) {
        return full(dtype, Shape.of(dims), 0);
    }

    /** Returns ones. */
    public static Tensor ones(DType dtype, int... dims) {
        return full(dtype, Shape.of(dims), 1);
    }

    /** Returns 0, 1, ... {@code size - 1}. @throws IllegalArgumentException if {@code size} is negative */
    public static Tensor arange(DType dtype, int size) {
        return record(new Source.Iota(dtype, size)).getFirst();
    }

    /** Returns {@code start + i·step} for i = 0 ... {@code size - 1}. */
    public static Tensor arange(DType dtype, double start, double step, int size) {
        if (dtype.isFloating() || size == 0) {
            // Counted in F64, which holds every i: F16 would end at 2048, and sum up its rounding.
            return arange(DType.F64, size).mul(step).add(start).cast(dtype);
        }
        // A step back of an unsigned type is none of its values: counted in I64, if both ends are.
        Source.Scalar.of("arange", dtype, start);
        Source.Scalar.of("arange", dtype, start + (size - 1) * step);
        return arange(DType.I64, size).mul(scalar("arange", DType.I64, step)).add(scalar("arange", DType.I64, start)).cast(dtype);
    }

    /** Records an op and returns its results. @throws IllegalArgumentException if the operands' types do not fit the op */
    public static List<Tensor> record(Op op, Tensor... inputs) {
        List<Tensor> in = List.of(inputs);
        in.forEach(Tensor::requireUsable);
        List<TensorType> types = TypeRules.infer(op, in.stream().map(Tensor::type).toList());
        Producer producer = new Producer(op, in, types);
        List<Tensor> results = new ArrayList<>(types.size());
        for (int i = 0; i < types.size(); i++) {
            results.add(new Tensor(types.get(i), producer, i));
        }
        if (Evaluation.isEager() && in.stream().allMatch(Tensor::hasValue)) {
            Evaluation.compute(Backends.standard(), results, true);
        }
        return results;
    }

    /** Returns a tensor that stands for an input while a function is traced; it never has a value. */
    static Tensor placeholder(TensorType type) {
        return new Tensor(type, null, 0);
    }

    // ---- what it is

    /** Returns element type and shape. */
    public TensorType type() {
        return type;
    }

    /** Returns the shape. */
    public Shape shape() {
        return type.shape();
    }

    /** Returns the element type. */
    public DType dtype() {
        return type.dtype();
    }

    /** Returns the size of an axis; see {@link Shape#dim}. */
    public int dim(int axis) {
        return type.shape().dim(axis);
    }

    /** Returns the number of axes. */
    public int rank() {
        return type.shape().rank();
    }

    /** Returns how this tensor was recorded; empty once it has been evaluated, and for inputs. */
    public synchronized Optional<Producer> producer() {
        return Optional.ofNullable(producer);
    }

    /** Returns which result of its producer this is. */
    public int index() {
        return index;
    }

    /** Returns whether the value has been computed or given. */
    public synchronized boolean hasValue() {
        return storage != null;
    }

    // ---- elementwise

    /** Returns f(x), element by element. */
    public Tensor unary(UnaryFunction function) {
        return record(new Elementwise.Unary(function), this).getFirst();
    }

    /** Returns f(x, b) of the broadcast operands, element by element. */
    public Tensor binary(BinaryFunction function, Tensor b) {
        Shape shape = Shape.broadcast(function.label(), shape(), b.shape());
        return record(new Elementwise.Binary(function), expand(shape), b.expand(shape)).getFirst();
    }

    /** Returns x + b. */
    public Tensor add(Tensor b) {
        return binary(BinaryFunction.ADD, b);
    }

    /** Returns x + b. */
    public Tensor add(double b) {
        return add(scalar("add", dtype(), b));
    }

    /** Returns x - b. */
    public Tensor sub(Tensor b) {
        return binary(BinaryFunction.SUB, b);
    }

    /** Returns x - b. */
    public Tensor sub(double b) {
        return sub(scalar("sub", dtype(), b));
    }

    /** Returns x · b, element by element. */
    public Tensor mul(Tensor b) {
        return binary(BinaryFunction.MUL, b);
    }

    /** Returns x · b. */
    public Tensor mul(double b) {
        return mul(scalar("mul", dtype(), b));
    }

    /** Returns x / b, element by element; integers truncate. */
    public Tensor div(Tensor b) {
        return binary(BinaryFunction.DIV, b);
    }

    /** Returns x / b. */
    public Tensor div(double b) {
        return div(scalar("div", dtype(), b));
    }

    /** Returns xᵇ. */
    public Tensor pow(Tensor b) {
        return binary(BinaryFunction.POW, b);
    }

    /** Returns xᵇ. */
    public Tensor pow(double b) {
        return pow(scalar("pow", dtype(), b));
    }

    /** Returns the smaller of x and b; NaN if one is NaN. */
    public Tensor min(Tensor b) {
        return binary(BinaryFunction.MIN, b);
    }

    /** Returns the larger of x and b; NaN if one is NaN. */
    public Tensor max(Tensor b) {
        return binary(BinaryFunction.MAX, b);
    }

    /** Returns min(max(x, low), high). Limits of integers may lie outside of their type, as infinities do. */
    public Tensor clip(double low, double high) {
        Tensor atLeast = dtype().isInteger() && low <= dtype().lowest() ? this : max(scalar("clip", dtype(), low));
        return dtype().isInteger() && high >= dtype().end() - 1 ? atLeast : atLeast.min(scalar("clip", dtype(), high));
    }

    /** Returns x = b as BOOL. */
    public Tensor eq(Tensor b) {
        return binary(BinaryFunction.EQ, b);
    }

    /** Returns x ≠ b as BOOL. */
    public Tensor ne(Tensor b) {
        return binary(BinaryFunction.NE, b);
    }

    /** Returns x < b as BOOL. */
    public Tensor lt(Tensor b) {
        return binary(BinaryFunction.LT, b);
    }

    /** Returns x ≤ b as BOOL. */
    public Tensor le(Tensor b) {
        return binary(BinaryFunction.LE, b);
    }

    /** Returns x > b as BOOL. */
    public Tensor gt(Tensor b) {
        return binary(BinaryFunction.GT, b);
    }

    /** Returns x ≥ b as BOOL. */
    public Tensor ge(Tensor b) {
        return binary(BinaryFunction.GE, b);
    }

    /** Returns, where this BOOL tensor is true, the element of {@code a}, else that of {@code b}. */
    public Tensor where(Tensor a, Tensor b) {
        Shape shape = Shape.broadcast("where", Shape.broadcast("where", shape(), a.shape()), b.shape());
        return record(new Elementwise.Where(), expand(shape), a.expand(shape), b.expand(shape)).getFirst();
    }

    /** Returns x in another element type; see {@link Elementwise.Cast} for rounding. */
    public Tensor cast(DType to) {
        return to == dtype() ? this : record(new Elementwise.Cast(to), this).getFirst();
    }

    /** Returns -x. */
    public Tensor neg() {
        return unary(UnaryFunction.NEG);
    }

    /** Returns |x|. */
    public Tensor abs() {
        return unary(UnaryFunction.ABS);
    }

    /** Returns x². */
    public Tensor square() {
        return mul(this);
    }

    /** Returns √x. */
    public Tensor sqrt() {
        return unary(UnaryFunction.SQRT);
    }

    /** Returns 1/√x. */
    public Tensor rsqrt() {
        return unary(UnaryFunction.RSQRT);
    }

    /** Returns 1/x. */
    public Tensor reciprocal() {
        return unary(UnaryFunction.RECIPROCAL);
    }

    /** Returns eˣ. */
    public Tensor exp() {
        return unary(UnaryFunction.EXP);
    }

    /** Returns ln x. */
    public Tensor log() {
        return unary(UnaryFunction.LOG);
    }

    /** Returns tanh x. */
    public Tensor tanh() {
        return unary(UnaryFunction.TANH);
    }

    /** Returns 1/(1 + e⁻ˣ). */
    public Tensor sigmoid() {
        return unary(UnaryFunction.SIGMOID);
    }

    /** Returns max(x, 0). */
    public Tensor relu() {
        return unary(UnaryFunction.RELU);
    }

    /** Returns x, with gradient 0 for what it was computed from. */
    public Tensor detach() {
        return record(new Movement.Detach(), this).getFirst();
    }

    // ---- reductions; no axes means all of them

    /** Returns f folded along {@code axes}, which are dropped, or kept with size 1. */
    public Tensor reduce(ReduceFunction function, boolean keepDims, int... axes) {
        int[] sorted = axes.length == 0 ? IntStream.range(0, rank()).toArray() : Arrays.stream(axes).map(a -> shape().axis(a)).sorted().toArray();
        return record(new Reduction.Reduce(function, Ints.of(sorted), keepDims), this).getFirst();
    }

    /** Returns Σ x along {@code axes}. */
    public Tensor sum(int... axes) {
        return reduce(ReduceFunction.SUM, false, axes);
    }

    /** Returns Σ x / n along {@code axes}, n the number of elements folded; see {@link Reductions#mean}. */
    public Tensor mean(int... axes) {
        return Reductions.mean(this, false, axes);
    }

    /** Returns the largest element along {@code axes}. */
    public Tensor max(int... axes) {
        return reduce(ReduceFunction.MAX, false, axes);
    }

    /** Returns the smallest element along {@code axes}. */
    public Tensor min(int... axes) {
        return reduce(ReduceFunction.MIN, false, axes);
    }

    /** Returns the I64 position of the first largest element along {@code axis}, which is dropped. */
    public Tensor argmax(int axis) {
        return record(new Reduction.ArgReduce(true, shape().axis(axis), false, false), this).getFirst();
    }

    /** Returns exp(x) / Σ exp(x) along {@code axis}. */
    public Tensor softmax(int axis) {
        return record(new Normalization.Softmax(shape().axis(axis)), this).getFirst();
    }

    /** Returns x - ln Σ exp(x) along {@code axis}. */
    public Tensor logSoftmax(int axis) {
        return record(new Normalization.LogSoftmax(shape().axis(axis)), this).getFirst();
    }

    // ---- movement

    /** Returns the same elements under another shape; one size may be -1 and is then found from the others. */
    public Tensor reshape(int... dims) {
        int[] d = dims.clone();
        long known = 1;
        int open = -1;
        for (int i = 0; i < d.length; i++) {
            if (d[i] == -1 && open < 0) {
                open = i;
            } else {
                known *= d[i];
            }
        }
        if (open >= 0) {
            if (known <= 0 || type.elements() % known != 0) {
                throw new IllegalArgumentException("reshape: " + shape() + " has " + type.elements() + " elements, which " + Arrays.toString(dims)
                        + " does not divide");
            }
            d[open] = size("reshape", type.elements() / known);
        }
        return reshape(Shape.of(d));
    }

    /** Returns the same elements under another shape. */
    public Tensor reshape(Shape shape) {
        return shape.equals(shape()) ? this : record(new Movement.Reshape(shape), this).getFirst();
    }

    /** Returns {@code places} as the size of an axis that joins others. */
    private int size(String op, long places) {
        if (places > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(op + ": axes of " + shape() + " would be joined to one of " + places + " places, but an axis has at most "
                    + Integer.MAX_VALUE);
        }
        return (int) places;
    }

    /** Returns axes {@code from} and all behind it joined to one. */
    public Tensor flatten(int from) {
        int axis = shape().axis(from);
        return reshape(shape().slice(0, axis).concat(Shape.of(size("flatten", shape().elements(axis, rank())))));
    }

    /** Returns the tensor whose axis i is axis {@code axes[i]} of x. */
    public Tensor permute(int... axes) {
        return record(new Movement.Permute(Ints.of(Arrays.stream(axes).map(a -> shape().axis(a)).toArray())), this).getFirst();
    }

    /** Returns x with two axes exchanged. */
    public Tensor transpose(int a, int b) {
        int[] axes = IntStream.range(0, rank()).toArray();
        axes[shape().axis(a)] = shape().axis(b);
        axes[shape().axis(b)] = shape().axis(a);
        return permute(axes);
    }

    /** Returns x repeated to {@code shape} by NumPy's rule. */
    public Tensor expand(Shape shape) {
        return shape.equals(shape()) ? this : record(new Movement.Expand(shape), this).getFirst();
    }

    /** Returns x with an axis of size 1 before {@code axis} (negative: counted from behind the last). */
    public Tensor unsqueeze(int axis) {
        return reshape(shape().insert(axis < 0 ? axis + rank() + 1 : axis, 1));
    }

    /** Returns x without {@code axis}. @throws IllegalArgumentException if its size is not 1 */
    public Tensor squeeze(int axis) {
        if (dim(axis) != 1) {
            throw new IllegalArgumentException("squeeze: axis " + axis + " of " + shape() + " has size " + dim(axis) + ", only size 1 can be dropped");
        }
        return reshape(shape().without(axis));
    }

    /**
     * Returns places {@code from} (inclusive) to {@code to} (exclusive) of {@code axis}.
     *
     * @throws IllegalArgumentException unless 0 ≤ {@code from} ≤ {@code to} ≤ the size of the axis
     */
    public Tensor slice(int axis, int from, int to) {
        int a = shape().axis(axis);
        if (from < 0 || from > to || to > dim(a)) {
            throw new IllegalArgumentException("slice: " + from + " to " + to + " are no places of axis " + axis + " of " + shape() + ", which has "
                    + dim(a));
        }
        int[] starts = new int[rank()];
        starts[a] = from;
        return record(new Movement.Slice(Ints.of(starts), Ints.of(shape().with(a, to - from).dims()), Ints.filled(rank(), 1)), this).getFirst();
    }

    /** Returns x with zeros around it. @param before zeros in front of each axis @param after zeros behind each axis */
    public Tensor pad(int[] before, int[] after) {
        return record(new Movement.Pad(Ints.of(before), Ints.of(after), Ints.filled(rank(), 0)), this, scalar(dtype(), 0)).getFirst();
    }

    /** Returns x in reverse order along {@code axis}. */
    public Tensor flip(int axis) {
        int a = shape().axis(axis);
        int[] starts = new int[rank()];
        int[] steps = Ints.filled(rank(), 1).toArray();
        starts[a] = Math.max(0, dim(a) - 1);
        steps[a] = -1;
        return record(new Movement.Slice(Ints.of(starts), Ints.of(shape().dims()), Ints.of(steps)), this).getFirst();
    }

    /** Returns the tensors joined along {@code axis}. */
    public static Tensor concat(int axis, List<Tensor> parts) {
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("concat: there is nothing to join");
        }
        return parts.size() == 1 ? parts.getFirst()
                : record(new Movement.Concat(parts.getFirst().shape().axis(axis)), parts.toArray(Tensor[]::new)).getFirst();
    }

    /** Returns the slices of x at {@code indices} (I32 or I64) along {@code axis}; see {@link Indexing.Gather}. */
    public Tensor gather(int axis, Tensor indices) {
        return record(new Indexing.Gather(shape().axis(axis)), this, indices).getFirst();
    }

    // ---- contraction

    /** Returns x b, see {@link #matmul(Tensor, boolean, boolean)}. */
    public Tensor matmul(Tensor b) {
        return matmul(b, false, false);
    }

    /**
     * Returns y[..., m, n] = Σₖ x[..., m, k] · b[..., k, n]; leading axes broadcast.
     *
     * @param transposeA whether x is stored {@code [..., K, M]}
     * @param transposeB whether b is stored {@code [..., N, K]}
     * @throws IllegalArgumentException if an operand has fewer than 2 axes or the K differ
     */
    public Tensor matmul(Tensor b, boolean transposeA, boolean transposeB) {
        Contraction.MatMul op = new Contraction.MatMul(transposeA, transposeB);
        if (rank() < 2 || b.rank() < 2) {
            throw new IllegalArgumentException("matmul: a" + shape() + " x b" + b.shape() + ": both need at least 2 axes (use unsqueeze)");
        }
        if (b.rank() == 2 && rank() > 2 && !transposeA) {
            // One product over all rows, instead of b repeated for each batch.
            Tensor rows = reshape(Shape.of(size("matmul", shape().elements(0, rank() - 1)), dim(-1)));
            return record(op, rows, b).getFirst().reshape(shape().with(-1, b.dim(transposeB ? 0 : 1)));
        }
        Shape batch = Shape.broadcast("matmul", shape().slice(0, rank() - 2), b.shape().slice(0, b.rank() - 2));
        Tensor x = expand(batch.concat(shape().slice(rank() - 2, rank())));
        return record(op, x, b.expand(batch.concat(b.shape().slice(b.rank() - 2, b.rank())))).getFirst();
    }

    // ---- values

    /** Computes the value on the standard backend ({@link Backends#standard}), if that is still to be done, and returns this tensor. */
    public Tensor eval() {
        // A value that is there already needs no backend, which it may take long to open.
        return hasValue() ? this : eval(Backends.standard());
    }

    /** Computes the value on {@code backend}, if that is still to be done, and returns this tensor. */
    public Tensor eval(Backend backend) {
        Evaluation.compute(backend, List.of(this), false);
        return this;
    }

    /** Computes several values together, so that what they share is computed once. */
    public static void evalAll(Backend backend, List<Tensor> tensors) {
        Evaluation.compute(backend, tensors, false);
    }

    /** Returns the elements of an F32 tensor in row-major order. @throws IllegalStateException for another type */
    public float[] toFloatArray() {
        float[] a = new float[exportable(DType.F32)];
        copyTo(MemorySegment.ofArray(a));
        return a;
    }

    /** Returns the elements of an F64 tensor in row-major order. @throws IllegalStateException for another type */
    public double[] toDoubleArray() {
        double[] a = new double[exportable(DType.F64)];
        copyTo(MemorySegment.ofArray(a));
        return a;
    }

    /** Returns the elements of an I32 tensor in row-major order. @throws IllegalStateException for another type */
    public int[] toIntArray() {
        int[] a = new int[exportable(DType.I32)];
        copyTo(MemorySegment.ofArray(a));
        return a;
    }

    /** Returns the elements of an I64 tensor in row-major order. @throws IllegalStateException for another type */
    public long[] toLongArray() {
        long[] a = new long[exportable(DType.I64)];
        copyTo(MemorySegment.ofArray(a));
        return a;
    }

    /** Returns the elements of a BOOL tensor in row-major order. @throws IllegalStateException for another type */
    public boolean[] toBooleanArray() {
        byte[] bytes = new byte[exportable(DType.BOOL)];
        copyTo(MemorySegment.ofArray(bytes));
        boolean[] a = new boolean[bytes.length];
        for (int i = 0; i < a.length; i++) {
            a[i] = bytes[i] != 0;
        }
        return a;
    }

    /** Returns the only element, whatever its type. @throws IllegalStateException if there are more or none */
    public double item() {
        if (type.elements() != 1) {
            throw new IllegalStateException("item: " + type + " has " + type.elements() + " elements; reduce or slice it to one first");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment s = arena.allocate(8, 8);
            copyTo(s.asSlice(0, type.bytes()));
            return Printing.element(type.dtype(), s, 0);
        }
    }

    /** Copies the elements in row-major order to {@code target}. @throws IllegalArgumentException if its size is not that of the type */
    public void copyTo(MemorySegment target) {
        requireBytes(type, target);
        eval();
        Storage s = retained();
        try {
            s.memory().download(s.buffer(), target);
        } finally {
            s.release();
        }
    }

    /**
     * Returns another tensor of this one's value, which is computed if that is still to be done. Both lie in the same memory, but each is closed or donated
     * for itself: it stays, and no call writes over it, as long as the other one needs it.
     *
     * @throws IllegalStateException if this tensor is closed, donated or a placeholder
     */
    public Tensor alias() {
        requireUsable();
        eval();
        return new Tensor(type, retained());
    }

    /** Gives the memory of the value back. A tensor that is closed cannot be used any more; closing twice is allowed. */
    @Override
    public synchronized void close() {
        drop("closed");
    }

    /** Returns type and values, shortened where there are many; a tensor that is not evaluated says what it will be computed by. */
    @Override
    public String toString() {
        synchronized (this) {
            if (gone != null) {
                return type + " (" + gone + ")";
            }
            if (storage == null) {
                return type + (producer == null ? " (placeholder)" : " (not evaluated: " + producer.op().name() + ")");
            }
        }
        return type + " " + Printing.values(this);
    }

    // ---- for the evaluation

    /**
     * Returns the value's storage with a reference that the caller must release. While a call writes over it this waits: the value is gone then, or still
     * there if the call failed.
     *
     * @throws IllegalStateException if there is no value
     */
    Storage retained() {
        while (true) {
            Storage s;
            synchronized (this) {
                requireUsable();
                s = storage;
                if (s == null) {
                    throw new IllegalStateException("tensor " + type + " is a placeholder: inside a compiled function tensors have types but no values yet");
                }
                if (!s.isAlive()) {
                    throw new IllegalStateException("tensor " + type + ": the arena of the memory that it wraps has been closed");
                }
                if (s.retain()) {
                    return s;
                }
            }
            s.awaitClaim();
        }
    }

    /** Gives this tensor its value; it forgets its producer unless {@code keepProducer}. The reference passes to this tensor. */
    synchronized void fulfil(Storage value, boolean keepProducer) {
        if (storage != null || gone != null) {
            value.release();
            return;
        }
        adopt(value);
        if (!keepProducer) {
            forgetful = producer != null;
            producer = null;
        }
    }

    /** Returns whether this tensor was recorded once, but has been evaluated and does not know any more how. */
    synchronized boolean hasForgotten() {
        return forgetful;
    }

    /** Takes the value away, because its memory was handed to a result. */
    synchronized void donate() {
        drop("donated to a compiled function, which wrote its result over it");
    }

    /** Takes the value away, because a compiled function keeps it in a form of its own. */
    synchronized void takeOver() {
        drop("taken over by a compiled function, which keeps it in a form of its own for inputs of the types it was called with first");
    }

    /** Checks that this tensor can be used. @throws IllegalStateException if it was closed, donated or taken over; the message says which */
    public synchronized void requireUsable() {
        if (gone != null) {
            throw new IllegalStateException("tensor " + type + " cannot be used any more: it was " + gone);
        }
    }

    private void adopt(Storage value) {
        storage = value;
        cleanable = CLEANER.register(this, value::release);
    }

    private void drop(String why) {
        if (gone == null) {
            gone = why;
            producer = null;
            storage = null;
            if (cleanable != null) {
                cleanable.clean();
            }
        }
    }

    private int exportable(DType wanted) {
        if (dtype() != wanted) {
            throw new IllegalStateException("tensor " + type + " is not " + wanted.label() + "; write cast(DType." + wanted + ") first");
        }
        if (type.elements() > Integer.MAX_VALUE) {
            throw new IllegalStateException("tensor " + type + " has " + type.elements() + " elements, more than an array of Java can have; use copyTo");
        }
        return (int) type.elements();
    }

    private static Tensor copy(DType dtype, MemorySegment data, int length, int[] dims) {
        TensorType type = new TensorType(dtype, dims.length == 0 ? Shape.of(length) : Shape.of(dims));
        if (type.elements() != length) {
            throw new IllegalArgumentException("tensor " + type + " has " + type.elements() + " elements, the data " + length);
        }
        return of(type, data);
    }

    private static void requireElements(TensorType type, MemorySegment data) {
        requireBytes(type, data);
        if (type.dtype() == DType.BOOL) {
            for (long i = 0; i < data.byteSize(); i++) {
                byte b = data.get(ValueLayout.JAVA_BYTE, i);
                if (b != 0 && b != 1) {
                    throw new IllegalArgumentException("tensor " + type + ": element " + i + " is the byte " + b + "; truth values are 0 or 1");
                }
            }
        }
    }

    private static void requireBytes(TensorType type, MemorySegment data) {
        if (data.byteSize() != type.bytes()) {
            throw new IllegalArgumentException("tensor " + type + " has " + type.bytes() + " bytes, the segment " + data.byteSize());
        }
    }
}
