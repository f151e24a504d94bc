package dev.gatun.optim;

import dev.gatun.CompiledFunction;
import dev.gatun.DType;
import dev.gatun.Gradients;
import dev.gatun.Precision;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Module;
import dev.gatun.nn.Parameter;
import dev.gatun.nn.Pass;
import dev.gatun.spi.Backend;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.function.BinaryOperator;
import java.util.stream.IntStream;

/**
 * A training step: forward, gradients, and update of parameters, optimizer state and running statistics, compiled as one plan in which parameters and
 * state are written over their old values.
 *
 * {@snippet :
 * try (var step = TrainStep.of(net, Losses::crossEntropy, Sgd.momentum(0.9), backend)) {
 *     for (int i = 0; i < batches.count(); i++) {
 *         Batch batch = batches.batch(0, i);
 *         double loss = step.run(0.05f, batch.x(), batch.labels()).getFirst().item();
 *     }
 * }
 * }
 *
 * <p>After a run every {@link Parameter} holds its new value; tensors taken from trained ones before are donated and throw when read. If a run fails,
 * because a shape does not fit or a label is out of range, parameters, state and step count stay what they were.
 *
 * <p>What is trained is settled when the step is made: the parameters of one module that are not frozen then, and that the objective reads. Whether
 * parts of it are pinned by {@link Module#eval} is read when a combination of input types arrives for the first time. Each combination costs a plan; the
 * last 16 keep the memory for what is computed in between, those before take it anew when they come again. Thread-safe: runs come one
 * after another, each holding this object's monitor. So {@code synchronized (step)} around saving or evaluating the network on another thread keeps it
 * between two runs.
 */
public final class TrainStep implements AutoCloseable {
    /** What is brought down. */
    @FunctionalInterface
    public interface Objective {
        /**
         * Records a loss. It is called when the step is compiled, not at each run: it may branch on types, not on values. Parameters of whatever module
         * it reads through {@code pass}: by {@link Pass#inference()} or {@link Parameter#value} they would be constants of all runs, which is refused.
         *
         * @param pass hands out parameters; it trains
         * @return the loss, one floating number, then whatever else a run shall give
         */
        List<Tensor> apply(Pass pass, List<Tensor> inputs);
    }

    /** Random layers of one step draw from this many streams at most; the next step's begin behind them. */
    private static final long STREAMS = 1 << 16;

    /** Plans for this many combinations of input types keep their arenas between runs. */
    private static final int ARENAS = 16;

    private static final System.Logger LOG = System.getLogger("dev.gatun");
    private static final TensorType NUMBER = new TensorType(DType.I64, Shape.SCALAR);

    /**
     * What the plan for one combination of input types takes. Inputs: rate, step numbers, key, the objective's; then values of {@code trained}, their
     * states, those of {@code updated} and {@code others}. Results: the new values of {@code trained}, states and {@code updated}, then the objective's.
     *
     * @param inputs how many the objective takes
     * @param groups for each of {@code trained} which step number is its own, see {@link StepCounts}
     * @param updated buffers that get a new value
     * @param others what else is read: frozen parameters, buffers, parameters of other modules
     */
    private record Signature(int inputs, List<Integer> groups, List<Parameter> trained, List<Parameter> updated, List<Parameter> others) {
        /** Returns the number of the key, which comes behind rate and step numbers. */
        int key() {
            return 2 + Collections.max(groups);
        }
    }

    private record Compiled(Signature signature, CompiledFunction function) { }

    private final Module module;
    private final Objective objective;
    private final Optimizer optimizer;
    private final Backend backend;
    private final SequencedMap<Parameter, String> names = new LinkedHashMap<>();
    private final Map<Parameter, List<Tensor>> states = new LinkedHashMap<>();
    /** The one that was used last comes last. */
    private final Map<List<TensorType>, Compiled> compiled = new LinkedHashMap<>(16, 0.75f, true);
    private final StepCounts counts;
    private long steps;
    private long seed;
    private Precision precision = Precision.F32;
    private boolean closed;

    private TrainStep(Module module, Objective objective, Optimizer optimizer, Backend backend, Map<Parameter, String> names,
            Map<Parameter, List<Tensor>> states, StepCounts counts) {
        this.module = module;
        this.objective = objective;
        this.optimizer = optimizer;
        this.backend = backend;
        this.names.putAll(names);
        this.states.putAll(states);
        this.counts = counts;
    }

