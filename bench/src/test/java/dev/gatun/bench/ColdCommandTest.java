package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ColdCommandTest {
    @Test
    void whoTakesFourTimesTheFastestOrKeepsItsVectorsOnTheHeapIsStuck() {
        ColdTable table = new ColdTable();
        table.add(1, ColdTable.line("gemm", 10, 100));
        table.add(2, ColdTable.line("gemm", 39, 200));
        table.add(3, ColdTable.line("gemm", 41, 0));
        table.add(1, ColdTable.line("relu", 5, 0));
        table.add(2, ColdTable.line("relu", 5, 33_000));
        assertEquals(2, table.stuck());
        assertEquals(List.of("work                                        best us  median us   most bytes  stuck in the JVMs",
                "gemm                                           10.0       39.0          200  [3]",
                "relu                                            5.0        5.0        33000  [2]"), table.lines());
    }

    @Test
    void howLongAJvmTookIsToldApartAndNoWorkThatIsStuck() {
        ColdTable table = new ColdTable();
        for (double seconds : new double[] {2, 3, 40}) {
            table.add((long) seconds, ColdTable.line("gemm", 10, 0));
            table.add((long) seconds, ColdTable.end(seconds));
        }
        assertEquals(0, table.stuck());
        assertEquals(List.of("clean, or out of time, after 2.0 s, median 3.0, at most 40.0"), table.lines().subList(2, table.lines().size()));
    }

    @Test
    void aRunPrintsALineForEachWorkThatEachJvmDid() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            new CommandLine(new ColdCommand()).execute("small:(relu|add)", "--count", "2", "--seconds", "0");
        } finally {
            System.setOut(before);
        }
        List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
        assertEquals(List.of("work", "small:add", "small:relu", "clean,"), lines.stream().limit(4).map(l -> l.split(" ")[0]).toList());
        assertTrue(lines.getLast().endsWith(" stuck in 2 JVMs"), lines::toString);
    }

    @Test
    void anUnknownWorkIsRefusedWithThoseThereAre() {
        StringWriter said = new StringWriter();
        assertEquals(2, new CommandLine(new ColdCommand()).setErr(new PrintWriter(said)).execute("nothing", "--count", "1"));
        assertTrue(said.toString().startsWith("No work has \"nothing\" in its name; there are [gemm:"), said::toString);
    }
}
