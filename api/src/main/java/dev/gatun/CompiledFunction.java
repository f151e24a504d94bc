package dev.gatun;

import dev.gatun.graph.Graph;
import dev.gatun.plan.Donation;
import dev.gatun.plan.Plan;
import dev.gatun.plan.Policy;
import dev.gatun.quantization.Calibration;
import dev.gatun.quantization.Observations;
import dev.gatun.spi.Backend;
import dev.gatun.spi.Buffer;
import dev.gatun.spi.Memory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A function of tensors, traced once for each combination of input types and planned as a whole: the front door for anything in a loop or a service.
 *
 * <p>While the body is traced its inputs are placeholders with types but no values, so it may branch on types, not on values. Tensors with values that the
 * body reaches are frozen: folded, prepacked, and not seen again. Where they are values of parameters, inputs of each combination of types find those of the
 * moment when the first of them came. Thread-safe; concurrent calls run side by side.
 *
 * {@snippet :
 * try (var f = CompiledFunction.of(backend, in -> List.of(in.get(0).matmul(w).relu()))) {
 *     Tensor y = f.call(x).getFirst();
 * }
 * }
 */
public final class CompiledFunction implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("dev.gatun");
    private static final int PLANS_BEFORE_WARNING = 16;

    private final OpenBackend backend;
    private final UnaryOperator<List<Tensor>> body;
    private final int[] donated;
    private final boolean takesOver;
    private final Policy policy;
    private volatile Traced[] traced = {};
    private final ReentrantReadWriteLock running = new ReentrantReadWriteLock();
    private volatile boolean closed;
    /** This function with what is observed as its results, once it was asked for. */
    private Optional<CompiledFunction> observing = Optional.empty();

    private CompiledFunction(Backend backend, UnaryOperator<List<Tensor>> body, int[] donated, boolean takesOver, Policy policy) {
        this.backend = OpenBackend.of(backend);
        this.body = body;
        this.donated = donated;
        this.takesOver = takesOver;
        this.policy = policy;
    }

    /**
     * The plan for one combination of input types.
     *
     * @param overwrites for each output the input that it may be written over, or -1
     * @param wrapped what the plan reads as constants and the user can take away
     */
    private record Traced(List<TensorType> types, Plan plan, List<TensorType> outputs, int[] overwrites, Storage[] wrapped) {
        void requireAlive() {
            for (Storage s : wrapped) {
                if (!s.isAlive()) {
                    throw new IllegalStateException("compiled function: the arena of memory that it reads as a constant, wrapped by Tensor.wrap, has been"
                            + " closed; close the function before, or give it a copy by Tensor.of");
                }
            }
        }

        boolean fits(Tensor[] inputs) {
            if (inputs.length != types.size()) {
                return false;
            }
            for (int i = 0; i < inputs.length; i++) {
                if (!inputs[i].type().equals(types.get(i))) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Returns the compiled {@code body}; nothing is traced before the first call. The backend stays the caller's to close. */
    public static CompiledFunction of(Backend backend, UnaryOperator<List<Tensor>> body) {
        return new CompiledFunction(backend, body, new int[0], false, Policy.of(Precision.F32));
    }

    /**
     * Returns this function with some inputs donated: results of the same type may be written over their memory, and the tensors given for them cannot be
     * read after a call. An input that somebody else still needs is left alone; who asks for it in the middle of a call waits for its end, and finds it donated
     * then, or unchanged if the call failed.
     *
     * @param inputs their numbers, from 0; a call with fewer inputs is refused
     * @throws IllegalArgumentException if one is negative
     */
    public CompiledFunction donating(int... inputs) {
        for (int d : inputs) {
            if (d < 0) {
                throw new IllegalArgumentException("compiled function: cannot donate input " + d + "; inputs are numbered from 0");
            }
        }
        return new CompiledFunction(backend, body, inputs.clone(), takesOver, policy);
    }

    /**
     * Returns this function with the tensors that its body reaches handed over to it: they are closed when it is traced, and the memory of each goes back as
     * soon as the plan has it in its own form. So weights that a backend folds and packs are in memory once. If planning fails, tensors that it did not come to
     * stay as they are. Later calls must have inputs of the same types, since nothing is left to plan others with.
     */
    public CompiledFunction takingOver() {
        return new CompiledFunction(backend, body, donated, true, policy);
    }

    /**
     * Returns this function computed in another precision: what was recorded in float32 is planned so that products run in that type. Inputs and results
     * keep their types.
     *
     * @throws UnsupportedOperationException if the backend cannot compute in it; the message says why
     */
    public CompiledFunction precision(Precision other) {
        requirePossible(other);
        return new CompiledFunction(backend, body, donated, takesOver, Policy.of(other));
    }

    /**
     * Returns this function computed in 8-bit integers with ranges known before: products with frozen weights, and what lies between them. Inputs and results
     * keep their types.
     *
     * @param calibration what {@link #observe} led to, for this function
     * @throws UnsupportedOperationException if the backend cannot compute in 8 bits; the message says why
     */
    public CompiledFunction quantized(Calibration calibration) {
        requirePossible(Precision.INT8);
        return new CompiledFunction(backend, body, donated, takesOver, new Policy.StaticBytes(calibration));
    }

    /**
     * Calls the function in float32 and notes what its products with frozen weights read and give.
     *
     * @throws IllegalArgumentException if one of these values is infinite or NaN
     */
    public void observe(Observations seen, Tensor... inputs) {
        CompiledFunction observed;
        synchronized (this) {
            if (closed) {
                throw new IllegalStateException("compiled function is closed");
            }
            if (observing.isEmpty()) {
                observing = Optional.of(new CompiledFunction(backend, body, new int[0], false, new Policy.Observed()));
            }
            observed = observing.get();
        }
        List<Tensor> values = observed.call(inputs);
        try {
            seen.add(values);
        } finally {
            values.forEach(Tensor::close);
        }
    }

    private void requirePossible(Precision wanted) {
        backend.backend().whyNot(wanted).ifPresent(reason -> {
            throw new UnsupportedOperationException("backend " + backend.name() + " cannot compute in " + wanted.label() + ": " + reason);
        });
    }

    /**
     * Calls the function.
     *
     * @return the results, which the caller may close
     * @throws IllegalArgumentException if the body refuses the types
     * @throws IllegalStateException if an input is closed, donated or a placeholder, this function or its backend is closed, or the arena of memory that it
     *         froze
     */
    public List<Tensor> call(Tensor... inputs) {
        backend.enter();
        running.readLock().lock();
        try {
            return run(traced(inputs), inputs);
        } finally {
            running.readLock().unlock();
            backend.exit();
        }
    }

    /** Returns the steps, fusions, layouts and arena of the plan for inputs of these types. */
    public String explain(TensorType... types) {
        return ofPlan(types, Plan::explain);
    }

    /** Returns the size of the arena that one call for inputs of these types needs, in bytes. */
    public long arenaBytes(TensorType... types) {
        return ofPlan(types, Plan::arenaBytes);
    }

    /** Makes the plan in the frame of a call: planning computes, and neither the function nor the backend may be closed meanwhile. */
    private <R> R ofPlan(TensorType[] types, Function<Plan, R> asked) {
        backend.enter();
        running.readLock().lock();
        try {
            return asked.apply(traced(Arrays.stream(types).map(Tensor::placeholder).toArray(Tensor[]::new)).plan());
        } finally {
            running.readLock().unlock();
            backend.exit();
        }
    }

    /** Gives the arenas of calls that have ended back to the system; later calls take new ones. Running calls are not disturbed. */
    public void trim() {
        for (Traced t : traced) {
            t.plan().trim();
        }
    }

    /** Gives plans and frozen memory back, once the running calls have ended; later calls are refused. */
    @Override
    public void close() {
        running.writeLock().lock();
        try {
            closed = true;
            synchronized (this) {
                observing.ifPresent(CompiledFunction::close);
            }
            for (Traced t : traced) {
                t.plan().close();
            }
            traced = new Traced[0];
        } finally {
            running.writeLock().unlock();
        }
    }

    private Traced traced(Tensor[] inputs) {
        for (Traced t : traced) {
            if (t.fits(inputs)) {
                return t;
            }
        }
        return trace(inputs);
    }

    private synchronized Traced trace(Tensor[] inputs) {
        if (closed) {
            throw new IllegalStateException("compiled function is closed");
        }
        for (Traced t : traced) {
            if (t.fits(inputs)) {
                return t;
            }
        }
        for (int d : donated) {
            if (d >= inputs.length) {
                throw new IllegalArgumentException("compiled function: input " + d + " is to be donated, but the call has " + inputs.length
                        + " inputs, from 0");
            }
        }
        List<TensorType> types = Arrays.stream(inputs).map(Tensor::type).toList();
        List<Tensor> placeholders = types.stream().map(Tensor::placeholder).toList();
        List<Tensor> results = Objects.requireNonNull(body.apply(placeholders), "compiled function: the body returned null instead of a list of results");
        Linearizer.Result linear = Linearizer.linearize(placeholders, results, true);
        Graph graph = linear.graph();
        boolean givesResults = !(policy instanceof Policy.Observed);
        List<TensorType> outputs = givesResults ? results.stream().map(Tensor::type).toList() : List.of();
        int[] overwrites = overwrites(types, outputs);
        List<Donation> donations = new ArrayList<>();
        for (int o = 0; o < overwrites.length; o++) {
            if (overwrites[o] >= 0) {
                donations.add(new Donation(overwrites[o], o));
            }
        }
        Frozen frozen = Frozen.of(backend.memory(), linear.leaves().subList(inputs.length, linear.leaves().size()), inputs.length, takesOver);
        Plan plan = plan(graph, frozen, donations);
        frozen.takeOver();
        Traced t = new Traced(types, plan, plan.outputTypes(), givesResults ? overwrites : unpaired(plan.outputTypes().size()), frozen.wrapped());
        warnIfMany(types);
        Traced[] more = Arrays.copyOf(traced, traced.length + 1);
        more[traced.length] = t;
        traced = more;
        return t;
    }

    private Plan plan(Graph graph, Frozen frozen, List<Donation> donations) {
        boolean done = false;
        try {
            Plan plan = Plan.of(graph, backend.backend(), frozen.buffers(), donations, frozen::discard, policy);
            done = true;
            return plan;
        } finally {
            if (!done) {
                frozen.release();
            }
        }
    }

    /** Pairs each output with the first donated input of its type that is still free. */
    private int[] overwrites(List<TensorType> inputs, List<TensorType> outputs) {
        Set<Integer> taken = new HashSet<>();
        int[] overwrites = unpaired(outputs.size());
        for (int o = 0; o < overwrites.length; o++) {
            for (int d : donated) {
                if (inputs.get(d).equals(outputs.get(o)) && taken.add(d)) {
                    overwrites[o] = d;
                    break;
                }
            }
        }
        return overwrites;
    }

    private static int[] unpaired(int outputs) {
        int[] overwrites = new int[outputs];
        Arrays.fill(overwrites, -1);
        return overwrites;
    }

    private void warnIfMany(List<TensorType> types) {
        if (traced.length == PLANS_BEFORE_WARNING) {
            LOG.log(System.Logger.Level.WARNING, "A compiled function was called with {0} different combinations of input types; the last two are {1} and {2}. "
                    + "Each costs a plan: pad inputs to few sizes.", PLANS_BEFORE_WARNING + 1, traced[PLANS_BEFORE_WARNING - 1].types(), types);
        }
    }

    private List<Tensor> run(Traced t, Tensor[] inputs) {
        t.requireAlive();
        Memory memory = backend.memory();
        for (Tensor input : inputs) {
            if (!input.hasValue()) {
                Evaluation.compute(backend, List.of(input), false);
            }
        }
        Storage[] held = new Storage[inputs.length];
        Storage[] results = new Storage[t.outputs().size()];
        Buffer[] external = new Buffer[t.plan().externals()];
        boolean done = false;
        try {
            for (int i = 0; i < inputs.length; i++) {
                held[i] = Evaluation.on(memory, inputs[i]);
                external[i] = held[i].buffer();
            }
            for (int o = 0; o < results.length; o++) {
                int d = t.overwrites()[o];
                // Two references: the donor tensor's and this call's. More mean that somebody else still needs the old value.
                boolean reuse = d >= 0 && isGivenOnce(inputs, d) && held[d].claim(2);
                results[o] = reuse ? held[d] : Storage.allocate(memory, t.outputs().get(o).bytes());
                external[t.plan().firstOutput() + o] = results[o].buffer();
            }
            t.plan().run(external);
            done = true;
            // Before the claims end: who waits to read a donated input must not find its memory.
            for (int d : donated) {
                inputs[d].donate();
            }
        } finally {
            for (int o = 0; o < results.length; o++) {
                int d = t.overwrites()[o];
                if (d >= 0 && results[o] != null && results[o] == held[d]) {
                    results[o].endClaim();
                }
            }
            for (Storage s : held) {
                if (s != null) {
                    s.release();
                }
            }
            for (int o = 0; o < results.length && !done; o++) {
                if (results[o] != null) {
                    results[o].release();
                }
            }
        }
        Tensor[] tensors = new Tensor[results.length];
        for (int o = 0; o < tensors.length; o++) {
            tensors[o] = new Tensor(t.outputs().get(o), results[o]);
        }
        return List.of(tensors);
    }

    private static boolean isGivenOnce(Tensor[] inputs, int d) {
        for (int i = 0; i < inputs.length; i++) {
            if (i != d && inputs[i] == inputs[d]) {
                return false;
            }
        }
        return true;
    }
}