    /**
     * Returns a step that trains {@code trained} by an objective of any inputs. Other modules that the objective reads are not trained, but their
     * values are read anew at each run, and their running statistics move.
     *
     * @param backend stays the caller's to close
     * @throws IllegalArgumentException if there is nothing to train, or the optimizer's initial state is not what its names say
     */
    public static TrainStep minimizing(Module trained, Objective objective, Optimizer optimizer, Backend backend) {
        if (optimizer.stateNames().contains("step")) {
            throw new IllegalArgumentException("train step: no state of an optimizer can be called step, which is in how many steps a parameter was trained");
        }
        SequencedMap<Parameter, String> names = new LinkedHashMap<>();
        SequencedMap<Parameter, List<Tensor>> states = new LinkedHashMap<>();
        trained.parameters().forEach((name, p) -> {
            if (p.isTrainable() && names.putIfAbsent(p, name) == null) {
                List<Tensor> state = optimizer.initialState(p.type());
                if (state.size() != optimizer.stateNames().size()) {
                    throw new IllegalArgumentException("train step: the optimizer's initial state must be " + optimizer.stateNames() + ", it has "
                            + state.size() + " tensors");
                }
                states.put(p, state);
            }
        });
        if (names.isEmpty()) {
            throw new IllegalArgumentException("train step: " + trained.getClass().getSimpleName() + " has no parameters that are not frozen");
        }
        return new TrainStep(trained, objective, optimizer, backend, names, states, new StepCounts(names.keySet()));
    }

    /** Returns a step for inputs (x, target) and the loss of net(x) and target. */
    public static TrainStep of(Layer net, BinaryOperator<Tensor> loss, Optimizer optimizer, Backend backend) {
        return minimizing(net, (pass, in) -> {
            if (in.size() != 2) {
                throw new IllegalArgumentException("train step: takes 2 inputs, x and target, got " + in.size());
            }
            return List.of(loss.apply(net.forward(in.get(0), pass), in.get(1)));
        }, optimizer, backend);
    }

    /**
     * Returns this step with another seed for dropout and the like, before the first run.
     *
     * @return this step
     * @throws IllegalStateException if it has been run
     */
    public synchronized TrainStep seed(long seed) {
        requireNotRun("seed");
        this.seed = seed;
        return this;
    }

    /**
     * Returns this step with forward and backward products in another precision, before the first run. Parameters, their gradients where the optimizer reads
     * them, its state and running statistics stay float32, so that updates smaller than a digit of a weight add up.
     *
     * @param other F32 or BF16
     * @return this step
     * @throws IllegalArgumentException if gradients do not fit the range of {@code other}
     * @throws IllegalStateException if it has been run
     * @throws UnsupportedOperationException if the backend cannot compute in it; the message says why
     */
    public synchronized TrainStep precision(Precision other) {
        requireNotRun("precision");
        if (other != Precision.F32 && other != Precision.BF16) {
            throw new IllegalArgumentException("train step: gradients do not fit the range of " + other.label() + ", train in BF16 or F32");
        }
        CompiledFunction.of(backend, in -> in).precision(other).close();
        precision = other;
        return this;
    }

    /** Returns how many runs there were. */
    public synchronized long steps() {
        return steps;
    }

    /**
     * Runs one step.
     *
     * @return the results of the objective, which the caller may close
     * @throws IllegalArgumentException if the objective refuses the inputs' types, or its first result is not one floating number
     * @throws IllegalStateException if this step, its backend, or an input is closed
     */
    public synchronized List<Tensor> run(float learningRate, Tensor... inputs) {
        requireOpen();
        Compiled c = compiledFor(Arrays.stream(inputs).map(Tensor::type).toList());
        compiled.values().stream().limit(Math.max(0, compiled.size() - ARENAS)).forEach(old -> old.function.trim());
        Signature s = c.signature;
        List<Tensor> operands = new ArrayList<>();
        operands.add(Tensor.of(new TensorType(DType.F32, Shape.SCALAR), MemorySegment.ofArray(new float[] {learningRate})));
        counts.countsOf(s.trained).forEach(count -> operands.add(rank0(count + 1)));
        operands.add(Tensor.of(new long[] {seed, steps * STREAMS}, 2));
        operands.addAll(List.of(inputs));
        s.trained.forEach(p -> operands.add(p.value()));
        s.trained.forEach(p -> operands.addAll(states.get(p)));
        s.updated.forEach(p -> operands.add(p.value()));
        s.others.forEach(p -> operands.add(p.value()));
        List<Tensor> results = c.function.call(operands.toArray(Tensor[]::new));
        int next = 0;
        for (Parameter p : s.trained) {
            give(p, results.get(next++));
        }
        for (Parameter p : s.trained) {
            int size = states.get(p).size();
            states.put(p, results.subList(next, next += size));
        }
        for (Parameter p : s.updated) {
            give(p, results.get(next++));
        }
        operands.subList(0, s.key() + 1).forEach(Tensor::close);
        counts.advance(s.trained);
        steps++;
        return results.subList(next, results.size());
    }

