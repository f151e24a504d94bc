package dev.gatun.bench;

import dev.gatun.Precision;
import dev.gatun.formats.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Compares Gatun with other libraries on the same work, with the same weights and as many threads. */
@Command(name = "peers", mixinStandardHelpOptions = true, description = "Compares Gatun with other libraries; a ratio above 1 means that Gatun is faster.")
final class PeersCommand implements Callable<Integer> {
    @Parameters(paramLabel = "REGEX", arity = "0..1", defaultValue = ".*", description = "The works whose name it finds, such as 'resnet50|^lstm'.")
    private Pattern pattern;

    @Option(names = "--peers", paramLabel = "NAME", split = ",", description = "The libraries, with commas between. Default: all that are there.")
    private List<String> names = List.of();

    @Option(names = "--gatun", paramLabel = "SETTING", split = ",", defaultValue = "vector",
            description = "Gatun's backend, or several settings with commas between, such as vector,onednn,onednn:bf16; the first in f32. "
                    + "Default: ${DEFAULT-VALUE}.")
    private List<String> settings;

    @Option(names = "--list", description = "Print the names of works and libraries, and time nothing.")
    private boolean list;

    @Option(names = "--threads", paramLabel = "N", description = "Threads of each library. Default: as many as there are processors.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "7", description = "Rounds. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(names = "--warm", paramLabel = "S", defaultValue = "5", description = "Seconds of work of each library before. Default: ${DEFAULT-VALUE}.")
    private double warm;

    @Option(names = "--seconds", paramLabel = "S", defaultValue = "1", description = "Seconds of a library's turn. Default: ${DEFAULT-VALUE}.")
    private double seconds;

    @Option(names = "--quick", description = "Short, for a first look: as --rounds 3 --warm 1.5 --seconds .3.")
    private boolean quick;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the results to this file, too.")
    private Path json;

    @Option(names = "--report", paramLabel = "FILE", description = "Write a page with command, machine, date and the table to this file, too.")
    private Path report;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        new Least(spec).number("--threads", threads, 1).number("--rounds", rounds, 1).number("--warm", warm, 0).number("--seconds", seconds, 0);
        List<GatunPeer> gatuns = gatuns();
        requireThere(names, PeerContestant.others().map(Peer::name).toList());
        List<Peer> others = PeerContestant.others().filter(p -> names.isEmpty() || names.contains(p.name())).toList();
        // What nobody else does is no comparison, unless nobody else is there at all.
        List<Work> works = Work.all().stream().filter(w -> pattern.matcher(w.name()).find())
                .filter(w -> others.isEmpty() || others.stream().anyMatch(p -> p.does(w))).toList();
        if (works.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "No work that these libraries do has \"" + pattern + "\" in its name; --list prints them all.");
        }
        if (list) {
            works.forEach(w -> System.out.printf("%-24s %s%n", w.name(), Stream.concat(gatuns.stream(), others.stream()).filter(p -> p.does(w))
                    .map(Peer::name).toList()));
            return 0;
        }
        List<String> columns = others.stream().map(Peer::name).toList();
        Race race = quick ? new Race(threads, 3, 1.5, .3) : new Race(threads, rounds, warm, seconds);
        List<RaceResult> results = new ArrayList<>();
        int failed = 0;
        List<String> table = new ArrayList<>();
        say(RaceResult.head(columns), table);
        for (Work work : works) {
            try {
                RaceResult result = race.of(work, gatuns.stream().filter(p -> p.does(work)).toList(), others.stream().filter(p -> p.does(work)).toList());
                results.add(result);
                result.lines(columns).forEach(line -> say(line, table));
            } catch (IOException | IllegalStateException e) {
                failed++;
                say(String.format("%-24s failed: %s", work.name(), e.getMessage()), table);
            }
            if (json != null) {
                // After each work: a long comparison that is cut off keeps what it has.
                Json.write(json, Map.of("machine", Machine.describe(), "results", results.stream().map(RaceResult::row).toList()));
            }
            if (report != null) {
                List<String> lines = new ArrayList<>(table);
                lines.addAll(RaceResult.starts(results));
                Report.write(report, spec.commandLine().getParseResult().originalArgs(), lines);
            }
        }
        return failed == 0 ? 0 : 1;
    }

    private void requireThere(List<String> wanted, List<String> there) {
        wanted.stream().filter(name -> !there.contains(name)).findFirst().ifPresent(name -> {
            throw new ParameterException(spec.commandLine(), "--peers " + name + ": there is no such library, "
                    + (there.isEmpty() ? "nor any other." : "only " + String.join(", ", there) + "."));
        });
    }

    private List<GatunPeer> gatuns() {
        try {
            List<GatunPeer> gatuns = settings.stream().map(Setting::of).map(GatunPeer::new).toList();
            if (gatuns.getFirst().setting().precision() != Precision.F32) {
                throw new IllegalArgumentException("the first setting must be in f32: results are held against its");
            }
            return gatuns;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private static void say(String line, List<String> table) {
        System.out.println(line);
        table.add(line);
    }
}
