package dev.gatun.onednn;

import dev.gatun.TensorType;
import dev.gatun.ffi.dnnl.Dnnl;
import dev.gatun.spi.Layout;
import dev.gatun.vector.blocked.Blocked;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * How a tensor lies in memory in oneDNN's words: element type, sizes, strides, inner blocks. A value: two that describe the same are equal. The native object
 * is freed when nobody holds its {@link #handle}, nor a call has it as an argument: to hold the handle is enough.
 */
final class Descriptor {
    /** In place of an operand that is not there. */
    static final Descriptor ABSENT = new Descriptor(MemorySegment.NULL, 0);

    private final MemorySegment handle;
    private final long bytes;

    private Descriptor(MemorySegment handle, long bytes) {
        this.handle = handle;
        this.bytes = bytes;
    }

    /** Fills a pointer with a new native descriptor. */
    private interface Creation {
        int create(MemorySegment result, Arena arena);
    }

    @SuppressWarnings("restricted")
    private static Descriptor create(String function, Creation creation, Object... arguments) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(ValueLayout.ADDRESS);
            Status.check(creation.create(result, arena), function, arguments);
            MemorySegment handle = result.get(ValueLayout.ADDRESS, 0).reinterpret(Arena.ofAuto(), Dnnl::dnnl_memory_desc_destroy);
            return new Descriptor(handle, Dnnl.dnnl_memory_desc_get_size(handle));
        }
    }

    /** Returns a copy of a native descriptor that somebody else owns. */
    static Descriptor copyOf(MemorySegment other) {
        return create("dnnl_memory_desc_clone", (result, arena) -> Dnnl.dnnl_memory_desc_clone(result, other));
    }

    /** Returns the descriptor of elements {@code strides} apart. */
    static Descriptor strided(DataType type, long[] dims, long[] strides) {
        return create("dnnl_memory_desc_create_with_strides", (result, arena) -> Dnnl.dnnl_memory_desc_create_with_strides(result, dims.length,
                arena.allocateFrom(ValueLayout.JAVA_LONG, dims), type.code(), arena.allocateFrom(ValueLayout.JAVA_LONG, strides)),
                type, Arrays.toString(dims), Arrays.toString(strides));
    }

    /** Returns the descriptor of row-major elements. */
    static Descriptor plain(DataType type, long... dims) {
        return strided(type, dims, rowMajor(dims));
    }

    /** Returns the descriptor of a row-major tensor; a scalar has one axis. */
    static Descriptor plain(DataType type, TensorType tensor) {
        return plain(type, dims(tensor));
    }

    /** Returns a descriptor that leaves the choice to the primitive. */
    static Descriptor any(DataType type, long... dims) {
        return tagged(type, Dnnl.dnnl_format_tag_any(), dims);
    }

    /** Returns the descriptor of images {@code [N, C, spatial...]} in blocks of 8 or 16 channels. @param dims those of an image that {@link #isFull} */
    static Descriptor blocked(DataType type, int block, long... dims) {
        int tag = block == 8 ? Dnnl.dnnl_aBcd8b() : Dnnl.dnnl_aBcd16b();
        int last = dims.length - 1;
        long[] flat = {dims[0], dims[1], Arrays.stream(dims, 2, last).reduce(1, Math::multiplyExact), dims[last]};
        return dims.length == flat.length ? tagged(type, tag, flat) : tagged(type, tag, flat).reshaped(dims);
    }

    private Descriptor reshaped(long... dims) {
        return create("dnnl_memory_desc_reshape", (result, arena) -> Dnnl.dnnl_memory_desc_reshape(result, handle, dims.length,
                arena.allocateFrom(ValueLayout.JAVA_LONG, dims)), this, Arrays.toString(dims));
    }

    private static Descriptor tagged(DataType type, int tag, long[] dims) {
        return create("dnnl_memory_desc_create_with_tag", (result, arena) -> Dnnl.dnnl_memory_desc_create_with_tag(result, dims.length,
                arena.allocateFrom(ValueLayout.JAVA_LONG, dims), type.code(), tag), type, Arrays.toString(dims), tag);
    }

    /** Returns how a tensor lies in {@code layout}, or empty if oneDNN cannot read it there. */
    static Optional<Descriptor> of(TensorType tensor, Layout layout) {
        return DataType.of(tensor.dtype()).flatMap(type -> switch (layout) {
            case Layout.Plain _ -> Optional.of(plain(type, tensor));
            case DnnlLayout own -> Optional.of(own.descriptor());
            case Blocked blocks when isFull(tensor, blocks.block()) -> Optional.of(blocked(type, blocks.block(), dims(tensor)));
            default -> Optional.empty();                          // packed weights of the vector backend, or lanes with garbage behind the last channel
        });
    }

    /** Returns whether the channels of an image fill blocks: oneDNN wants zeros behind the last channel, the vector backend leaves anything there. */
    static boolean isFull(TensorType tensor, int block) {
        int rank = tensor.shape().rank();
        return rank >= 3 && rank <= 5 && tensor.shape().dim(1) % block == 0 && (block == 8 || block == 16);
    }

    /** Returns the sizes of a tensor; of a scalar, 1. */
    static long[] dims(TensorType tensor) {
        return tensor.shape().rank() == 0 ? new long[] {1} : Arrays.stream(tensor.shape().dims()).asLongStream().toArray();
    }

    /** Returns the strides of row-major data. */
    static long[] rowMajor(long... dims) {
        long[] strides = new long[dims.length];
        long stride = 1;
        for (int i = dims.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= dims[i];
        }
        return strides;
    }

    /**
     * Returns the descriptor of elements of a type that lie as these.
     *
     * @throws IllegalArgumentException if the type is another one and these lie in other blocks than of {@link #isBlockedAlone channels alone}
     */
    Descriptor as(DataType type) {
        if (type.code() == number(Dnnl.dnnl_query_data_type())) {
            return this;
        }
        long[] sizes = blocks().getLast();
        if (sizes.length > 0 && !isBlockedAlone()) {
            throw new IllegalArgumentException("blocks " + this + " cannot be said of elements of type " + type);
        }
        return sizes.length == 0 ? strided(type, dims(), strides()) : blocked(type, (int) sizes[0], dims());
    }

    /** Returns whether these lie as {@link #blocked} says: in blocks of 8 or 16 channels, axes in the usual order. */
    boolean isBlockedAlone() {
        long[] sizes = blocks().getLast();
        long[] dims = dims();
        return sizes.length == 1 && blocks().getFirst()[0] == 1 && (sizes[0] == 8 || sizes[0] == 16) && dims.length >= 3 && dims.length <= 5
                && Arrays.equals(strides(), blocked(DataType.F32, (int) sizes[0], dims).strides());
    }

    /** Returns the native object. */
    MemorySegment handle() {
        return handle;
    }

    /** Returns the bytes from the first to behind the last element, padding included. */
    long bytes() {
        return bytes;
    }

    /** Returns the sizes. */
    long[] dims() {
        return query(Dnnl.dnnl_query_dims());
    }

    /** Returns the strides between elements, or between blocks. */
    long[] strides() {
        return query(Dnnl.dnnl_query_strides());
    }

    /** Returns the axes of the inner blocks, from the outer to the inner, and their sizes; both are empty where elements are merely strided. */
    List<long[]> blocks() {
        return List.of(query(Dnnl.dnnl_query_inner_idxs(), number(Dnnl.dnnl_query_inner_nblks_s32())),
                query(Dnnl.dnnl_query_inner_blks(), number(Dnnl.dnnl_query_inner_nblks_s32())));
    }

    /** Returns whether the format says how elements lie; the others are known to one primitive alone. */
    boolean isOpen() {
        return number(Dnnl.dnnl_query_format_kind()) == Dnnl.dnnl_blocked();
    }

    private int number(int what) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(ValueLayout.JAVA_INT);
            Status.check(Dnnl.dnnl_memory_desc_query(handle, what, result), "dnnl_memory_desc_query", what);
            return result.get(ValueLayout.JAVA_INT, 0);
        }
    }

    private long[] query(int what) {
        return query(what, number(Dnnl.dnnl_query_ndims_s32()));
    }

    @SuppressWarnings("restricted")
    private long[] query(int what, int count) {
        if (count == 0) {
            return new long[0];
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(ValueLayout.ADDRESS);
            Status.check(Dnnl.dnnl_memory_desc_query(handle, what, result), "dnnl_memory_desc_query", what);
            return result.get(ValueLayout.ADDRESS, 0).reinterpret(count * (long) Long.BYTES).toArray(ValueLayout.JAVA_LONG);
        }
    }

    /** Returns the order of the axes in memory as oneDNN writes it, e.g. {@code acdb} for channels last, {@code aBcd16b} for blocks of 16 channels. */
    @Override
    public String toString() {
        if (handle.equals(MemorySegment.NULL) || !isOpen()) {
            return "opaque";
        }
        long[] strides = strides();
        long[] axes = blocks().get(0);
        long[] sizes = blocks().get(1);
        StringBuilder label = new StringBuilder();
        IntStream.range(0, strides.length).boxed().sorted(Comparator.comparingLong((Integer i) -> -strides[i]))
                .forEach(i -> label.append((char) ((Arrays.stream(axes).anyMatch(a -> a == i) ? 'A' : 'a') + i)));
        for (int i = 0; i < axes.length; i++) {
            label.append(sizes[i]).append((char) ('a' + axes[i]));
        }
        return label.toString();
    }

    @Override
    public boolean equals(Object other) {
        return this == other || other instanceof Descriptor d && bytes == d.bytes && !isAbsent() && !d.isAbsent()
                && Dnnl.dnnl_memory_desc_equal(handle, d.handle) != 0;
    }

    private boolean isAbsent() {
        return handle.equals(MemorySegment.NULL);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(bytes);
    }
}
