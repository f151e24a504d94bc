package dev.gatun.cli;

import dev.gatun.Backends;
import dev.gatun.Backends.Discovered;
import dev.gatun.formats.Json;
import dev.gatun.spi.Backend;
import dev.gatun.spi.BackendProvider;
import dev.gatun.spi.BackendProvider.Availability;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists what was found, the preferred backend first. The JSON rows have the fields of {@link #row}, which do not change. */
@Command(name = "backends", description = "Lists the backends: which can run here and on what, which would be chosen, and how to mend the others.")
final class BackendsCommand implements Callable<Integer> {
    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        List<Discovered> all = tried(Backends.discovered());
        String chosen = chosen(all);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            List<SequencedMap<String, Object>> rows = new ArrayList<>();
            for (Discovered d : all) {
                rows.add(row(d, d.name().equals(chosen)));
            }
            out.print(Json.text(Map.of("results", rows)));
        } else {
            all.forEach(d -> print(out, d, d.name().equals(chosen)));
        }
        out.flush();
        if (chosen.isEmpty()) {
            Backends.best().close(); // fails as every command that names none will, with the reason
        }
        return 0;
    }

    /** Opens backends until one does, as a command that names none would: some find out only then that they cannot run here. */
    private static List<Discovered> tried(List<Discovered> all) {
        List<Discovered> tried = new ArrayList<>(all);
        for (String name = chosen(tried); !name.isEmpty(); name = chosen(tried)) {
            int at = all.stream().map(Discovered::name).toList().indexOf(name);
            BackendProvider provider = all.get(at).provider();
            try (Backend _ = Backends.open(provider)) {
                break;
            } catch (IllegalStateException | IllegalArgumentException | LinkageError e) {
                tried.set(at, new Discovered(provider, new Availability.Refused(Failure.sentence(e), "mend that, or go on with another backend")));
            }
        }
        return tried;
    }

    /** Returns the name of the backend that is used when a command names none; empty if there is none. */
    private static String chosen(List<Discovered> all) {
        String forced = System.getProperty("gatun.backend");
        return all.stream().filter(Discovered::isUsable).map(Discovered::name).filter(n -> forced == null || n.equals(forced)).findFirst().orElse("");
    }

    private static SequencedMap<String, Object> row(Discovered d, boolean chosen) {
        SequencedMap<String, Object> row = new LinkedHashMap<>();
        row.put("backend", d.name());
        row.put("usable", d.isUsable());
        row.put("chosen", chosen);
        row.put("priority", d.provider().priority());
        switch (d.availability()) {
            case Availability.Usable(String device, String instructions, String version) -> {
                row.put("device", device);
                row.put("instructions", instructions);
                row.put("version", version);
            }
            case Availability.Refused(String reason, String remedy) -> {
                row.put("reason", reason);
                row.put("remedy", remedy);
            }
        }
        return row;
    }

    private static void print(PrintWriter out, Discovered d, boolean chosen) {
        String state = chosen ? "chosen" : d.isUsable() ? "usable" : "refused";
        out.printf(Locale.ROOT, "%-10s %-8s priority %d%n", d.name(), state, d.provider().priority());
        switch (d.availability()) {
            case Availability.Usable(String device, String instructions, String version) -> {
                out.printf(Locale.ROOT, "           device        %s%n", device);
                out.printf(Locale.ROOT, "           instructions  %s%n", instructions);
                out.printf(Locale.ROOT, "           version       %s%n", version);
            }
            case Availability.Refused(String reason, String remedy) -> {
                out.printf(Locale.ROOT, "           because       %s%n", reason);
                out.printf(Locale.ROOT, "           remedy        %s%n", remedy);
            }
        }
    }
}
