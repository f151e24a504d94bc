package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.Backends;
import dev.gatun.Backends.Discovered;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DemoCommandTest {
    @BeforeEach
    void forgetTheBackendThatAnotherTestChose() {
        System.clearProperty("gatun.backend");
    }

    @Test
    void trainsOnceAndRunsTheNetworkOnEveryUsableBackend() {
        StringWriter out = new StringWriter();
        StringWriter log = new StringWriter();
        int code = Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(log, true)).execute("demo", "--seed", "3");
        assertEquals(0, code, out + "\n" + log);
        List<String> lines = out.toString().lines().toList();
        for (Discovered d : Backends.discovered()) {
            assertEquals(1, lines.stream().filter(l -> l.startsWith(d.name() + " ")).count(), d.name() + " has a line in:\n" + out);
        }
        String first = Backends.discovered().getFirst().name();
        assertTrue(lines.get(4).startsWith(first), out.toString());
        assertTrue(lines.contains("Both onednn and vector chose the same kernels for a network this small."), out.toString());
        long usable = Backends.discovered().stream().filter(Discovered::isUsable).count();
        assertTrue(lines.getLast().matches("Done: one trained network, " + usable + " backends: at least (98|99|100)\\.\\d\\d % of 2000 "
                + "unseen digits right, (99\\.9\\d|100\\.00) % of the answers the same, \\d+\\.\\d s in all\\."), lines.getLast());
    }

    @Test
    void unknownBackendIsWrongUsage() {
        StringWriter log = new StringWriter();
        assertEquals(2, Main.commandLine().setErr(new PrintWriter(log, true)).execute("demo", "--backend", "nosuch"));
        assertTrue(log.toString().startsWith("gatun: backend \"nosuch\" is unknown; known are "), log.toString());
    }
}
