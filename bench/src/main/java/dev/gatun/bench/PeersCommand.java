package dev.gatun.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Compares Gatun with other libraries on the same work, with the same weights and as many threads. */
@Command(name = "peers", mixinStandardHelpOptions = true, description = "Compares Gatun with other libraries; a ratio above 1 means that Gatun is faster.")
final class PeersCommand implements Callable<Integer> {
    private static final String GATUN = "gatun";

    @Parameters(paramLabel = "REGEX", arity = "0..1", defaultValue = ".*", description = "The works whose name it finds, such as 'resnet50|^lstm'.")
    private Pattern pattern;

    @Option(names = "--peers", paramLabel = "NAME", split = ",", description = "The libraries, with commas between. Default: all that are there.")
    private List<String> names = List.of();

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

    @Option(names = "--json", paramLabel = "FILE", description = "Write the results to this file, too.")
    private Path json;

    @Option(names = "--report", paramLabel = "FILE", description = "Write a page with command, machine, date and the table to this file, too.")
    private Path report;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        List<Peer> all = PeerContestant.peers().filter(p -> p.name().equals(GATUN) || names.isEmpty() || names.contains(p.name()))
                .sorted((a, b) -> Boolean.compare(b.name().equals(GATUN), a.name().equals(GATUN))).toList();
        // What nobody else does is no comparison, unless nobody else is there at all.
        List<Work> works = Work.all().stream().filter(w -> pattern.matcher(w.name()).find())
                .filter(w -> all.size() == 1 || all.stream().skip(1).anyMatch(p -> p.does(w))).toList();
        if (works.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "No work that these libraries do has \"" + pattern + "\" in its name; --list prints them all.");
        }
        if (list) {
            works.forEach(w -> System.out.printf("%-24s %s%n", w.name(), all.stream().filter(p -> p.does(w)).map(Peer::name).toList()));
            return 0;
        }
        List<String> others = all.stream().skip(1).map(Peer::name).toList();
        Race race = new Race(threads, rounds, warm, seconds);
        List<RaceResult> results = new ArrayList<>();
        int failed = 0;
        List<String> table = new ArrayList<>();
        say(RaceResult.head(others), table);
        for (Work work : works) {
            try {
                RaceResult result = race.of(work, all.stream().filter(p -> p.does(work)).toList());
                results.add(result);
                say(result.line(others), table);
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

    private static void say(String line, List<String> table) {
        System.out.println(line);
        table.add(line);
    }
}
