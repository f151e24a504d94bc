package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {
    @Test
    void aPageNamesTheCommandThatMakesItAgainAndTheMachine() {
        assertEquals(List.of("# bench/run peers 'resnet50|^lstm' --rounds 15", "", "machine", "", "```", "work  ms", "a     1", "```"),
                Report.page(List.of("peers", "resnet50|^lstm", "--report", "/somewhere/a.md", "--rounds", "15", "--json=b.json"), "machine",
                        List.of("work  ms  ", "a     1")));
    }
}
