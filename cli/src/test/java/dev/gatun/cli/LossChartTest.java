package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LossChartTest {
    @TempDir
    private Path folder;

    private int colours(int rows) throws IOException {
        List<MetricsLog.Row> some = new ArrayList<>();
        for (int i = 1; i <= rows; i++) {
            some.add(new MetricsLog.Row(i, 1, 2f / i, .5f, i % 1_000 == 0 ? OptionalDouble.of(.9) : OptionalDouble.empty()));
        }
        Path file = folder.resolve("loss.png");
        LossChart.draw(file, "training", some);
        BufferedImage picture = ImageIO.read(file.toFile());
        assertEquals(900, picture.getWidth());
        assertEquals(500, picture.getHeight());
        return (int) IntStream.range(0, 900 * 500).map(i -> picture.getRGB(i % 900, i / 900)).distinct().count();
    }

    @Test
    void anyNumberOfStepsIsDrawn() throws IOException {
        int empty = colours(0);
        for (int rows : new int[] {1, 2, 399, 400, 401, 5_000}) {
            assertTrue(colours(rows) > empty, rows + " rows leave no trace in the picture");
        }
    }
}
