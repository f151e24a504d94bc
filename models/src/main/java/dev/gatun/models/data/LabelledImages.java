package dev.gatun.models.data;

import dev.gatun.Shape;
import dev.gatun.Tensor;
import java.util.Arrays;

/**
 * Grey images of one size, each with its class: N images of H x W bytes, 0 black to 255 white.
 *
 * @param height H
 * @param width W
 * @param classes labels are 0 ... classes - 1
 * @param pixels N·H·W bytes, row-major, each to be read as unsigned
 * @param labels N bytes
 * @param scale how a byte becomes a number
 */
public record LabelledImages(int height, int width, int classes, byte[] pixels, byte[] labels, PixelScale scale) {
    /**
     * Pixel p stands for the number (p/255 - mean)/deviation, so that those of a whole data set have mean 0 and variance 1.
     *
     * @param mean of p/255
     * @param deviation of p/255, positive
     */
    public record PixelScale(double mean, double deviation) {
        /** p/255. */
        public static final PixelScale UNIT = new PixelScale(0, 1);

        /** @throws IllegalArgumentException if the deviation is not positive */
        public PixelScale {
            if (!(deviation > 0)) {
                throw new IllegalArgumentException("pixel scale: the deviation must be positive, got " + deviation);
            }
        }

        /**
         * Returns the numbers of all 256 bytes. Computed in float as {@code (p / 255f - mean) / deviation}, so that results do not depend on the way.
         */
        float[] table() {
            float[] numbers = new float[256];
            for (int p = 0; p < numbers.length; p++) {
                numbers[p] = (p / 255f - (float) mean) / (float) deviation;
            }
            return numbers;
        }
    }

    /** @throws IllegalArgumentException if the numbers of pixels and labels do not fit, or a label is not below {@code classes} */
    public LabelledImages {
        if (height < 1 || width < 1 || classes < 1 || classes > 128) {
            throw new IllegalArgumentException("images: size " + height + " x " + width + " and " + classes
                    + " classes: sizes must be positive, classes 1 to 128");
        }
        if (pixels.length != Math.multiplyExact(labels.length, Math.multiplyExact(height, width))) {
            throw new IllegalArgumentException("images: " + pixels.length + " pixels do not make " + labels.length + " images of "
                    + height + " x " + width);
        }
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] < 0 || labels[i] >= classes) {
                throw new IllegalArgumentException("images: label " + Byte.toUnsignedInt(labels[i]) + " of image " + i
                        + " is outside of 0 to " + (classes - 1));
            }
        }
    }

    /** Returns N. */
    public int count() {
        return labels.length;
    }

    /** Returns these images with numbers made by another scale. */
    public LabelledImages with(PixelScale other) {
        return new LabelledImages(height, width, classes, pixels, labels, other);
    }

    /** Returns images {@code from} (inclusive) to {@code to} (exclusive). @throws IllegalArgumentException if not all of them are there */
    public LabelledImages slice(int from, int to) {
        if (from < 0 || from > to || to > count()) {
            throw new IllegalArgumentException("images: " + from + " to " + to + " is no range of " + count() + " images");
        }
        int size = height * width;
        byte[] some = Arrays.copyOfRange(pixels, from * size, to * size);
        return new LabelledImages(height, width, classes, some, Arrays.copyOfRange(labels, from, to), scale);
    }

    /**
     * Returns the images at places {@code which} of this set as {@code x [n, 1, H, W]} F32 and {@code labels [n]} I64.
     *
     * @throws IllegalArgumentException if a place is outside of 0 to {@link #count} - 1
     */
    public Batch batch(int... which) {
        for (int place : which) {
            if (place < 0 || place >= count()) {
                throw new IllegalArgumentException("images: there is no image " + place + " of " + count());
            }
        }
        float[] table = scale.table();
        int size = height * width;
        float[] x = new float[which.length * size];
        long[] y = new long[which.length];
        for (int i = 0; i < which.length; i++) {
            for (int p = 0; p < size; p++) {
                x[i * size + p] = table[Byte.toUnsignedInt(pixels[which[i] * size + p])];
            }
            y[i] = labels[which[i]];
        }
        return new Batch(Tensor.of(x, which.length, 1, height, width), Tensor.of(y, which.length));
    }

    /** Returns the shape of a batch of {@code n} images. */
    public Shape shape(int n) {
        return Shape.of(n, 1, height, width);
    }
}
