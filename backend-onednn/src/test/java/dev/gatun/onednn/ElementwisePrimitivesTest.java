package dev.gatun.onednn;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Elementwise.UnaryFunction;
import dev.gatun.spi.Layout;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Functions of images channels last, and, where zeros stay zeros, in blocks that their channels do not fill, which the vector backend cannot read. */
class ElementwisePrimitivesTest {
    private static final int BLOCK = 16;

    private static Direct direct;

    @BeforeAll
    static void load() {
        direct = new Direct();
    }

    @AfterAll
    static void close() {
        direct.close();
    }

    private static TensorType image(DType dtype) {
        return TensorType.of(dtype, 2, 9, 5, 7);
    }

    /** @param zerosStay whether the function makes zeros of the zeros behind the last channel: else there are but plain loops for blocks */
    private static List<Layout> layouts(TensorType image, boolean zerosStay) {
        DataType type = DataType.of(image.dtype()).orElseThrow();
        Descriptor plain = Descriptor.plain(type, image);
        Layout last = DnnlLayout.of(image, ImageFormat.CHANNELS_LAST.descriptor(type, image), plain);
        Layout blocks = DnnlLayout.of(image, Descriptor.blocked(type, BLOCK, Descriptor.dims(image)), plain);
        return zerosStay ? List.of(last, blocks) : List.of(last);
    }

    /** Two digits of the type, of the largest number. */
    private static double digits(DType dtype) {
        return dtype == DType.F32 ? 2e-6 : 0x1p-7;
    }

    @Test
    void functionsOfOneOperandAreThoseOfTheReferenceAlsoOfWhatIsNoNumber() {
        for (DType dtype : List.of(DType.F32, DType.BF16)) {
            TensorType x = image(dtype);
            for (UnaryFunction f : List.of(UnaryFunction.TANH, UnaryFunction.SIGMOID, UnaryFunction.ABS, UnaryFunction.SQRT)) {
                for (Layout layout : layouts(x, f != UnaryFunction.SIGMOID)) {
                    var request = Direct.request(new Elementwise.Unary(f), List.of(x), List.of(x), List.of(layout));
                    direct.agreesOnExtremes((r, s) -> Eltwise.of(f, r, s), request, digits(dtype));
                }
            }
        }
    }

    @Test
    void reluIsDeclinedBecauseNotANumberMustStay() {
        TensorType x = image(DType.BF16);
        for (Layout layout : layouts(x, true)) {
            var request = Direct.request(new Elementwise.Unary(UnaryFunction.RELU), List.of(x), List.of(x), List.of(layout));
            assertTrue(direct.kernel((r, s) -> Eltwise.of(UnaryFunction.RELU, r, s), request).isEmpty());
        }
    }

    @Test
    void functionsOfTwoOperandsAreThoseOfTheReferenceAlsoOfWhatIsNoNumber() {
        for (DType dtype : List.of(DType.F32, DType.BF16)) {
            TensorType x = image(dtype);
            for (BinaryFunction f : List.of(BinaryFunction.ADD, BinaryFunction.SUB, BinaryFunction.MUL, BinaryFunction.DIV)) {
                for (Layout layout : layouts(x, f != BinaryFunction.DIV)) {
                    var request = Direct.request(new Elementwise.Binary(f), List.of(x, x), List.of(x), List.of(layout, layout));
                    direct.agreesOnExtremes((r, s) -> Binary.of(f, r, s), request, digits(dtype));
                }
            }
        }
    }
}