    /** Sets {@code p}, which is then the only one to hold the value: the next step can write over it. */
    private static void give(Parameter p, Tensor value) {
        p.set(value);
        value.close();
    }

    private Compiled compiledFor(List<TensorType> types) {
        Compiled known = compiled.get(types);
        if (known != null && known.signature.groups.equals(counts.groupsOf(known.signature.trained))) {
            return known;
        }
        Compiled fresh = compile(types);
        if (known != null) {
            known.function.close();
        }
        compiled.put(types, fresh);
        if (known == null && compiled.size() == ARENAS + 1) {
            LOG.log(System.Logger.Level.WARNING, "A training step was run with {0} different combinations of input types, at last {1}. Each costs a plan, and"
                    + " memory that the {2} last ones keep: pad inputs to few sizes.", ARENAS + 1, types, ARENAS);
        }
        return fresh;
    }

    /**
     * Records the objective once on stand-ins, to see which parameters it reads: a compiled function must know its inputs before its body runs, and
     * an objective may read other modules that nobody named. The stand-ins are zeros that are never computed.
     */
    private Compiled compile(List<TensorType> types) {
        SequencedSet<Parameter> read = new LinkedHashSet<>();
        Pass survey = Pass.traced(Tensor.zeros(DType.I64, 2), p -> {
            read.add(p);
            return standIn(p.type());
        });
        requireLoss(survey.recording(() -> objective.apply(survey, types.stream().map(TrainStep::standIn).toList())));
        List<Parameter> trained = names.keySet().stream().filter(read::contains).toList();
        List<Parameter> updated = List.copyOf(survey.updates().keySet());
        List<Parameter> others = read.stream().filter(p -> !names.containsKey(p) && !survey.updates().containsKey(p)).toList();
        if (trained.isEmpty()) {
            throw new IllegalArgumentException("train step: the objective reads no parameter of " + module.getClass().getSimpleName()
                    + " that is not frozen");
        }
        // Together: one plan fills all of them, however many shapes there are.
        Tensor.evalAll(backend, trained.stream().flatMap(p -> states.get(p).stream()).toList());
        counts.part(trained::contains);
        Signature s = new Signature(types.size(), counts.groupsOf(trained), trained, updated, others);
        int fixed = s.key() + 1 + types.size();
        // Running statistics are not donated: they are small, and known before a label out of range can stop the run.
        int donated = trained.size() + trained.stream().mapToInt(p -> states.get(p).size()).sum();
        CompiledFunction function = CompiledFunction.of(backend, in -> body(in, s)).precision(precision)
                .donating(IntStream.range(fixed, fixed + donated).toArray());
        return new Compiled(s, function);
    }

    private static Tensor standIn(TensorType type) {
        return Tensor.full(type.dtype(), type.shape(), 0);
    }

    private static Tensor requireLoss(List<Tensor> results) {
        if (results.isEmpty()) {
            throw new IllegalArgumentException("train step: the objective gives nothing; its first result must be the loss");
        }
        Tensor loss = results.getFirst();
        if (loss.type().elements() != 1 || !loss.dtype().isFloating()) {
            throw new IllegalArgumentException("train step: the objective's first result must be the loss, one floating number, got " + loss.type()
                    + (loss.dtype().isFloating() ? " (write mean() or sum())" : ""));
        }
        return loss;
    }

