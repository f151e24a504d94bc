package dev.gatun.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Ints;
import dev.gatun.op.Pooling;
import dev.gatun.op.Pooling.Divisor;
import dev.gatun.op.Pooling.Window;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PoolingLoopsTest {
    private static final double INFINITY = Double.POSITIVE_INFINITY;

    @ParameterizedTest
    @CsvSource({"max_pool_ceil, 0, true", "max_pool_3s2p1, 1, false"})
    void maxPoolAndItsGradientAreThoseOfPyTorch(String name, int pad, boolean ceil) {
        Golden golden = Golden.read(name);
        Window window = window(2, 3, 2, pad, pad, 1, ceil);
        List<Values> y = maxPool(window, golden.get("x"));
        golden.assertIs("y", y.getFirst());
        golden.assertIs("grad_x", maxPoolBackward(window, golden.get("dy"), y.getLast(), golden.get("x").shape()));
    }

    @ParameterizedTest
    @CsvSource({"avg_pool_pad_excluded, VALID", "avg_pool_pad_included, PADDED"})
    void avgPoolAndItsGradientAreThoseOfPyTorch(String name, Divisor divisor) {
        Golden golden = Golden.read(name);
        Window window = window(2, 3, 2, 1, 1, 1, false);
        golden.assertIs("y", avgPool(window, divisor, golden.get("x")));
        golden.assertIs("grad_x", avgPoolBackward(window, divisor, golden.get("dy"), golden.get("x").shape()));
    }

    @Test
    void maxPoolTakesTheFirstOfEqualElements() {
        Values x = Values.of(Shape.of(1, 1, 2, 3), 1, 7, 7, 7, 7, 0);
        List<Values> y = maxPool(window(2, 2, 1, 0, 0, 1, false), x);
        y.getFirst().assertExactly(7, 7);
        y.getLast().assertExactly(1, 1);
        maxPoolBackward(window(2, 2, 1, 0, 0, 1, false), Values.of(Shape.of(1, 1, 1, 2), 10, 100), y.getLast(), x.shape())
                .assertExactly(0, 110, 0, 0, 0, 0);
    }

    @Test
    void indicesCountWithinTheirChannel() {
        Values x = Values.of(Shape.of(2, 2, 2), 1, 2, 4, 3, 5, 6, 8, 7);
        maxPool(window(1, 2, 2, 0, 0, 1, false), x).getLast().assertExactly(1, 0, 1, 0);
    }

    @Test
    void paddingNeverIsTheLargest() {
        Values x = Values.of(Shape.of(1, 1, 2), -5, -INFINITY);
        List<Values> y = maxPool(window(1, 2, 1, 1, 1, 1, false), x);
        y.getFirst().assertExactly(-5, -5, -INFINITY);
        y.getLast().assertExactly(0, 0, 1);
    }

    @Test
    void theFirstNotANumberIsTheLargest() {
        Values x = Values.of(Shape.of(1, 1, 4), 1, Double.NaN, INFINITY, Double.NaN);
        List<Values> y = maxPool(window(1, 4, 1, 0, 0, 1, false), x);
        y.getFirst().assertExactly(Double.NaN);
        y.getLast().assertExactly(1);
    }

    @Test
    void aWindowThatSeesPaddingOnlyHasNoLargestAndReceivesNoGradient() {
        Window around = window(1, 2, 1, 1, 1, 2, false); // places -1 and 1 of an image that has place 0 only
        Values x = Values.of(Shape.of(1, 1, 1), 3);
        List<Values> y = maxPool(around, x);
        y.getFirst().assertExactly(-INFINITY);
        y.getLast().assertExactly(-1);
        maxPoolBackward(around, Values.of(Shape.of(1, 1, 1), 10), y.getLast(), x.shape()).assertExactly(0);
        avgPool(around, Divisor.VALID, x).assertExactly(0);
    }

    @Test
    void anIndexOutsideOfTheImageIsRefused() {
        Values index = Values.of(Shape.of(1, 2, 1), 0, 3).as(DType.I32);
        assertThrows(IndexOutOfBoundsException.class,
                () -> maxPoolBackward(window(1, 3, 1, 0, 0, 1, false), Values.of(Shape.of(1, 2, 1), 1, 1), index, Shape.of(1, 2, 3)));
    }

    @Test
    void dilatedWindowsSkipPlaces() {
        Values x = Values.of(Shape.of(1, 1, 5), 1, 9, 2, 8, 3);
        maxPool(window(1, 2, 1, 0, 0, 2, false), x).getFirst().assertExactly(2, 9, 3);
        avgPool(window(1, 2, 1, 0, 0, 2, false), Divisor.VALID, x).assertExactly(1.5, 8.5, 2.5);
    }

    @Test
    void eachDivisorCountsWhatItSays() {
        Values x = Values.of(Shape.of(1, 1, 4), 6, 6, 6, 6);
        // Windows of 3 places begin at -1, 1 and 3: [pad 6 6], [6 6 6], [6 pad -], whose last place exists in ceil mode only.
        Window padded = window(1, 3, 2, 1, 1, 1, true);
        avgPool(padded, Divisor.VALID, x).assertExactly(6, 6, 6);
        avgPool(padded, Divisor.PADDED, x).assertExactly(4, 6, 3);
        avgPool(padded, Divisor.ONE, x).assertExactly(12, 18, 6);
        // [6 6 6], [6 - -].
        Window bare = window(1, 3, 3, 0, 0, 1, true);
        avgPool(bare, Divisor.VALID, x).assertExactly(6, 6);
        avgPool(bare, Divisor.PADDED, x).assertExactly(6, 6);
        avgPool(bare, Divisor.ONE, x).assertExactly(18, 6);
    }

    @ParameterizedTest
    @CsvSource({"1, VALID, 1, 0, false", "2, PADDED, 1, 0, true", "3, ONE, 0, 1, true", "3, VALID, 1, 1, true", "4, PADDED, 0, 1, false"})
    void theGradientOfAvgPoolIsItsAdjoint(int rank, Divisor divisor, int padBefore, int padAfter, boolean ceil) {
        Window window = window(rank, 2, 2, padBefore, padAfter, 1, ceil);
        Values x = Values.random(1, Shape.of(2, 3).concat(Shape.of(5, 4, 3, 6).slice(0, rank)).dims());
        Values y = avgPool(window, divisor, x);
        Values dy = Values.random(2, y.shape().dims());
        assertEquals(y.dot(dy), avgPoolBackward(window, divisor, dy, x.shape()).dot(x), 1e-12);
    }

    @Test
    void maxPoolWithoutIndicesHasOneResult() {
        Values x = Values.of(Shape.of(1, 1, 2), 1, 2);
        Pooling.MaxPool op = new Pooling.MaxPool(window(1, 2, 1, 0, 0, 1, false), false);
        List<TensorType> out = List.of(TensorType.of(DType.F64, 1, 1, 1));
        Values.run(PoolingLoops.of(op, List.of(x.type()), out), out, x).getFirst().assertExactly(2);
    }

    private static List<Values> maxPool(Window window, Values x) {
        TensorType y = x.type().with(out(window, x.shape()));
        List<TensorType> out = List.of(y, y.with(DType.I32));
        return Values.run(PoolingLoops.of(new Pooling.MaxPool(window, true), List.of(x.type()), out), out, x);
    }

    private static Values maxPoolBackward(Window window, Values dy, Values index, Shape x) {
        return run(new Pooling.MaxPoolBackward(window, spatial(x)), x, dy, index);
    }

    private static Values avgPool(Window window, Divisor divisor, Values x) {
        return run(new Pooling.AvgPool(window, divisor), out(window, x.shape()), x);
    }

    private static Values avgPoolBackward(Window window, Divisor divisor, Values dy, Shape x) {
        return run(new Pooling.AvgPoolBackward(window, divisor, spatial(x)), x, dy);
    }

    private static Values run(Pooling op, Shape result, Values... in) {
        List<TensorType> out = List.of(in[0].type().with(result));
        return Values.run(PoolingLoops.of(op, Stream.of(in).map(Values::type).toList(), out), out, in).getFirst();
    }

    private static Window window(int rank, int kernel, int stride, int padBefore, int padAfter, int dilation, boolean ceil) {
        return new Window(Ints.filled(rank, kernel), Ints.filled(rank, stride), Ints.filled(rank, padBefore), Ints.filled(rank, padAfter),
                Ints.filled(rank, dilation), ceil);
    }

    private static Shape out(Window window, Shape x) {
        int[] dims = x.dims();
        for (int i = 0; i < window.spatialRank(); i++) {
            dims[2 + i] = window.out(i, dims[2 + i]);
        }
        return Shape.of(dims);
    }

    private static Ints spatial(Shape shape) {
        return Ints.of(shape.slice(2, shape.rank()).dims());
    }
}
