package dev.gatun.vector.blocked;

import dev.gatun.vector.Workers;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Winograd's algorithm against double loops: images that are no multiple of a tile, channels that fill no block, own and shared tiles, and its error. */
@Tag("every-width")
class WinogradConvTest {
    /** What the documentation promises, of the largest output. */
    private static final double BOUND_4 = 3e-6;
    private static final double BOUND_2 = 1e-6;

    @AutoClose
    private static final Workers ONE = new Workers(1);
    @AutoClose
    private static final Workers TWO = new Workers(2);
    @AutoClose
    private static final Workers FIVE = new Workers(5);

    @ParameterizedTest
    @ValueSource(strings = {"1 16 8 8 16 3 3 1 1 1 1", "1 16 7 7 16 3 3 1 1 1 1", "2 33 9 14 40 3 3 1 1 1 1", "1 5 3 3 9 3 3",
        "1 1 1 1 1 3 3 1 1 1 1", "1 20 6 6 112 3 3 1 1 0 0",
        "1 16 17 6 16 3 3 1 1 2 2", "3 17 4 4 64 3 3 1 1 1 1", "1 16 60 61 32 3 3 1 1 1 1", "1 24 57 59 24 3 3 1 1 0 1",
        "1 128 13 13 128 3 3 1 1 1 1", "1 8 2 70 70 3 3 1 1 1 1"})
    void allSizesEqualDoubleLoops(String text) {
        for (int variant = 0; variant < 4; variant++) {
            boolean relu = (variant & 2) != 0;
            ConvCase test = ConvCase.of(text, (variant & 1) != 0, relu);
            for (int threads : new int[] {1, 5, 1000}) {           // for so many threads there are few tiles: they are shared
                test.check(new WinogradConv(test.s, Winograd.F4X3, relu, threads), BOUND_4, ONE, TWO, FIVE);
                test.check(new WinogradConv(test.s, Winograd.F2X3, relu, threads), BOUND_2, ONE, TWO, FIVE);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1 16 8 8 16 4 4 2 2 1 1", "2 32 16 16 40 4 4 2 2 1 1", "1 16 9 13 20 4 4 2 2 0 0", "3 16 4 4 70 4 4 2 2 1 1",
        "1 48 31 40 24 4 4 2 2 2 2", "1 16 63 122 16 4 4 2 2 1 1", "2 80 6 10 33 4 4 2 2 3 1"})
    void phasesOfA4x4KernelWithStride2EqualDoubleLoops(String text) {
        for (int variant = 0; variant < 4; variant++) {
            boolean relu = (variant & 2) != 0;
            ConvCase test = ConvCase.of(text, (variant & 1) != 0, relu);
            for (int threads : new int[] {1, 5, 1000}) {
                test.check(new WinogradConv(test.s, Winograd.F4X2, relu, threads), BOUND_4, ONE, TWO, FIVE);
            }
        }
    }

    @Test
    void theErrorStaysBelowTheStatedBoundWithManyChannels() {
        ConvCase test = ConvCase.of("1 512 12 12 32 3 3 1 1 1 1", false, false);
        test.check(new WinogradConv(test.s, Winograd.F4X3, false, 1), BOUND_4, TWO);
        test.check(new WinogradConv(test.s, Winograd.F2X3, false, 1), BOUND_2, TWO);
        ConvCase phases = ConvCase.of("1 256 24 24 32 4 4 2 2 1 1", false, false);
        phases.check(new WinogradConv(phases.s, Winograd.F4X2, false, 1), BOUND_4, TWO);
    }
}
