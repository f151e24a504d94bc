package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MainTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            peak --threads 0                           | --threads 0: must be at least 1.
            kernels gemm --rounds 0                    | --rounds 0: must be at least 1.
            kernels gemm --seconds -.5                 | --seconds -0.5: must be at least 0.
            kernels gemm --jmh --backend vector,onednn | --jmh takes one backend.
            kernels --catalogue 8 --backend vector,onednn | --catalogue takes one backend.
            kernels gemm --backend nosuch              | no backend is called "nosuch"; there are
            kernels gemm --backend vector,nosuch       | no backend is called "nosuch"; there are
            peers lenet --peers nosuch                 | --peers nosuch: there is no such library,
            peers lenet --rounds 0                     | --rounds 0: must be at least 1.
            cold gemm --count 0                        | --count 0: must be at least 1.
            cold gemm --backend nosuch                 | no backend is called "nosuch"; there are
            soak --model nosuch                        | no network is called "nosuch"; there are mlp,
            """)
    void mistakesAreToldInASentenceBeforeAnythingIsMeasured(String command, String message) {
        StringWriter said = new StringWriter();
        assertEquals(2, Main.commandLine().setErr(new PrintWriter(said)).execute(command.split(" ")));
        assertTrue(said.toString().startsWith(message), said::toString);
    }

    @Test
    void aBenchmarksJvmIsToldWhatThisOneIsAndThenItsBackend() {
        assertEquals(List.of("-Xlog:gc", "-Dgatun.winograd=off", "-Dgatun.onednn.mixed=off", "-Dgatun.threads=3", "-Dgatun.backend=vector"),
                KernelsCommand.jvmArgs(List.of("-Xlog:gc", "-Dgatun.winograd=off"), Setting.of("vector:onednn.mixed=off"), 3));
    }
}
