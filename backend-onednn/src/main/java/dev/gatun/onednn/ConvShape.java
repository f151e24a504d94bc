package dev.gatun.onednn;

import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.ffi.dnnl.Dnnl;
import dev.gatun.op.Convolution;
import dev.gatun.op.Ints;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.IntStream;

/**
 * The sizes of a convolution y = x ⋆ w, shared by it and its gradients, and how its weights look to oneDNN.
 *
 * @param type of the images that are read; those that are written, and weights, may be of others
 */
record ConvShape(Convolution.Geometry geometry, DataType type, TensorType x, TensorType w, TensorType y) {
    /** What is no more than this is read row-major: the colors of an image. */
    private static final int FEW_CHANNELS = 4;

    long[] xDims() {
        return Descriptor.dims(x);
    }

    long[] yDims() {
        return Descriptor.dims(y);
    }

    /** Returns {@code [OC, IC, kernel...]}, or {@code [G, OC/G, IC/G, kernel...]} of more than one group; row-major both are the same. */
    long[] wDims() {
        return wDims(false);
    }

    /** Returns the sizes of the weights. @param swapped whether input and output channels change their roles, as in the transposed convolution */
    long[] wDims(boolean swapped) {
        int groups = geometry.groups();
        Shape s = w.shape();
        long out = s.dim(0) / groups;
        long in = s.dim(1);
        IntStream channels = IntStream.of((int) (swapped ? in : out), (int) (swapped ? out : in));
        IntStream kernel = IntStream.of(s.slice(2, s.rank()).dims());
        return IntStream.concat(groups > 1 ? IntStream.concat(IntStream.of(groups), channels) : channels, kernel).asLongStream().toArray();
    }

    /** Returns the type of the weights, or of their gradient. */
    DataType wType() {
        return DataType.of(w.dtype()).orElseThrow();
    }

    /** Returns whether each place of the kernel meets an element of x somewhere: some do not where x is narrower than the padding lets the kernel be. */
    boolean everyPlaceMeetsX() {
        return IntStream.range(0, geometry.spatialRank()).allMatch(i -> IntStream.range(0, w.shape().dim(i + 2)).allMatch(k ->
                IntStream.range(0, y.shape().dim(i + 2)).anyMatch(o -> meetsX(i, o, k))));
    }

    /** Returns whether each element of y is a sum of one of x at least: some are not where the padding is wider than the kernel. */
    boolean everyResultMeetsX() {
        return IntStream.range(0, geometry.spatialRank()).allMatch(i -> IntStream.range(0, y.shape().dim(i + 2)).allMatch(o ->
                IntStream.range(0, w.shape().dim(i + 2)).anyMatch(k -> meetsX(i, o, k))));
    }

    /** Returns whether each element of x is a term of one of y at least: some are not where the kernel has gaps or strides are wide. */
    boolean everyElementMeetsY() {
        return IntStream.range(0, geometry.spatialRank()).allMatch(i -> {
            int stride = geometry.strides().get(i);
            int end = y.shape().dim(i + 2) * stride;
            return IntStream.range(0, x.shape().dim(i + 2)).map(at -> at + geometry.padBefore().get(i)).allMatch(at ->
                    IntStream.range(0, w.shape().dim(i + 2)).map(k -> at - k * geometry.dilations().get(i))
                            .anyMatch(o -> o >= 0 && o < end && o % stride == 0));
        });
    }

    /** Returns whether place {@code k} of the kernel lies on an element of x where the kernel computes element {@code o} of y, along spatial axis {@code i}. */
    private boolean meetsX(int i, int o, int k) {
        int at = o * geometry.strides().get(i) + k * geometry.dilations().get(i) - geometry.padBefore().get(i);
        return at >= 0 && at < x.shape().dim(i + 2);
    }

    /** Returns how the weights lie row-major, under the axes of {@link #wDims(boolean)}. */
    Descriptor plainWeights(boolean swapped) {
        long[] strides = Descriptor.rowMajor(wDims());
        if (swapped) {
            int out = geometry.groups() > 1 ? 1 : 0;
            long stride = strides[out];
            strides[out] = strides[out + 1];
            strides[out + 1] = stride;
        }
        return Descriptor.strided(wType(), wDims(swapped), strides);
    }

    /**
     * Returns whether x and y shall lie in blocks of channels; x may lie row-major instead if it has few of them. In float32 always if they are full; in BF16
     * where weights are trained: the gradients have faster kernels there, and nothing is reordered between them and the forward pass. Tiles of AMX are for
     * channels last, and faster than both.
     */
    boolean suitsBlocks(boolean isTrained) {
        boolean narrow = type == DataType.BF16 && isTrained && !Library.has(Dnnl.dnnl_cpu_isa_avx512_core_amx());
        boolean sameType = x.dtype() == y.dtype() && (type == DataType.F32 || narrow);
        return sameType && (isFull(x) || hasFewChannels()) && isFull(y);
    }

    private boolean isFull(TensorType image) {
        return Descriptor.isFull(image, block());
    }

    private int block() {
        return DnnlLayout.block(type);
    }

    boolean hasFewChannels() {
        return x.shape().dim(1) <= FEW_CHANNELS && geometry.groups() == 1;
    }

    /** Returns x in blocks of channels, or row-major if it has few. */
    Descriptor blockedX() {
        return hasFewChannels() ? Descriptor.plain(type, x) : Descriptor.blocked(type, block(), xDims());
    }

    /** Returns y in blocks of channels. */
    Descriptor blockedY() {
        return Descriptor.blocked(type, block(), yDims());
    }

    /** How the kernel moves, as arrays of native memory. @param dilates D - 1 */
    record Window(MemorySegment strides, MemorySegment dilates, MemorySegment before, MemorySegment after) { }

    Window window(Arena arena) {
        Ints dilations = geometry.dilations();
        return new Window(array(arena, geometry.strides().toArray()), array(arena, IntStream.of(dilations.toArray()).map(d -> d - 1).toArray()),
                array(arena, geometry.padBefore().toArray()), array(arena, geometry.padAfter().toArray()));
    }

    private static MemorySegment array(Arena arena, int... values) {
        return arena.allocateFrom(ValueLayout.JAVA_LONG, IntStream.of(values).asLongStream().toArray());
    }
}
