package dev.gatun.plan;

import dev.gatun.TensorType;
import dev.gatun.graph.Graph;
import dev.gatun.graph.Graph.Leaf;
import dev.gatun.spi.Backend;
import dev.gatun.spi.Buffer;
import dev.gatun.spi.Executable;
import dev.gatun.spi.Memory;
import dev.gatun.spi.Program;
import java.lang.ref.Cleaner;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A graph made ready for a backend. Immutable and thread-safe: each concurrent call borrows a frame with an arena of its own, and returns it; a steady-state
 * call allocates nothing. Externals are numbered: leaves first, then outputs.
 */
public final class Plan implements AutoCloseable {
    private static final Cleaner CLEANER = Cleaner.create();

    private final Backend backend;
    private final Graph source;
    private final Program program;
    private final Resources resources;
    private final Cleaner.Cleanable cleanable;
    private final String explanation;

    private Plan(Backend backend, Graph source, Program program, Resources resources, String explanation) {
        this.backend = backend;
        this.source = source;
        this.program = program;
        this.resources = resources;
        this.cleanable = CLEANER.register(this, resources);
        this.explanation = explanation;
    }

    /** An executable with the table of its external buffers, the constants filled in. */
    private record Frame(Executable executable, Buffer[] external) { }

    /** What must be given back when the plan is gone. */
    private record Resources(Memory memory, List<Buffer> owned, ConcurrentLinkedQueue<Frame> idle, List<Buffer> constants) implements Runnable {
        @Override
        public void run() {
            for (Frame f = idle.poll(); f != null; f = idle.poll()) {
                f.executable().close();
            }
            owned.forEach(memory::free);
        }
    }

    /**
     * Plans a graph.
     *
     * @param frozen the data of each frozen leaf in the backend's memory, which must stay as it is while the plan is used
     * @param donations which outputs may be written over which inputs
     */
    public static Plan of(Graph graph, Backend backend, Map<Integer, Buffer> frozen, List<Donation> donations) {
        List<String> notes = new ArrayList<>();
        Constants constants = new Constants(backend.memory());
        frozen.forEach((leaf, buffer) -> constants.bind(leaf, buffer, false));
        Graph folded = fold(Simplify.apply(graph), backend, frozen, constants, notes);
        Graph scheduled = Schedule.apply(Fuse.apply(folded), donations);
        Lowering.Result lowered = Lowering.apply(scheduled, backend, constants);
        int leaves = graph.leaves().size();
        Assignment.Result assigned = Assignment.apply(backend, lowered, leaves, constants.buffers().size(), donations);
        Program program = assigned.program();
        notes.addFirst("plan for backend " + backend.name() + ": " + graph.nodes().size() + " ops in " + program.steps().size() + " steps, arena "
                + program.arenaBytes() + " bytes, " + constants.owned().stream().mapToLong(Buffer::bytes).sum() + " bytes of constants");
        notes.addAll(assigned.steps());
        notes.add("reorders at each call: " + lowered.launches().stream().filter(l -> l.what().equals("reorder")).count() + ", reference loops: "
                + program.steps().stream().filter(s -> s.kernel().isFallback()).count() + ", layouts: " + lowered.launches().stream()
                .flatMap(l -> l.outputs().stream()).map(h -> h.layout().label()).distinct().toList());
        Resources resources = new Resources(backend.memory(), constants.owned(), new ConcurrentLinkedQueue<>(), constants.buffers());
        return new Plan(backend, graph, program, resources, String.join("\n", notes));
    }

    /** Folds constants, then factors of channels into weights, then the constants which that made. */
    private static Graph fold(Graph graph, Backend backend, Map<Integer, Buffer> frozen, Constants constants, List<String> notes) {
        Graph g = graph;
        for (int round = 0; round < 2; round++) {
            FoldConstants split = FoldConstants.apply(g);
            if (!split.constants().outputs().isEmpty()) {
                computeConstants(split, g, backend, frozen, constants);
                g = Simplify.apply(split.rest());
            }
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

    private static void computeConstants(FoldConstants split, Graph before, Backend backend, Map<Integer, Buffer> frozen, Constants constants) {
        int leaves = before.leaves().size();
        List<Leaf> thawed = split.constants().leaves().stream().map(l -> new Leaf(l.type(), false)).toList();
        Graph graph = new Graph(thawed, split.constants().nodes(), split.constants().outputs());
        List<TensorType> types = graph.outputs().stream().map(graph::type).toList();
        try (Plan plan = of(graph, backend, Map.of(), List.of())) {
            Buffer[] external = new Buffer[plan.externals()];
            for (int i = 0; i < leaves; i++) {
                // Leaves that no constant depends on are not read; any buffer stands for them.
                Place p = constants.leaf(i);
                external[i] = p == null ? null : constants.buffers().get(p.number());
            }
            for (int i = 0; i < types.size(); i++) {
                Buffer result = backend.memory().allocate(types.get(i).bytes());
                external[leaves + i] = result;
                constants.bind(leaves + i, result, true);
            }
            plan.run(external);
            backend.memory().synchronize();
        }
    }

    /** Returns how many buffers {@link #run} takes: one a leaf and one an output. */
    public int externals() {
        return firstOutput() + source.outputs().size();
    }

    /** Returns the number of the first output's buffer. */
    public int firstOutput() {
        return source.leaves().size();
    }

    /** Returns the types of the outputs. */
    public List<TensorType> outputTypes() {
        return source.outputs().stream().map(source::type).toList();
    }

    /** Returns the size of the arena of one call. */
    public long arenaBytes() {
        return program.arenaBytes();
    }

    /** Returns steps, fusions, layouts and the arena as text. */
    public String explain() {
        return explanation;
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
        }
    }

    private Frame frame() {
        Buffer[] external = new Buffer[program.firstTemporary()];
        for (int i = 0; i < resources.constants.size(); i++) {
            external[externals() + i] = resources.constants.get(i);
        }
        return new Frame(backend.link(program), external);
    }

    /** Gives constants and idle arenas back; the plan must not be run any more. */
    @Override
    public void close() {
        cleanable.clean();
    }
}
