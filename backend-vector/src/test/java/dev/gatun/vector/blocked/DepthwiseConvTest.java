package dev.gatun.vector.blocked;

import dev.gatun.vector.Workers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The depthwise convolution against double loops. */
@Tag("every-width")
class DepthwiseConvTest {
    @ParameterizedTest
    @ValueSource(strings = {"1 16 7 7 16 3 3 1 1 1 1 1 1 16", "2 40 14 9 40 3 3 2 2 1 1 1 1 40", "1 5 12 12 5 5 5 1 1 2 2 1 1 5",
        "1 33 6 40 33 1 7 1 1 0 3 1 1 33",
        "3 20 11 11 20 3 3 1 1 2 2 2 2 20", "1 32 60 61 32 3 3 1 2 0 0 1 1 32", "1 2 1 1 2 1 1 1 1 0 0 1 1 2"})
    void equalsDoubleLoops(String text) {
        try (var one = new Workers(1); var three = new Workers(3)) {
            for (int variant = 0; variant < 4; variant++) {
                boolean relu = (variant & 2) != 0;
                ConvCase test = ConvCase.of(text, (variant & 1) != 0, relu);
                test.check(new DepthwiseConv(test.s, relu), 5e-7, one, three);
            }
        }
    }
}