    /** Records forward, gradients and updates; see {@link Signature} for the order of inputs and results. */
    private List<Tensor> body(List<Tensor> in, Signature s) {
        Tensor learningRate = in.get(0);
        Map<Parameter, Tensor> values = new LinkedHashMap<>();
        int first = s.key() + 1;
        int next = first + s.inputs;
        for (Parameter p : s.trained) {
            values.put(p, in.get(next++));
        }
        List<List<Tensor>> before = new ArrayList<>();
        for (Parameter p : s.trained) {
            int size = states.get(p).size();
            before.add(in.subList(next, next += size));
        }
        for (Parameter p : s.updated) {
            values.put(p, in.get(next++));
        }
        for (Parameter p : s.others) {
            values.put(p, in.get(next++));
        }
        Pass pass = Pass.traced(in.get(s.key()), p -> {
            if (!values.containsKey(p)) {
                throw new IllegalStateException("train step: the objective read " + p
                        + ", which it did not when it was first recorded for these types");
            }
            return values.get(p);
        });
        List<Tensor> results = pass.recording(() -> objective.apply(pass, in.subList(first, first + s.inputs)));
        List<Tensor> parameters = s.trained.stream().map(values::get).toList();
        List<Tensor> gradients = optimizer.adjust(Gradients.of(requireLoss(results), parameters));
        if (gradients.size() != parameters.size()) {
            throw new IllegalArgumentException("train step: the optimizer's adjust must give a gradient for each of the " + parameters.size()
                    + " parameters, it gave " + gradients.size());
        }
        List<Tensor> out = new ArrayList<>();
        List<Tensor> after = new ArrayList<>();
        for (int i = 0; i < parameters.size(); i++) {
            Tensor step = in.get(1 + s.groups.get(i));
            Optimizer.Update u = optimizer.update(parameters.get(i), gradients.get(i), before.get(i), learningRate, step);
            requireLike(s.trained.get(i), before.get(i), u);
            out.add(u.p());
            after.addAll(u.state());
        }
        // The order is that of the donated inputs, so that each result meets its own old value when it looks for memory.
        out.addAll(after);
        s.updated.forEach(p -> out.add(pass.updates().get(p)));
        out.addAll(results);
        return out;
    }

    private void requireLike(Parameter p, List<Tensor> state, Optimizer.Update u) {
        List<TensorType> given = u.state().stream().map(Tensor::type).toList();
        List<TensorType> wanted = state.stream().map(Tensor::type).toList();
        if (!u.p().type().equals(p.type()) || !given.equals(wanted)) {
            throw new IllegalArgumentException("train step: the update of " + p + " must keep its type and those of the state " + optimizer.stateNames() + " "
                    + wanted + ", the optimizer gave " + u.p().type() + " and " + given);
        }
    }

    /** Returns the plans compiled so far: steps, fusions, layouts and arena. */
    public synchronized String explain() {
        List<String> texts = new ArrayList<>();
        compiled.forEach((types, c) -> {
            Signature s = c.signature;
            List<TensorType> all = new ArrayList<>(List.of(new TensorType(DType.F32, Shape.SCALAR)));
            all.addAll(Collections.nCopies(s.key() - 1, NUMBER));
            all.add(TensorType.of(DType.I64, 2));
            all.addAll(types);
            s.trained.forEach(p -> all.add(p.type()));
            s.trained.forEach(p -> states.get(p).forEach(state -> all.add(state.type())));
            s.updated.forEach(p -> all.add(p.type()));
            s.others.forEach(p -> all.add(p.type()));
            texts.add("inputs " + types + "\n" + c.function.explain(all.toArray(TensorType[]::new)));
        });
        return String.join("\n", texts);
    }

    /**
     * Returns a copy of what must be kept, beside the module's parameters, to go on later as if nothing had happened: {@code step} and {@code seed}
     * (I64 of rank 0), the optimizer's state of each trained parameter, e.g. {@code momentum.conv1.weight}, and {@code step.conv1.weight} where the
     * objective did not read that parameter in all of the steps: in how many it did (I64 of rank 0).
     *
     * @throws IllegalStateException if this step is closed
     */
    public synchronized SequencedMap<String, Tensor> state() {
        requireOpen();
        SequencedMap<String, Tensor> all = new LinkedHashMap<>();
        all.put("step", rank0(steps));
        all.put("seed", rank0(seed));
        states.forEach((p, s) -> {
            for (int i = 0; i < s.size(); i++) {
                all.put(optimizer.stateNames().get(i) + "." + names.get(p), copy(s.get(i)));
            }
            if (counts.of(p) != steps) {
                all.put("step." + names.get(p), rank0(counts.of(p)));
            }
        });
        return all;
    }

