package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContestantTest {
    @TempDir
    private Path folder;
    private int calls;

    private final Peer.Job job = new Peer.Job() {
        @Override
        public void run() {
            calls++;
        }

        @Override
        public float[] result() {
            return new float[] {calls, .5f};
        }
    };

    private String said(String told) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new Contestant(job, new PrintStream(out, true, StandardCharsets.UTF_8)).serve(new BufferedReader(new StringReader(told)));
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aTurnIsOneCallBeforeAndThreeTimedOnesAtLeast() throws Exception {
        String said = said("run 0\nquit\nrun 0\n");
        assertTrue(said.matches("> times( \\d+){3}\n"), said);
        assertEquals(4, calls);
    }

    @Test
    void theLastResultIsWrittenInLittleEndian() throws Exception {
        Path file = folder.resolve("y");
        assertEquals("> written\n", said("result " + file + "\n"));
        assertArrayEquals(new byte[] {0, 0, 0, 0, 0, 0, 0, 0x3F}, Files.readAllBytes(file));
    }

    @Test
    void anUnknownCommandIsRefused() {
        assertThrows(IOException.class, () -> said("walk\n"));
    }

    @Test
    void aRaceRunsEachLibraryInAProcessOfItsOwn() throws IOException {
        RaceResult result = new Race(1, 2, .1, .05).of(Work.named("lenet b64"), List.of(new GatunPeer()));
        RaceResult.Entry gatun = result.entries().getFirst();
        assertEquals("vector", gatun.version());
        assertEquals(2, gatun.rounds().length);
        assertTrue(gatun.medianMs() > 0 && gatun.firstMs() > gatun.medianMs(), result.row()::toString);
    }

    @Test
    void whatALibrarySaidLastIsInTheMessageWhenItsProcessEnds() {
        Peer broken = new Peer() {
            @Override
            public String name() {
                return "nobody";
            }

            @Override
            public String version() {
                return "0";
            }

            @Override
            public boolean does(Work work) {
                return true;
            }

            @Override
            public Job prepare(Work work, int threads, Path files) {
                return job;
            }
        };
        String message = assertThrows(IOException.class, () -> ContestantProcess.start(broken, Work.named("lenet b64"), 1, folder)).getMessage();
        assertTrue(message.startsWith("nobody ended: ") && message.contains("NoSuchElementException"), message);
    }
}
