package dev.gatun.plan;

import dev.gatun.TensorType;
import dev.gatun.graph.Graph;
import dev.gatun.graph.Graph.Leaf;
import dev.gatun.spi.Backend;
import dev.gatun.spi.Buffer;
import dev.gatun.spi.Executable;
import dev.gatun.spi.Program;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * A graph made ready for a backend. Immutable and thread-safe: each concurrent call borrows a frame with an arena of its own, and returns it; a steady-state
 * call allocates nothing. Externals are numbered: leaves first, then outputs.
 */
public final class Plan implements AutoCloseable {
    private static final Cleaner CLEANER = Cleaner.create();

    /** Folded values are computed in groups of about this size: each takes a plan, and all of a group are in memory at once. */
    private static final long GROUP_BYTES = 8 << 20;

    private final Backend backend;
    private final int leaves;
    private final List<TensorType> outputTypes;
    private final Program program;
    private final Resources resources;
    private final Cleaner.Cleanable cleanable;
    private final Supplier<String> explanation;

    private Plan(Backend backend, int leaves, List<TensorType> outputTypes, Program program, Resources resources,
            Supplier<String> explanation) {
        this.backend = backend;
        this.leaves = leaves;
        this.outputTypes = outputTypes;
        this.program = program;
        this.resources = resources;
        this.cleanable = CLEANER.register(this, resources);
        this.explanation = explanation;
    }

    /** An executable with the table of its external buffers, the constants filled in. */
    private record Frame(Executable executable, Buffer[] external) { }

    /**
     * What must be given back when the plan is gone.
     *
     * @param ownBytes the size of the constants that are the plan's own
     * @param giveBack gives the constants back, the plan's own and frozen leaves
     */
    private record Resources(ConcurrentLinkedQueue<Frame> idle, List<Optional<Buffer>> constants, long ownBytes, Runnable giveBack) implements Runnable {
        @Override
        public void run() {
            giveIdle(Executable::close);
            giveBack.run();
        }

        void giveIdle(Consumer<Executable> back) {
            for (Frame f = idle.poll(); f != null; f = idle.poll()) {
                back.accept(f.executable());
            }
        }
    }

    /**
     * Plans a graph.
     *
     * @param frozen the data of each frozen leaf in the backend's memory, which must stay as it is while the plan is used
     * @param donations which outputs may be written over which inputs
     */
    public static Plan of(Graph graph, Backend backend, Map<Integer, Buffer> frozen, List<Donation> donations) {
        return of(graph, backend, frozen, donations, leaf -> { }, new Policy.AsRecorded());
    }

    /**
     * {@link #of(Graph, Backend, Map, List)}, which tells early what it does not need.
     *
     * @param unused is given the number of each frozen leaf once: while the rest is still being planned, if calls do not read its data, else when the plan is
     *        closed or unreachable; so it must not know the plan. If planning fails, the leaves of which it was not told stay as they are
     * @param policy how products of f32 values are computed; for one that observes, the results are what it observes
     * @throws IllegalArgumentException if the policy does not fit the graph
     */
    public static Plan of(Graph graph, Backend backend, Map<Integer, Buffer> frozen, List<Donation> donations, IntConsumer unused,
            Policy policy) {
        List<String> notes = new ArrayList<>();
        Constants constants = new Constants(backend.memory(), unused);
        frozen.forEach(constants::bind);
        boolean done = false;
        try {
            Plan plan = of(graph, backend, constants, donations, policy, notes);
            done = true;
            return plan;
        } finally {
            if (!done) {
                constants.discard();
            }
        }
    }

    private static Plan of(Graph graph, Backend backend, Constants constants, List<Donation> donations, Policy policy, List<String> notes) {
        Graph folded = lowered(fold(Simplify.apply(graph), backend, constants, notes), backend, constants, policy);
        Portions.Result portions = Portions.apply(Fuse.apply(folded), backend.cachedBytes());
        portions.note().ifPresent(notes::add);
        Graph scheduled = Schedule.apply(portions.graph(), donations);
        Lowering.Result lowered = Lowering.apply(scheduled, backend, constants);
        int leaves = graph.leaves().size();
        Assignment.Result assigned = Assignment.apply(backend, lowered, leaves, constants.buffers().size(), donations);
        Program program = assigned.program();
        long ownBytes = constants.owned().stream().mapToLong(Buffer::bytes).sum();
        String head = "plan for backend " + backend.name() + policy.label() + ": " + graph.nodes().size() + " ops in " + program.steps().size()
                + " steps, arena " + program.arenaBytes() + " bytes, " + ownBytes + " bytes of constants";
        Resources resources = new Resources(new ConcurrentLinkedQueue<>(), constants.buffers(), ownBytes, constants.giveBack());
        return new Plan(backend, leaves, folded.outputs().stream().map(folded::type).toList(), program, resources,
                () -> explanation(head, notes, assigned, lowered));
    }

    private static String explanation(String head, List<String> notes, Assignment.Result assigned, Lowering.Result lowered) {
        List<String> lines = new ArrayList<>(List.of(head));
        lines.addAll(notes);
        lines.addAll(assigned.steps().get());
        lines.add("reorders at each call: " + lowered.launches().stream().filter(l -> l.what().equals("reorder")).count() + ", reference loops: "
                + assigned.program().steps().stream().filter(s -> s.kernel().isFallback()).count() + ", layouts: " + lowered.launches().stream()
                .flatMap(l -> l.outputs().stream()).map(h -> h.layout().label()).distinct().toList());
        return String.join("\n", lines);
    }

