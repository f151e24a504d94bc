package dev.gatun.onednn;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Ints;
import dev.gatun.op.Normalization;
import dev.gatun.op.Op;
import dev.gatun.op.Pooling;
import dev.gatun.op.Pooling.Divisor;
import dev.gatun.op.Pooling.Window;
import dev.gatun.spi.Layout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Primitives over images {@code [N, C, H, W]} in every format, whether or not the backend would choose them there. */
class ImagePrimitivesTest {
    private static final int N = 2;
    private static final int C = 32;
    private static final double F32_DIGITS = 2e-6;
    /** Two digits of the last place and a half: where windows overlap, oneDNN rounds a sum of gradients after each addition. */
    private static final double BF16_DIGITS = 0x1.4p-6;

    private static Direct direct;

    @BeforeAll
    static void load() {
        direct = new Direct();
    }

    @AfterAll
    static void close() {
        direct.close();
    }

    private static Window window(int kernel, int stride, int pad, boolean ceil) {
        return new Window(Ints.of(kernel, kernel), Ints.of(stride, stride), Ints.of(pad, pad), Ints.of(pad, pad), Ints.of(1, 1), ceil);
    }

    private static TensorType image(DType dtype, int height, int width) {
        return TensorType.of(dtype, N, C, height, width);
    }

    private static TensorType pooled(Window w, TensorType x) {
        return x.with(Shape.of(N, C, w.out(0, x.shape().dim(2)), w.out(1, x.shape().dim(3))));
    }

    private static TensorType channels() {
        return TensorType.of(DType.F32, C);
    }

    /** Returns the layout of an image in a format. */
    private static Layout layout(ImageFormat format, TensorType image) {
        DataType type = DataType.of(image.dtype()).orElseThrow();
        return DnnlLayout.of(image, format.descriptor(type, image), Descriptor.plain(type, image));
    }

    private static double digits(DType dtype) {
        return dtype == DType.F32 ? F32_DIGITS : BF16_DIGITS;
    }

    /** Runs a kernel for operands in each format that {@code formats} names; vectors lie row-major. */
    private static void agrees(Direct.Kind kind, Op op, List<TensorType> in, List<TensorType> out, ImageFormat... formats) {
        for (ImageFormat format : formats) {
            List<Layout> layouts = in.stream().map(t -> ImageFormat.isImage(t) ? layout(format, t) : Layout.PLAIN).toList();
            direct.agrees(kind, Direct.request(op, in, out, layouts), digits(in.getFirst().dtype()));
        }
    }

    @Test
    void meansCountPaddingAsTheOpSaysInEveryFormat() {
        for (DType dtype : List.of(DType.F32, DType.BF16)) {
            for (Divisor divisor : List.of(Divisor.VALID, Divisor.PADDED)) {
                for (Window w : List.of(window(3, 2, 1, false), window(2, 2, 0, false), window(3, 1, 1, false))) {
                    TensorType x = image(dtype, 9, 14);
                    var forward = new Pooling.AvgPool(w, divisor);
                    agrees((r, s) -> Pool.of(forward, r, s), forward, List.of(x), List.of(pooled(w, x)), ImageFormat.values());
                    var backward = new Pooling.AvgPoolBackward(w, divisor, Ints.of(9, 14));
                    agrees((r, s) -> Pool.of(backward, r, s), backward, List.of(pooled(w, x)), List.of(x), ImageFormat.values());
                }
            }
        }
    }

    @Test
    void meansOfWindowsBeyondTheDeclaredPaddingAreDeclined() {
        Window w = window(3, 2, 0, true);
        TensorType x = image(DType.F32, 8, 8);
        var padded = new Pooling.AvgPool(w, Divisor.PADDED);
        assertTrue(direct.kernel((r, s) -> Pool.of(padded, r, s), Direct.request(padded, List.of(x), List.of(pooled(w, x)), List.of(Layout.PLAIN))).isEmpty());
        var valid = new Pooling.AvgPool(w, Divisor.VALID);
        agrees((r, s) -> Pool.of(valid, r, s), valid, List.of(x), List.of(pooled(w, x)), ImageFormat.BLOCKS);
    }

    @Test
    void maximaOfBytesAreTakenChannelsLast() {
        Window w = window(3, 2, 1, false);
        for (DType dtype : List.of(DType.I8, DType.U8)) {
            TensorType x = image(dtype, 9, 14);
            var op = new Pooling.MaxPool(w, false);
            agrees((r, s) -> Pool.of(op, r, s), op, List.of(x), List.of(pooled(w, x)), ImageFormat.CHANNELS_LAST);
        }
    }

    @Test
    void maximaOfFloatsAreDeclinedBecauseNotANumberMustWin() {
        Window w = window(2, 2, 0, false);
        var op = new Pooling.MaxPool(w, false);
        for (DType dtype : List.of(DType.F32, DType.BF16)) {
            TensorType x = image(dtype, 8, 8);
            assertTrue(direct.kernel((r, s) -> Pool.of(op, r, s), Direct.request(op, List.of(x), List.of(pooled(w, x)), List.of(Layout.PLAIN))).isEmpty());
        }
    }

    @Test
    void batchStatisticsAndGradientsAreThoseOfTheReference() {
        var forward = new Normalization.BatchNorm(1e-5);
        var backward = new Normalization.BatchNormBackward(1e-5);
        for (DType dtype : List.of(DType.F32, DType.BF16)) {
            TensorType x = image(dtype, 6, 7);
            agrees((r, s) -> BatchNorm.of(forward, r, s), forward, List.of(x, channels(), channels()), List.of(x, channels(), channels()),
                    ImageFormat.values());
            agrees((r, s) -> BatchNorm.of(backward, r, s), backward, List.of(x, channels(), channels(), channels(), x),
                    List.of(x, channels(), channels()), ImageFormat.values());
        }
    }

    @Test
    void neighbouringChannelsAreNormalizedInEveryFormatThatHasAKernel() {
        var op = new Normalization.LocalResponseNorm(5, 1e-2, 0.75, 2);
        TensorType x = image(DType.F32, 6, 7);
        agrees((r, s) -> Lrn.of(op, r, s), op, List.of(x), List.of(x), ImageFormat.values());
    }

    @Test
    void anEvenNumberOfNeighboursIsDeclinedBecauseOneDnnCentersItOtherwise() {
        var op = new Normalization.LocalResponseNorm(4, 1e-2, 0.75, 2);
        TensorType x = image(DType.F32, 6, 7);
        assertTrue(direct.kernel((r, s) -> Lrn.of(op, r, s), Direct.request(op, List.of(x), List.of(x), List.of(Layout.PLAIN))).isEmpty());
    }

    @Test
    void theFormatInWhichAnImageLiesIsTriedFirst() {
        TensorType x = image(DType.BF16, 6, 7);
        for (ImageFormat format : ImageFormat.values()) {
            List<ImageFormat> tried = new ArrayList<>();
            ImageFormat.first(DataType.BF16, x, layout(format, x), f -> {
                tried.add(f);
                return Optional.empty();
            });
            assertTrue(tried.getFirst() == format && tried.containsAll(Arrays.asList(ImageFormat.values())), tried.toString());
        }
    }
}
