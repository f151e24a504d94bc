package dev.gatun.onednn;

import dev.gatun.TensorType;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.Layout;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** The ways in which the primitives over images {@code [N, C, spatial...]} have kernels for them, of one to three spatial axes. */
enum ImageFormat {
    /** A pixel's channels side by side: {@code acdb}. */
    CHANNELS_LAST,
    /** A pixel's channels 16 at a time, or as many as a vector has floats: {@code aBcd16b}. */
    BLOCKS,
    /** {@code abcd}. */
    ROW_MAJOR;

    private static final int SPATIAL = 2;

    /** Returns whether a tensor is such an image. */
    static boolean isImage(TensorType tensor) {
        int rank = tensor.shape().rank();
        return rank > SPATIAL && rank <= SPATIAL + 3;
    }

    /** Returns how an image lies in this format. */
    Descriptor descriptor(DataType type, TensorType image) {
        long[] dims = Descriptor.dims(image);
        return switch (this) {
            case ROW_MAJOR -> Descriptor.plain(type, dims);
            case CHANNELS_LAST -> Descriptor.strided(type, dims, channelsLast(dims));
            case BLOCKS -> Descriptor.blocked(type, DnnlLayout.block(type), dims);
        };
    }

    private boolean canHold(DataType type, TensorType image) {
        return this != BLOCKS || Descriptor.isFull(image, DnnlLayout.block(type));
    }

    private static long[] channelsLast(long... dims) {
        long[] strides = new long[dims.length];
        strides[1] = 1;
        long stride = dims[1];
        for (int i = dims.length - 1; i >= SPATIAL; i--) {
            strides[i] = stride;
            stride *= dims[i];
        }
        strides[0] = stride;
        return strides;
    }

    /** Returns the formats in which an image can lie, first that in which it does. */
    private static List<ImageFormat> from(DataType type, TensorType image, Layout layout) {
        Optional<Descriptor> lies = Descriptor.of(image, layout);
        Stream<ImageFormat> all = Arrays.stream(values()).filter(f -> f.canHold(type, image));
        return all.sorted(Comparator.comparing(f -> !lies.equals(Optional.of(f.descriptor(type, image))))).toList();
    }

    /** Returns the kernel for the first format that has one, if possible that in which an image lies. */
    static Optional<Kernel> first(DataType type, TensorType image, Layout layout, Function<ImageFormat, Optional<Kernel>> kernel) {
        return from(type, image, layout).stream().flatMap(format -> kernel.apply(format).stream()).findFirst();
    }
}
