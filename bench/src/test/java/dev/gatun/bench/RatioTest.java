package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class RatioTest {
    @Test
    void theRatioOfSumsIsThatOfTheMediansAndItsRangeThatOfTheRounds() {
        // Medians: 10 + 20 against 30 + 30; rounds: 31 against 60, 29 against 63, 50 against 57.
        List<double[]> ours = List.of(new double[] {10, 9, 30}, new double[] {21, 20, 20});
        List<double[]> theirs = List.of(new double[] {30, 33, 27}, new double[] {30, 30, 30});
        assertEquals(new Ratio(2, 57.0 / 50, 63.0 / 29), Ratio.ofSums(ours, theirs));
    }

    @Test
    void theMedianOfAnEvenNumberIsBetweenTheMiddleOnes() {
        assertEquals(2.5, Numbers.median(new double[] {4, 1, 3, 2}));
        assertEquals(3, Numbers.median(new double[] {9, 1, 3}));
    }
}