    /** Folds constants, then factors of channels into weights, then the constants which that made. */
    private static Graph fold(Graph graph, Backend backend, Constants constants, List<String> notes) {
        Graph g = graph;
        for (int round = 0; round < 2; round++) {
            g = foldConstants(g, backend, constants);
            if (round == 0) {
                Graph normed = FoldNorm.apply(g);
                if (normed.equals(g)) {
                    break;
                }
                notes.add("folded factors of channels into frozen weights");
                g = normed;
            }
        }
        return g;
    }

    private static Graph foldConstants(Graph graph, Backend backend, Constants constants) {
        FoldConstants split = FoldConstants.apply(graph);
        if (split.constants().outputs().isEmpty()) {
            return graph;
        }
        computeLater(split.constants(), backend, constants);
        return Simplify.apply(split.rest());
    }

    /** Lowers the precision of a graph whose frozen factors are folded already: then each weight is rounded once. */
    private static Graph lowered(Graph graph, Backend backend, Constants constants, Policy policy) {
        return switch (policy) {
            case Policy.AsRecorded _ -> graph;
            case Policy.Observed _ -> QuantizeStatically.observed(graph);
            case Policy.Narrow p -> lowered(LowerPrecision.apply(graph, p.precision().narrow().orElseThrow()), backend, constants);
            case Policy.DynamicBytes _ -> lowered(QuantizeDynamically.apply(graph), backend, constants);
            case Policy.StaticBytes p -> lowered(QuantizeStatically.apply(graph, p.calibration()), backend, constants);
        };
    }

    private static Graph lowered(Graph graph, Backend backend, Constants constants) {
        return RepeatCasts.apply(foldConstants(Simplify.apply(graph), backend, constants));
    }

    /** Splits folded values into groups that are computed together, in the order in which they were recorded and will be needed. */
    private static void computeLater(Graph graph, Backend backend, Constants constants) {
        List<Long> bytes = graph.outputs().stream().map(v -> graph.type(v).bytes()).toList();
        int from = 0;
        long sum = 0;
        for (int i = 0; i < bytes.size(); i++) {
            sum += bytes.get(i);
            if (sum >= GROUP_BYTES || i == bytes.size() - 1) {
                computeLater(graph, from, bytes.subList(from, i + 1), backend, constants);
                from = i + 1;
                sum = 0;
            }
        }
    }

    private static void computeLater(Graph all, int from, List<Long> bytes, Backend backend, Constants constants) {
        int leaves = all.leaves().size();
        List<Leaf> thawed = all.leaves().stream().map(l -> new Leaf(l.type(), false)).toList();
        Graph graph = Rewriter.withoutDeadNodes(new Graph(thawed, all.nodes(), all.outputs().subList(from, from + bytes.size())));
        int[] uses = graph.uses();
        List<Integer> ingredients = IntStream.range(0, leaves).filter(leaf -> uses[leaf] > 0).boxed().toList();
        constants.bindLater(leaves + from, bytes, ingredients.stream().map(constants::leaf).toList(), results -> {
            try (Plan plan = of(graph, backend, Map.of(), List.of())) {
                Buffer[] external = new Buffer[plan.externals()];
                ingredients.forEach(leaf -> external[leaf] = constants.buffer(constants.leaf(leaf)));
                for (int i = 0; i < results.size(); i++) {
                    external[leaves + i] = results.get(i);
                }
                plan.run(external);
                backend.memory().synchronize();
            }
        });
    }

    /** Returns how many buffers {@link #run} takes: one a leaf and one an output. */
    public int externals() {
        return firstOutput() + outputTypes.size();
    }

    /** Returns the number of the first output's buffer. */
    public int firstOutput() {
        return leaves;
    }

    /** Returns the types of the outputs. */
    public List<TensorType> outputTypes() {
        return outputTypes;
    }

    /** Returns the size of the arena of one call. */
    public long arenaBytes() {
        return program.arenaBytes();
    }

    /** Returns the bytes of its own constants and of the arena of one call. */
    long heldBytes() {
        return program.arenaBytes() + resources.ownBytes;
    }

    /** Returns steps, fusions, layouts and the arena as text. */
    public String explain() {
        return explanation.get();
    }

    /** Returns the number of steps that run a plain reference loop because the backend has no kernel. */
    public long fallbacks() {
        return program.steps().stream().filter(s -> s.kernel().isFallback()).count();
    }

    /** Returns the number of reorders between layouts that each call makes. */
    public long reorders() {
        return program.steps().stream().filter(s -> s.kernel().name().startsWith("reorder")).count();
    }

    /** Runs the plan, or queues it on the backend's memory. @param external buffers of leaves (those of frozen leaves are not looked at) and outputs */
    public void run(Buffer[] external) {
        Frame frame = resources.idle.poll();
        if (frame == null) {
            frame = frame();
        }
        boolean done = false;
        try {
            System.arraycopy(external, 0, frame.external, 0, externals());
            frame.executable.run(frame.external);
            done = true;
        } finally {
            Arrays.fill(frame.external, 0, externals(), null);
            if (done) {
                resources.idle.add(frame);
            } else {
                frame.executable.close();
            }
            // Or the cleaner could take what a kernel reads.
            Reference.reachabilityFence(this);
        }
    }

    private Frame frame() {
        Buffer[] external = new Buffer[program.firstTemporary()];
        for (int i = 0; i < resources.constants.size(); i++) {
            external[externals() + i] = resources.constants.get(i).orElse(null);
        }
        return new Frame(backend.link(program), external);
    }

    /** Gives idle arenas back to the system; the next call takes a new one. */
    public void trim() {
        resources.giveIdle(Executable::discard);
    }

    /** {@link #close}, idle arenas to the system. */
    void discard() {
        trim();
        close();
    }

    /** Gives constants and idle arenas back; the plan must not be run any more. */
    @Override
    public void close() {
        cleanable.clean();
    }
}
