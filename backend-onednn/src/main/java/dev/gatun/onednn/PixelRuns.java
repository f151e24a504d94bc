package dev.gatun.onednn;

import dev.gatun.TensorType;
import dev.gatun.spi.Layout;
import java.util.Optional;

/**
 * Images of one or two spatial axes whose channels lie side by side: {@code [planes, H, W, channels]}, where a plane is a whole image if channels lie last, or
 * a block of 16 of its channels.
 *
 * @param channels of a pixel in memory
 */
record PixelRuns(PoolShape shape, ImageFormat format, int planes, int channels) {
    private static final int BLOCK = 16;

    /** Returns the images of a pool, or empty if they do not lie so, or a pixel is no number of vectors. */
    static Optional<PixelRuns> of(PoolShape shape, ImageFormat format) {
        int N = shape.x().shape().dim(0);
        int C = shape.x().shape().dim(1);
        if (C % Bf16MaxPool.SHORTS.length() != 0) {
            return Optional.empty();
        }
        return switch (format) {
            case ROW_MAJOR -> Optional.empty();
            case CHANNELS_LAST -> Optional.of(new PixelRuns(shape, format, N, C));
            case BLOCKS -> BLOCK % Bf16MaxPool.SHORTS.length() == 0 ? Optional.of(new PixelRuns(shape, format, N * (C / BLOCK), BLOCK)) : Optional.empty();
        };
    }

    /** Returns the layout of an image of these channels. */
    Layout layout(TensorType image) {
        DataType type = DataType.of(image.dtype()).orElseThrow();
        Descriptor bf16 = format.descriptor(DataType.BF16, image);
        return DnnlLayout.of(image, bf16.as(type), Descriptor.plain(type, image));
    }

    /** Returns the bytes of a pixel of BF16. */
    long pixel() {
        return 2L * channels;
    }

    private int spatial(int axis) {
        return axis - 2 + shape.window().spatialRank();
    }

    /** Returns the size of x along axis 0 or 1; where there is one axis, it is the second. */
    int in(int axis) {
        return spatial(axis) < 0 ? 1 : shape.in(spatial(axis));
    }

    int out(int axis) {
        return spatial(axis) < 0 ? 1 : shape.out(spatial(axis));
    }

    /** Returns the first place of x in window {@code o}. */
    int first(int axis, int o) {
        return spatial(axis) < 0 ? 0 : Math.max(0, shape.start(spatial(axis), o));
    }

    /** Returns the place behind the last one of x in window {@code o}. */
    int end(int axis, int o) {
        return spatial(axis) < 0 ? 1 : Math.min(in(axis), shape.start(spatial(axis), o) + shape.window().kernel().get(spatial(axis)));
    }

    /** Returns the first window that has place {@code i} of x. */
    int firstWindow(int axis, int i) {
        if (spatial(axis) < 0) {
            return 0;
        }
        int stride = shape.window().strides().get(spatial(axis));
        return Math.max(0, Math.ceilDiv(i - shape.start(spatial(axis), 0) - shape.window().kernel().get(spatial(axis)) + 1, stride));
    }

    /** Returns the window behind the last one that has place {@code i} of x. */
    int endWindow(int axis, int i) {
        return spatial(axis) < 0 ? 1 : Math.min(out(axis), (i - shape.start(spatial(axis), 0)) / shape.window().strides().get(spatial(axis)) + 1);
    }
}
