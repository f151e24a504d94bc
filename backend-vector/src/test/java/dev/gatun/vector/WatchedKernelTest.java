package dev.gatun.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.spi.Arguments;
import dev.gatun.spi.Buffer;
import dev.gatun.spi.Kernel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WatchedKernelTest {
    private final List<String> warnings = new ArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord record) {
            warnings.add(new SimpleFormatter().formatMessage(record));
        }

        @Override
        public void flush() {
            // Nothing is kept back.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    };
    private byte[] kept;

    @BeforeEach
    void listen() {
        Logger.getLogger("dev.gatun").addHandler(handler);
    }

    @AfterEach
    void listenNoMore() {
        Logger.getLogger("dev.gatun").removeHandler(handler);
    }

    private void launch(Kernel kernel, int times) {
        Arguments none = new Arguments(new Buffer[0], new int[0]);
        for (int i = 0; i < times; i++) {
            kernel.launch(none);
        }
    }

    private static Kernel named(String name, Runnable body) {
        return new Kernel() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public void launch(Arguments arguments) {
                body.run();
            }
        };
    }

    @Test
    void aKernelThatKeepsLeavingGarbageIsNamedOnce() {
        Kernel stuck = WatchedKernel.of(named("stuck 6x64", () -> kept = new byte[200_000]), 0, new AtomicBoolean());
        launch(stuck, 3_000);
        assertEquals(1, warnings.size(), warnings.toString());
        assertTrue(warnings.getFirst().startsWith("The kernel stuck 6x64 leaves 200,0"), warnings.getFirst());
        assertEquals(200_000, kept.length);
    }

    @Test
    void someDozensOfVectorsAreGarbage() {
        launch(WatchedKernel.of(named("small", () -> kept = new byte[6_000]), 0, new AtomicBoolean()), 3_000);
        assertEquals(1, warnings.size(), warnings.toString());
        launch(WatchedKernel.of(named("an exception's worth", () -> kept = new byte[3_000]), 0, new AtomicBoolean()), 3_000);
        assertEquals(1, warnings.size(), warnings.toString());
    }

    @Test
    void neitherOneThatLeavesNothingNorOneThatIsNotYetCompiledIsNamed() {
        launch(WatchedKernel.of(named("clean", () -> { }), 0, new AtomicBoolean()), 5_000);
        launch(WatchedKernel.of(named("young", () -> kept = new byte[200_000]), Long.MAX_VALUE, new AtomicBoolean()), 3_000);
        assertEquals(List.of(), warnings);
    }
}
