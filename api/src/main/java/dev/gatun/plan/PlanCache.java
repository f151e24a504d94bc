package dev.gatun.plan;

import dev.gatun.graph.Graph;
import dev.gatun.spi.Backend;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The plans of implicit evaluations, by the structure of the graph. When they are more than 256, or hold more than 256 MiB of constants and arenas, the least
 * recently used are forgotten, and what they hold goes back to the system. A structure that keeps changing costs a plan each time: that is announced once, with
 * what differed.
 */
public final class PlanCache implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("dev.gatun");
    private static final int CAPACITY = 256;
    private static final long BYTES = 256L << 20;
    private static final int MISSES_BEFORE_WARNING = 64;

    /** Whether each op is evaluated by itself, where many plans are what was asked for. */
    private static final boolean EAGER = "eager".equals(System.getProperty("gatun.eval"));

    private final Backend backend;
    private final long mostBytes;
    private final LinkedHashMap<Graph, Entry> plans = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;
    private Graph lastMiss;
    private int missesAlike;
    private boolean warned;

    /** A plan, and how many threads are running it: a forgotten one is closed by the last of them. Guarded by the cache. */
    private static final class Entry {
        private final Plan plan;
        private int callers;
        private boolean forgotten;

        Entry(Plan plan) {
            this.plan = plan;
        }

        void closeIfDone() {
            if (forgotten && callers == 0) {
                plan.discard();
            }
        }
    }

    /** Makes an empty cache of plans for {@code backend}. */
    public PlanCache(Backend backend) {
        this(backend, BYTES);
    }

    PlanCache(Backend backend, long mostBytes) {
        this.backend = backend;
        this.mostBytes = mostBytes;
    }

    /** Returns what {@code call} makes of the plan of {@code graph}, which must not be used after it. */
    public <R> R with(Graph graph, Function<Plan, R> call) {
        Entry entry = enter(graph);
        try {
            return call.apply(entry.plan);
        } finally {
            exit(entry);
        }
    }

    private synchronized Entry enter(Graph graph) {
        Entry entry = plans.get(graph);
        if (entry == null) {
            noteMiss(graph);
            entry = new Entry(Plan.of(graph, backend, Map.of(), List.of()));
            plans.put(graph, entry);
            bytes += entry.plan.heldBytes();
            while (plans.size() > CAPACITY || bytes > mostBytes && plans.size() > 1) {
                forget(plans.pollFirstEntry().getValue());
            }
        }
        entry.callers++;
        return entry;
    }

    private synchronized void exit(Entry entry) {
        entry.callers--;
        entry.closeIfDone();
    }

    private void forget(Entry entry) {
        bytes -= entry.plan.heldBytes();
        entry.forgotten = true;
        entry.closeIfDone();
    }

    /** Counts misses on graphs that have the same ops but differ in attributes or types. */
    private void noteMiss(Graph graph) {
        if (lastMiss != null && lastMiss.nodes().size() == graph.nodes().size()) {
            missesAlike++;
            if (missesAlike >= MISSES_BEFORE_WARNING && !warned && !EAGER) {
                warned = true;
                LOG.log(System.Logger.Level.WARNING, "{0} evaluations of like structure each needed a new plan; the last two differ in: {1}. Make what changes "
                        + "from step to step a tensor (a rank-0 one for numbers), or use a CompiledFunction.", missesAlike, difference(lastMiss, graph));
            }
        } else {
            missesAlike = 0;
        }
        lastMiss = graph;
    }

    /** Returns the first line in which two graphs differ. */
    static String difference(Graph a, Graph b) {
        String[] x = a.toString().split("\n");
        String[] y = b.toString().split("\n");
        for (int i = 0; i < Math.min(x.length, y.length); i++) {
            if (!x[i].equals(y[i])) {
                return "\"" + x[i] + "\" and \"" + y[i] + "\"";
            }
        }
        return x.length + " and " + y.length + " lines";
    }

    /** Returns how many bytes the plans hold, each with the arena of one call. */
    synchronized long heldBytes() {
        return bytes;
    }

    /** Forgets all plans and gives their memory back; none may be running. */
    @Override
    public synchronized void close() {
        plans.values().forEach(e -> e.plan.close());
        plans.clear();
        bytes = 0;
    }
}