    /**
     * Goes back to a state. The module's parameters are to be loaded beside, by {@link Module#load}.
     *
     * @param state as {@link #state} gave it; it is copied. A parameter without {@code step.NAME} counts as trained in all of its steps
     * @throws IllegalArgumentException if a name is missing or unknown, a type differs, or a count is negative; then nothing is changed
     * @throws IllegalStateException if this step or a tensor is closed; then nothing is changed
     */
    public synchronized void load(Map<String, Tensor> state) {
        requireOpen();
        SequencedMap<String, TensorType> expected = new LinkedHashMap<>();
        expected.put("step", NUMBER);
        expected.put("seed", NUMBER);
        states.forEach((p, s) -> {
            if (state.containsKey("step." + names.get(p))) {
                expected.put("step." + names.get(p), NUMBER);
            }
            for (int i = 0; i < s.size(); i++) {
                expected.put(optimizer.stateNames().get(i) + "." + names.get(p), s.get(i).type());
            }
        });
        expected.forEach((name, type) -> {
            Tensor t = state.get(name);
            if (t == null || !t.type().equals(type)) {
                throw new IllegalArgumentException("train step: the state must have " + name + " of type " + type
                        + (t == null ? "" : ", it has " + t.type()));
            }
        });
        state.keySet().stream().filter(name -> !expected.containsKey(name)).findFirst().ifPresent(name -> {
            throw new IllegalArgumentException("train step: the state has " + name + ", which this optimizer does not keep");
        });
        // Everything is copied before anything changes: any tensor may turn out to be closed.
        long step = count(state, "step", Long.MAX_VALUE);
        long key = exactLong(state.get("seed"));
        Map<Parameter, Long> trained = new LinkedHashMap<>();
        names.forEach((p, name) -> trained.put(p, state.containsKey("step." + name) ? count(state, "step." + name, step) : step));
        Map<Parameter, List<Tensor>> loaded = new LinkedHashMap<>();
        states.forEach((p, s) -> loaded.put(p, IntStream.range(0, s.size())
                .mapToObj(i -> copy(state.get(optimizer.stateNames().get(i) + "." + names.get(p)))).toList()));
        steps = step;
        seed = key;
        counts.load(trained);
        states.putAll(loaded);
    }

    private static long count(Map<String, Tensor> state, String name, long most) {
        long count = exactLong(state.get(name));
        if (count < 0 || count > most) {
            throw new IllegalArgumentException("train step: the state has " + count + " as " + name
                    + (count < 0 ? ", which must not be negative" : ", though there were " + most + " steps"));
        }
        return count;
    }

    /**
     * Returns the same training continued on another backend, with this one's state; this step is closed.
     *
     * @throws IllegalStateException if this step is closed
     */
    public synchronized TrainStep on(Backend other) {
        requireOpen();
        TrainStep moved = new TrainStep(module, objective, optimizer, other, names, states, counts);
        moved.steps = steps;
        moved.seed = seed;
        moved.precision(precision);
        states.clear();
        close();
        return moved;
    }

    /** Gives plans and optimizer state back; the module's parameters stay. */
    @Override
    public synchronized void close() {
        closed = true;
        compiled.values().forEach(c -> c.function.close());
        compiled.clear();
        states.values().forEach(s -> s.forEach(Tensor::close));
        states.clear();
    }

    private void requireNotRun(String what) {
        if (!compiled.isEmpty()) {
            throw new IllegalStateException("train step: the " + what + " is to be chosen before the first run");
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("train step is closed");
        }
    }

    private static Tensor rank0(long number) {
        return Tensor.of(NUMBER, MemorySegment.ofArray(new long[] {number}));
    }

    private static long exactLong(Tensor t) {
        try (Tensor copy = copy(t)) {
            return copy.toLongArray()[0];
        }
    }

    private static Tensor copy(Tensor t) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(t.type().bytes(), 64);
            t.copyTo(data);
            return Tensor.of(t.type(), data);
        }
    }
}
