package dev.gatun.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.gatun.Backends;
import dev.gatun.Precision;
import dev.gatun.spi.Backend;
import dev.gatun.spi.DelegatingBackend;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The documented kernels of types that only some processors compute in. */
class SupportTableTest {
    /** A backend without kernels, on a processor without F16. */
    private record Old(Backend backend) implements DelegatingBackend {
        @Override
        public Optional<Kernel> compile(KernelRequest request) {
            return Optional.empty();
        }

        @Override
        public Optional<String> whyNot(Precision precision) {
            return precision == Precision.F16 ? Optional.of("this processor is old, choose F32") : Optional.empty();
        }

        @Override
        public void close() {
            // The delegate is its opener's.
        }
    }

    @Test
    void aTypeThatThisProcessorLacksMayHaveKernelsOnAnother() {
        try (Backend reference = Backends.open("reference")) {
            Backend old = new Old(reference);
            String table = SupportTable.of(old, "");
            String row = table.lines().filter(line -> line.startsWith("| conv |")).findFirst().orElseThrow();
            String newer = table.replace(row, withKernel(row, 4));
            assertNotEquals(table, newer);
            assertEquals(newer, SupportTable.of(old, newer));
            assertEquals(table, SupportTable.of(old, table.replace(row, withKernel(row, 1))), "F32 is no such type");
        }
    }

    /** Returns a row of the table with a kernel for the type that is the {@code column}-th, counted from 1. */
    private static String withKernel(String row, int column) {
        List<String> cells = new ArrayList<>(List.of(row.split(" \\| ")));
        cells.set(column, "●");
        return String.join(" | ", cells);
    }
}
