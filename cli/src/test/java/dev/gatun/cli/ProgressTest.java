package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

/** Tests run without a terminal. */
class ProgressTest {
    private static String lines(int from, int total) {
        StringWriter log = new StringWriter();
        try (Progress progress = new Progress("epoch 1", from, total, new PrintWriter(log))) {
            for (int i = from + 1; i <= total; i++) {
                progress.at(i, "loss 1");
            }
        }
        return log.toString().replace("\r", "");
    }

    @Test
    void withoutATerminalEachQuarterIsALine() {
        assertEquals("epoch 1: 25 of 100, loss 1\nepoch 1: 50 of 100, loss 1\nepoch 1: 75 of 100, loss 1\nepoch 1: 100 of 100, loss 1\n",
                lines(0, 100));
        assertEquals("epoch 1: 75 of 100, loss 1\nepoch 1: 100 of 100, loss 1\n", lines(60, 100));
    }

    @Test
    void shortWorkHasALineAPiece() {
        assertEquals("epoch 1: 1 of 2, loss 1\nepoch 1: 2 of 2, loss 1\n", lines(0, 2));
        assertEquals("", lines(3, 3));
    }
}
