package dev.gatun.testkit;

import dev.gatun.DType;
import dev.gatun.Precision;
import dev.gatun.Producer;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Op;
import dev.gatun.op.Random;
import dev.gatun.op.Source;
import dev.gatun.spi.Backend;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Which op runs on a kernel of a backend, and which on a reference loop, for each element type: asked of the backend for every op that the catalogue
 * records; constants, which are computed when a plan is made, are left out. The section of each backend in {@code docs/ops.md} is this text.
 */
final class SupportTable {
    private static final int SIZE = 16;

    private final Backend backend;
    private final Map<String, String> documented = new HashMap<>();
    private final Map<String, Map<String, Map<DType, Tally>>> families = new LinkedHashMap<>();

    /** How many of an op's cases have a kernel. */
    private static final class Tally {
        private int kernels;
        private int cases;

        /** Returns ● for all, ◐ for some, ○ for none. */
        String symbol() {
            return kernels == cases ? "●" : kernels > 0 ? "◐" : "○";
        }
    }

    private SupportTable(Backend backend, String documented) {
        this.backend = backend;
        String family = "";
        for (String line : documented.lines().filter(l -> l.startsWith("| ")).toList()) {
            String[] cells = line.split(" *\\| *");
            family = cells[2].equals(DType.values()[0].label()) ? cells[1] : family;
            for (int i = 2; i < cells.length; i++) {
                this.documented.put(key(family, cells[1], DType.values()[i - 2]), cells[i]);
            }
        }
        for (Case c : Cases.of(SIZE)) {
            c.types().forEach(dtype -> Recorded.of(c, dtype).stream().filter(p -> !(p.op() instanceof Source)).forEach(this::ask));
        }
    }

    /**
     * Returns the table of {@code backend} in Markdown, one part a family of ops. In types in which this processor cannot compute, loops are what
     * {@code documented}, the table so far, says: another processor may have kernels.
     */
    static String of(Backend backend, String documented) {
        return new SupportTable(backend, documented).text();
    }

    /** Returns the file that holds the tables, looked for in the folder of the tests and those above. */
    static Path file() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            Path file = folder.resolve("docs").resolve("ops.md");
            if (Files.exists(file)) {
                return file;
            }
        }
        throw new IllegalStateException("docs/ops.md is in no folder above " + Path.of("").toAbsolutePath());
    }

    /** Returns the part of the file between the marks of {@code backend}. */
    static Optional<String> section(Path file, String backend) {
        String text = read(file);
        int begin = text.indexOf(begin(backend));
        int end = text.indexOf(end(backend));
        return begin < 0 || end < 0 ? Optional.empty() : Optional.of(text.substring(begin + begin(backend).length(), end));
    }

    /** Puts {@code table} between the marks of {@code backend}, which are put at the end if there are none. */
    static void write(Path file, String backend, String table) {
        String text = read(file);
        String now = section(file, backend).map(old -> text.replace(begin(backend) + old, begin(backend) + table))
                .orElseGet(() -> text + "\n## " + backend + "\n" + begin(backend) + table + end(backend));
        try {
            Files.writeString(file, now);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String begin(String backend) {
        return "<!-- begin " + backend + ": written by its conformance test -->\n";
    }

    private static String end(String backend) {
        return "<!-- end " + backend + " -->\n";
    }

    private void ask(Producer p) {
        List<TensorType> in = p.inputs().stream().map(Tensor::type).toList();
        KernelRequest request = new KernelRequest.Single(p.op(), in, p.types(), Collections.nCopies(in.size(), Layout.PLAIN),
                Collections.nCopies(in.size(), false));
        Optional<Kernel> kernel = backend.compile(request);
        Tally t = families.computeIfAbsent(family(p.op()), f -> new LinkedHashMap<>()).computeIfAbsent(p.op().name(), n -> new EnumMap<>(DType.class))
                .computeIfAbsent(dtype(p), d -> new Tally());
        t.cases++;
        t.kernels += kernel.isPresent() && !kernel.get().isFallback() ? 1 : 0;
    }

    private static String family(Op op) {
        return op.getClass().getEnclosingClass().getSimpleName();
    }

    /** The type that a user chooses: that of x, of the branches, or of the numbers that are drawn. */
    private static DType dtype(Producer p) {
        return switch (p.op()) {
            case Elementwise.Where _ -> p.inputs().get(1).dtype();
            case Random _ -> p.types().getFirst().dtype();
            case Op _ -> p.inputs().getFirst().dtype();
        };
    }

    private String text() {
        List<String> lines = new ArrayList<>();
        String head = Arrays.stream(DType.values()).map(DType::label).collect(Collectors.joining(" | "));
        families.forEach((family, ops) -> {
            lines.add("");
            lines.add("| " + family + " | " + head + " |");
            lines.add("|---" + "|:-:".repeat(DType.values().length) + "|");
            ops.forEach((name, tallies) -> lines.add("| " + name + " | " + Arrays.stream(DType.values())
                    .map(d -> tallies.containsKey(d) ? symbol(family, name, d, tallies.get(d)) : "-").collect(Collectors.joining(" | ")) + " |"));
        });
        return String.join("\n", lines) + "\n\n";
    }

    private String symbol(String family, String op, DType dtype, Tally tally) {
        boolean isRefused = Arrays.stream(Precision.values()).anyMatch(p -> p.narrow().equals(Optional.of(dtype)) && backend.whyNot(p).isPresent());
        return isRefused && tally.kernels == 0 ? documented.getOrDefault(key(family, op, dtype), tally.symbol()) : tally.symbol();
    }

    private static String key(String family, String op, DType dtype) {
        return family + "/" + op + "/" + dtype;
    }
}
