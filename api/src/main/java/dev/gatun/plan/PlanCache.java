package dev.gatun.plan;

import dev.gatun.graph.Graph;
import dev.gatun.spi.Backend;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The plans of implicit evaluations, by the structure of the graph; the least recently used are forgotten. A structure that keeps changing costs a plan each
 * time: that is announced once, with what differed.
 */
public final class PlanCache implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("dev.gatun");
    private static final int CAPACITY = 256;
    private static final int MISSES_BEFORE_WARNING = 64;

    /** Whether each op is evaluated by itself, where many plans are what was asked for. */
    private static final boolean EAGER = "eager".equals(System.getProperty("gatun.eval"));

    private final Backend backend;
    private final Map<Graph, Plan> plans = new LinkedHashMap<>(16, 0.75f, true);
    private Graph lastMiss;
    private int missesAlike;
    private boolean warned;

    /** Makes an empty cache of plans for {@code backend}. */
    public PlanCache(Backend backend) {
        this.backend = backend;
    }

    /** Returns the plan of {@code graph}, which is made if it is not there. */
    public synchronized Plan get(Graph graph) {
        Plan plan = plans.get(graph);
        if (plan == null) {
            noteMiss(graph);
            plan = Plan.of(graph, backend, Map.of(), List.of());
            plans.put(graph, plan);
            if (plans.size() > CAPACITY) {
                // A forgotten plan may still be running in another thread: its memory goes back when nobody holds it.
                plans.remove(plans.keySet().iterator().next());
            }
        }
        return plan;
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

    /** Forgets all plans and gives their memory back; none may be running. */
    @Override
    public synchronized void close() {
        plans.values().forEach(Plan::close);
        plans.clear();
    }
}
