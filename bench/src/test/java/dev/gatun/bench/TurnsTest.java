package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private final StringBuilder order = new StringBuilder();

    private Turns.Taker taker(String name) {
        return seconds -> {
            order.append(name);
            return order.length() * seconds;
        };
    }

    @Test
    void aKernelAndItsYardstickFollowOneAnotherInAlternatingOrder() throws IOException {
        Turns turns = Turns.of(List.of(taker("k"), taker("y")), 3, .5);
        assertEquals("kyykky", order.toString());
        assertArrayEquals(new double[] {.5, 2, 2.5}, turns.figures().getFirst());
        assertArrayEquals(new double[] {1, 1.5, 3}, turns.figures().getLast());
    }
}
