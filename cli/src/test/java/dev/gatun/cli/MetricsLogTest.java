package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsLogTest {
    private static final String HEADER = "step,epoch,loss,accuracy,test_accuracy\n";
    private static final String ROWS = "1,1,2.3,0.125,\n2,1,2.2,0.25,0.5\n3,2,1.5,0.75,\n";

    @TempDir
    private Path folder;

    private final List<String> warnings = new ArrayList<>();

    private Path file() {
        return folder.resolve("metrics.csv");
    }

    private String resumed(String content, long step) throws IOException {
        Files.writeString(file(), content);
        MetricsLog.resume(file(), step, warnings::add).close();
        return Files.readString(file());
    }

    @Test
    void rowsAreWrittenAsTheyCome() throws IOException {
        try (MetricsLog log = MetricsLog.begin(file())) {
            assertEquals(HEADER, Files.readString(file()));
            log.append(new MetricsLog.Row(1, 1, 2.3f, .125f, OptionalDouble.empty()));
            log.append(new MetricsLog.Row(2, 1, 2.2f, .25f, OptionalDouble.of(.5)));
            assertEquals(HEADER + "1,1,2.3,0.125,\n2,1,2.2,0.25,0.5\n", Files.readString(file()));
            assertEquals(2, log.rows().size());
        }
    }

    @Test
    void rowsBehindTheCheckpointAreCutOff() throws IOException {
        assertEquals(HEADER + "1,1,2.3,0.125,\n2,1,2.2,0.25,0.5\n", resumed(HEADER + ROWS, 2));
        assertEquals(HEADER + ROWS, resumed(HEADER + ROWS, 3));
        assertEquals(HEADER, resumed(HEADER + ROWS, 0));
        assertEquals(List.of(), warnings);
    }

    @Test
    void rowThatWasBeingWrittenIsCutOffWhereverItBreaks() throws IOException {
        String full = HEADER + ROWS;
        int third = full.lastIndexOf("3,2,");
        for (int end = third; end < full.length() - 2; end++) {
            String kept = resumed(full.substring(0, end), 2);
            assertEquals(HEADER + "1,1,2.3,0.125,\n2,1,2.2,0.25,0.5\n", kept, "cut at " + end);
        }
    }

    @Test
    void whatIsNoTextIsCutOff() throws IOException {
        byte[] rows = (HEADER + "1,1,2.3,0.125,\n").getBytes(StandardCharsets.UTF_8);
        byte[] torn = Arrays.copyOf(rows, rows.length + 100);
        Files.write(file(), torn);
        MetricsLog.resume(file(), 5, warnings::add).close();
        assertEquals(HEADER + "1,1,2.3,0.125,\n", Files.readString(file()));
    }

    @Test
    void numbersComeBackBitByBit() throws IOException {
        float loss = Math.nextUp(1.1f);
        double test = Math.nextUp(.9871);
        try (MetricsLog log = MetricsLog.begin(file())) {
            log.append(new MetricsLog.Row(1, 1, loss, .1f, OptionalDouble.of(test)));
        }
        try (MetricsLog log = MetricsLog.resume(file(), 1, warnings::add)) {
            assertEquals(List.of(new MetricsLog.Row(1, 1, loss, .1f, OptionalDouble.of(test))), log.rows());
        }
    }

    @Test
    void damagedRowLosesNoOtherAndTheFileIsKept() throws IOException {
        String damaged = HEADER + ROWS.replace("2,1,2.2,0.25,0.5", "garbage");
        assertEquals(HEADER + "1,1,2.3,0.125,\n3,2,1.5,0.75,\n", resumed(damaged, 3));
        assertEquals(List.of(file() + " lacks the rows of 1 of the 3 steps done, and loss.png will lack them, too; what was there is kept as"
                + " metrics.csv.old"), warnings);
        assertEquals(damaged, Files.readString(folder.resolve("metrics.csv.old")));
    }

    @Test
    void missingFileIsToldAndBeginsAnew() throws IOException {
        MetricsLog.resume(file(), 7, warnings::add).close();
        assertEquals(HEADER, Files.readString(file()));
        assertEquals(List.of(file() + " lacks the rows of 7 of the 7 steps done, and loss.png will lack them, too"), warnings);
    }

    @Test
    void failedRowNamesTheFile() throws IOException {
        Path absent = folder.resolve("absent").resolve("metrics.csv");
        String message = assertThrows(IOException.class, () -> MetricsLog.begin(absent)).getMessage();
        assertTrue(message.startsWith(absent + " cannot be written: "), message);
    }
}
