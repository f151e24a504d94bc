package dev.gatun.vector.blocked;

import dev.gatun.vector.Workers;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The direct convolution against double loops: odd sizes, strides, dilations, borders, batches, channels that fill no block. */
@Tag("every-width")
class DirectConvTest {
    /** Sums of up to some 2000 products of numbers below 1, up to 1000 one after the other. */
    private static final double BOUND = 2e-6;

    @AutoClose
    private static final Workers ONE = new Workers(1);
    @AutoClose
    private static final Workers TWO = new Workers(2);
    @AutoClose
    private static final Workers FIVE = new Workers(5);

    @ParameterizedTest
    @ValueSource(strings = {"1 16 1 1 16 1 1", "1 1 1 1 1 1 1", "3 17 5 3 33 1 1", "1 64 14 14 64 1 1", "2 48 7 7 112 1 1", "1 40 2 1 24 1 1",
        "1 200 9 11 80 1 1", "2 1100 3 5 200 1 1", "1 2048 1 2 72 1 1",
        "2 32 13 10 48 1 1 2 2", "1 32 13 10 48 1 1 2 3", "1 16 5 5 16 1 1 1 1 1 1"})
    void pointwiseEqualsDoubleLoops(String text) {
        check(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1 16 7 7 16 3 3 1 1 1 1", "2 32 14 14 48 3 3 2 2 1 1", "1 24 9 13 40 3 3 2 1 1 1", "1 16 30 31 64 5 5 1 1 2 2",
        "1 5 12 12 7 3 3 1 1 0 0",
        "1 33 6 40 17 1 7 1 1 0 3", "1 33 40 6 17 7 1 1 1 3 0", "2 16 11 11 16 3 3 1 1 2 2 2 2", "1 16 20 9 16 2 4 3 2 3 1 2 3",
        "1 130 5 4 80 3 3 1 1 1 1", "2 48 9 9 144 5 5 2 2 2 2",
        "1 20 3 3 20 3 3", "1 20 2 2 20 3 3 1 1 1 1",
        "1 16 1 300 16 1 3 1 1 0 1", "3 7 5 5 9 5 5 1 1 4 4", "1 16 4 4 16 2 2 2 2 3 3"})
    void kernelsOfAnySizeEqualDoubleLoops(String text) {
        check(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1 3 40 37 64 7 7 2 2 3 3", "2 3 35 35 20 11 11 4 4 2 2", "1 1 28 28 6 5 5", "2 4 17 19 16 3 3 1 1 1 1",
        "1 2 9 9 48 3 3 2 2 1 1", "1 3 40 41 80 19 19 7 7 3 3"})
    void firstLayersReadRowMajorImages(String text) {
        for (boolean epilogue : new boolean[] {false, true}) {
            ConvCase test = ConvCase.of(text, epilogue, epilogue);
            test.check(new DirectConv(test.s, true, epilogue), BOUND, ONE, TWO, FIVE);
        }
    }

    private static void check(String text) {
        for (int variant = 0; variant < 4; variant++) {
            ConvCase test = ConvCase.of(text, (variant & 1) != 0, (variant & 2) != 0);
            test.check(new DirectConv(test.s, false, (variant & 2) != 0), BOUND, ONE, TWO, FIVE);
        }
    }
}
