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
    private int closed;

    private final Peer.Job job = new Peer.Job() {
        @Override
        public void run() {
            calls++;
        }

        @Override
        public float[] result() {
            return new float[] {calls, .5f};
        }

        @Override
        public void close() {
            closed++;
        }
    };

    private String said(String told) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Contestant.Skill skill = name -> {
            if (!name.equals("the work")) {
                throw new IllegalArgumentException("no work is called\n" + name);
            }
            return new Contestant.Skill.Work(job, "1.2");
        };
        new Contestant(skill, new PrintStream(out, true, StandardCharsets.UTF_8)).serve(new BufferedReader(new StringReader("prepare the work\n" + told)));
        String said = out.toString(StandardCharsets.UTF_8);
        assertTrue(said.startsWith("> ready 1.2\n"), said);
        return said.substring("> ready 1.2\n".length());
    }

    @Test
    void aTurnIsOneCallBeforeAndThreeTimedOnesAtLeast() throws Exception {
        String said = said("run 0\nquit\nrun 0\n");
        assertTrue(said.matches("> times( \\d+){3}\n"), said);
        assertEquals(1 + 4, calls);
    }

    @Test
    void aNewWorkTakesThePlaceOfTheOneBefore() throws Exception {
        assertEquals("> ready 1.2\n", said("prepare the work\n"));
        assertEquals(1, closed);
    }

    @Test
    void whatCannotBeDoneIsRefusedInOneLineAndTheProcessGoesOn() throws Exception {
        String said = said("prepare another\nprepare the work\n");
        assertEquals("> refused java.lang.IllegalArgumentException: no work is called another\n> ready 1.2\n", said);
    }

    @Test
    void theLastResultIsWrittenInLittleEndian() throws Exception {
        Path file = folder.resolve("y");
        assertEquals("> written\n", said("result " + file + "\n"));
        assertArrayEquals(new byte[] {0, 0, (byte) 0x80, 0x3F, 0, 0, 0, 0x3F}, Files.readAllBytes(file));
    }

    @Test
    void anUnknownCommandIsRefused() {
        assertThrows(IOException.class, () -> said("walk\n"));
    }

    @Test
    void aRaceRunsEachLibraryInAProcessOfItsOwn() throws IOException {
        RaceResult result = new Race(1, 2, .1, .05).of(Work.named("lenet b64"), List.of(new GatunPeer(Setting.of("vector"))), List.of());
        RaceResult.Entry gatun = result.gatuns().getFirst();
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
        String message = assertThrows(IOException.class, () -> start(broken)).getMessage();
        assertTrue(message.startsWith("nobody ended: ") && message.contains("no backend is called \"nobody\""), message);
    }

    @Test
    void aSettingMayHoldAPath() throws IOException {
        Setting setting = Setting.of("reference:onednn.path=/some/where");
        try (ContestantProcess process = KernelContestant.start(setting, 1, folder)) {
            assertEquals("reference:onednn.path=/some/where", process.name());
        }
    }

    private void start(Peer peer) throws IOException {
        try (ContestantProcess process = PeerContestant.start(peer, 1, folder)) {
            process.prepare("lenet b64");
        }
    }
}
