package dev.gatun.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Convolution;
import dev.gatun.op.Convolution.Geometry;
import dev.gatun.op.Ints;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConvolutionLoopsTest {
    @ParameterizedTest
    @CsvSource({"conv_3x3_same, 2, 1, 1, 1, 1", "conv_grouped, 2, 1, 1, 1, 3", "conv_dilated, 2, 1, 2, 2, 1", "conv3d, 3, 1, 1, 1, 1"})
    void convolutionAndItsGradientsAreThoseOfPyTorch(String name, int rank, int stride, int pad, int dilation, int groups) {
        Golden golden = Golden.read(name);
        Geometry geometry = geometry(rank, stride, pad, pad, dilation, groups);
        Values x = golden.get("x");
        Values w = golden.get("w");
        Values dy = golden.get("dy");
        golden.assertIs("y", conv(geometry, x, w).plus(golden.get("b"), 1));
        golden.assertIs("grad_x", backwardData(geometry, dy, w, x.shape()));
        golden.assertIs("grad_w", backwardWeights(geometry, x, dy, w.shape()));
    }

    @Test
    void transposedConvolutionIsTheGradientInX() {
        Golden golden = Golden.read("deconv_out_pad");
        Geometry geometry = geometry(2, 2, 1, 1, 1, 2);
        Values x = golden.get("x");
        Values w = golden.get("w");
        Values dy = golden.get("dy");
        golden.assertIs("y", backwardData(geometry, x, w, dy.shape()).plus(golden.get("b"), 1));
        golden.assertIs("grad_x", conv(geometry, dy, w));
        golden.assertIs("grad_w", backwardWeights(geometry, dy, x, w.shape()));
    }

    @Test
    void eachOutputSumsTheKernelOverWhatLiesUnderIt() {
        Values x = Values.of(Shape.of(1, 1, 5), 1, 2, 3, 4, 5);
        Values w = Values.of(Shape.of(1, 1, 2), 1, 10);
        conv(geometry(1, 1, 0, 0, 1, 1), x, w).assertExactly(21, 32, 43, 54);
        conv(geometry(1, 2, 0, 0, 1, 1), x, w).assertExactly(21, 43);
        conv(geometry(1, 1, 0, 0, 3, 1), x, w).assertExactly(41, 52);
        conv(geometry(1, 1, 1, 0, 1, 1), x, w).assertExactly(10, 21, 32, 43, 54);
        conv(geometry(1, 1, 0, 2, 1, 1), x, w).assertExactly(21, 32, 43, 54, 5, 0);
    }

    @Test
    void unequalPaddingIsZerosInFrontAndBehind() {
        Geometry padded = new Geometry(Ints.of(2, 1), Ints.of(0, 3), Ints.of(2, 1), Ints.of(1, 2), 1);
        Geometry bare = new Geometry(Ints.of(2, 1), Ints.of(0, 0), Ints.of(0, 0), Ints.of(1, 2), 1);
        Values x = Values.random(1, 2, 3, 6, 5);
        Values w = Values.random(2, 4, 3, 3, 2);
        Values larger = Values.of(Shape.of(2, 3, 8, 9), new double[2 * 3 * 8 * 9]);
        for (int i = 0; i < x.data().length; i++) {
            larger.data()[(i / 30 * 8 + i / 5 % 6) * 9 + 3 + i % 5] = x.data()[i];
        }
        conv(padded, x, w).assertExactly(conv(bare, larger, w).data());
    }

    @Test
    void groupsDoNotSeeEachOther() {
        Values x = Values.of(Shape.of(1, 4, 1), 1, 2, 3, 4);
        Values w = Values.of(Shape.of(2, 2, 1), 1, 10, 100, 1000);
        conv(geometry(1, 1, 0, 0, 1, 2), x, w).assertExactly(21, 4300);
    }

    @ParameterizedTest
    @CsvSource({"1, 3, 2, 0, 1, 2", "2, 2, 1, 0, 2, 1", "2, 3, 0, 2, 1, 3", "3, 2, 1, 2, 1, 1", "4, 2, 1, 0, 1, 2"})
    void gradientsAreTheAdjointsOfTheConvolution(int rank, int stride, int padBefore, int padAfter, int dilation, int groups) {
        Geometry geometry = geometry(rank, stride, padBefore, padAfter, dilation, groups);
        Values x = Values.random(1, dims(2, 2 * groups, Ints.of(7, 6, 5, 4), rank));
        Values w = Values.random(2, dims(3 * groups, 2, Ints.of(2, 3, 1, 2), rank));
        Values y = conv(geometry, x, w);
        Values dy = Values.random(3, y.shape().dims());
        double expected = y.dot(dy);
        assertEquals(expected, backwardData(geometry, dy, w, x.shape()).dot(x), 1e-12 * y.data().length);
        assertEquals(expected, backwardWeights(geometry, x, dy, w.shape()).dot(w), 1e-12 * y.data().length);
    }

    @Test
    void aKernelLargerThanTheImageSeesItThroughThePadding() {
        Values x = Values.of(Shape.of(1, 1, 1, 1), 3);
        Values w = Values.of(Shape.of(1, 1, 3, 3), 1, 2, 3, 4, 5, 6, 7, 8, 9);
        conv(geometry(2, 1, 1, 1, 1, 1), x, w).assertExactly(15);
    }

    private static Values conv(Geometry geometry, Values x, Values w) {
        return run(new Convolution.Conv(geometry), geometry.out(x.shape(), w.shape()), x, w);
    }

    private static Values backwardData(Geometry geometry, Values dy, Values w, Shape x) {
        return run(new Convolution.ConvBackwardData(geometry, spatial(x)), x, dy, w);
    }

    private static Values backwardWeights(Geometry geometry, Values x, Values dy, Shape w) {
        return run(new Convolution.ConvBackwardWeights(geometry, spatial(w)), w, x, dy);
    }

    private static Values run(Convolution op, Shape result, Values a, Values b) {
        List<TensorType> out = List.of(a.type().with(result));
        return Values.run(ConvolutionLoops.of(op, List.of(a.type(), b.type()), out), out, a, b).getFirst();
    }

    private static Geometry geometry(int rank, int stride, int padBefore, int padAfter, int dilation, int groups) {
        return new Geometry(Ints.filled(rank, stride), Ints.filled(rank, padBefore), Ints.filled(rank, padAfter), Ints.filled(rank, dilation), groups);
    }

    private static Ints spatial(Shape shape) {
        return Ints.of(shape.slice(2, shape.rank()).dims());
    }

    private static int[] dims(int first, int second, Ints spatial, int rank) {
        return Shape.of(first, second).concat(Shape.of(spatial.toArray()).slice(0, rank)).dims();
    }
}
