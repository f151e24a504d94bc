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
 *     for (Batch batch : batches) {
 *         float loss = (float) step.run(0.05f, batch.x(), batch.y()).getFirst().item();
 *     }
 * }
 * }
 *
 * <p>After a run every {@link Parameter} holds its new value; tensors taken from trained ones before are donated and throw when read. If a run fails,
 * because a shape does not fit or a label is out of range, parameters, state and step count stay what they were.
 *
 * <p>What is trained is settled when the step is made: the parameters of one module that are not frozen then, and that the objective reads. Whether
 * parts of it are pinned by {@link Module#eval} is read when a combination of input types arrives for the first time. Thread-safe: runs come one
 * after another, each holding this object's monitor. So {@code synchronized (step)} around saving or evaluating the network on another thread keeps it
 * between two runs.
 */
public final class TrainStep implements AutoCloseable {
    /** What is brought down. */
    @FunctionalInterface
    public interface Objective {
        /**
         * Records a loss. It is called when the step is compiled, not at each run: it may branch on types, not on values.
         *
         * @param pass hands out parameters; it trains
         * @return the loss, one floating number, then whatever else a run shall give
         */
        List<Tensor> apply(Pass pass, List<Tensor> inputs);
    }

    /** Random layers of one step draw from this many streams at most; the next step's begin behind them. */
    private static final long STREAMS = 1 << 16;

    /**
     * The step compiled for one combination of input types. Inputs: rate, step, key, the objective's; then values of {@code trained}, their states,
     * those of {@code updated} and {@code others}. Results: the new values of {@code trained}, states and {@code updated}, then the objective's.
     *
     * @param updated buffers that get a new value
     * @param others what else is read: frozen parameters, buffers, parameters of other modules
     */
    private record Compiled(CompiledFunction function, List<Parameter> trained, List<Parameter> updated, List<Parameter> others) { }

    private final Module module;
    private final Objective objective;
    private final Optimizer optimizer;
    private final Backend backend;
    private final SequencedMap<Parameter, String> names = new LinkedHashMap<>();
    private final Map<Parameter, List<Tensor>> states = new LinkedHashMap<>();
    private final Map<List<TensorType>, Compiled> compiled = new LinkedHashMap<>();
    private long steps;
    private long seed;
    private Precision precision = Precision.F32;
    private boolean closed;

    private TrainStep(Module module, Objective objective, Optimizer optimizer, Backend backend, Map<Parameter, String> names,
            Map<Parameter, List<Tensor>> states) {
        this.module = module;
        this.objective = objective;
        this.optimizer = optimizer;
        this.backend = backend;
        this.names.putAll(names);
        this.states.putAll(states);
    }

    /**
     * Returns a step that trains {@code trained} by an objective of any inputs. Other modules that the objective reads are not trained, but their
     * values are read anew at each run, and their running statistics move.
     *
     * @param backend stays the caller's to close
     * @throws IllegalArgumentException if there is nothing to train
     */
    public static TrainStep minimizing(Module trained, Objective objective, Optimizer optimizer, Backend backend) {
        SequencedMap<Parameter, String> names = new LinkedHashMap<>();
        SequencedMap<Parameter, List<Tensor>> states = new LinkedHashMap<>();
        trained.parameters().forEach((name, p) -> {
            if (p.isTrainable() && names.putIfAbsent(p, name) == null) {
                states.put(p, optimizer.initialState(p.type()));
            }
        });
        if (names.isEmpty()) {
            throw new IllegalArgumentException("train step: " + trained.getClass().getSimpleName() + " has no parameters that are not frozen");
        }
        return new TrainStep(trained, objective, optimizer, backend, names, states);
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

    /** Returns this step with another seed for dropout and the like, before the first run. @return this step */
    public synchronized TrainStep seed(long seed) {
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
     * @throws UnsupportedOperationException if the backend cannot compute in it; the message says why
     */
    public synchronized TrainStep precision(Precision other) {
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
        List<Tensor> operands = new ArrayList<>();
        operands.add(rank0(DType.F32, MemorySegment.ofArray(new float[] {learningRate})));
        operands.add(rank0(DType.I64, MemorySegment.ofArray(new long[] {steps + 1})));
        operands.add(Tensor.of(new long[] {seed, steps * STREAMS}, 2));
        operands.addAll(List.of(inputs));
        c.trained.forEach(p -> operands.add(p.value()));
        c.trained.forEach(p -> operands.addAll(states.get(p)));
        c.updated.forEach(p -> operands.add(p.value()));
        c.others.forEach(p -> operands.add(p.value()));
        List<Tensor> results = c.function.call(operands.toArray(Tensor[]::new));
        int next = 0;
        for (Parameter p : c.trained) {
            give(p, results.get(next++));
        }
        for (Parameter p : c.trained) {
            int size = states.get(p).size();
            states.put(p, results.subList(next, next += size));
        }
        for (Parameter p : c.updated) {
            give(p, results.get(next++));
        }
        operands.subList(0, 3).forEach(Tensor::close);
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
        if (known == null) {
            known = compile(types);
            compiled.put(types, known);
        }
        return known;
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
        requireLoss(objective.apply(survey, types.stream().map(TrainStep::standIn).toList()));
        List<Parameter> trained = names.keySet().stream().filter(read::contains).toList();
        List<Parameter> updated = List.copyOf(survey.updates().keySet());
        List<Parameter> others = read.stream().filter(p -> !names.containsKey(p) && !survey.updates().containsKey(p)).toList();
        if (trained.isEmpty()) {
            throw new IllegalArgumentException("train step: the objective reads no parameter of " + module.getClass().getSimpleName()
                    + " that is not frozen");
        }
        // Together: one plan fills all of them, however many shapes there are.
        Tensor.evalAll(backend, trained.stream().flatMap(p -> states.get(p).stream()).toList());
        int fixed = 3 + types.size();
        // Running statistics are not donated: they are small, and known before a label out of range can stop the run.
        int donated = trained.size() + trained.stream().mapToInt(p -> states.get(p).size()).sum();
        CompiledFunction function = CompiledFunction.of(backend, in -> body(in, types.size(), trained, updated, others)).precision(precision)
                .donating(IntStream.range(fixed, fixed + donated).toArray());
        return new Compiled(function, trained, updated, others);
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

    /** Records forward, gradients and updates; see {@link Compiled} for the order of inputs and results. */
    private List<Tensor> body(List<Tensor> in, int inputs, List<Parameter> trained, List<Parameter> updated, List<Parameter> others) {
        Tensor learningRate = in.get(0);
        Tensor step = in.get(1);
        Map<Parameter, Tensor> values = new LinkedHashMap<>();
        int next = 3 + inputs;
        for (Parameter p : trained) {
            values.put(p, in.get(next++));
        }
        List<List<Tensor>> before = new ArrayList<>();
        for (Parameter p : trained) {
            int size = states.get(p).size();
            before.add(in.subList(next, next += size));
        }
        for (Parameter p : updated) {
            values.put(p, in.get(next++));
        }
        for (Parameter p : others) {
            values.put(p, in.get(next++));
        }
        Pass pass = Pass.traced(in.get(2), p -> {
            if (!values.containsKey(p)) {
                throw new IllegalStateException("train step: the objective read " + p
                        + ", which it did not when it was first recorded for these types");
            }
            return values.get(p);
        });
        List<Tensor> results = objective.apply(pass, in.subList(3, 3 + inputs));
        List<Tensor> parameters = trained.stream().map(values::get).toList();
        List<Tensor> gradients = optimizer.adjust(Gradients.of(requireLoss(results), parameters));
        List<Tensor> out = new ArrayList<>();
        List<Tensor> after = new ArrayList<>();
        for (int i = 0; i < parameters.size(); i++) {
            Optimizer.Update u = optimizer.update(parameters.get(i), gradients.get(i), before.get(i), learningRate, step);
            out.add(u.p());
            after.addAll(u.state());
        }
        // The order is that of the donated inputs, so that each result meets its own old value when it looks for memory.
        out.addAll(after);
        updated.forEach(p -> out.add(pass.updates().get(p)));
        out.addAll(results);
        return out;
    }

    /** Returns the plans compiled so far: steps, fusions, layouts and arena. */
    public synchronized String explain() {
        List<String> texts = new ArrayList<>();
        compiled.forEach((types, c) -> {
            List<TensorType> all = new ArrayList<>(List.of(new TensorType(DType.F32, Shape.SCALAR), new TensorType(DType.I64, Shape.SCALAR),
                    TensorType.of(DType.I64, 2)));
            all.addAll(types);
            c.trained.forEach(p -> all.add(p.type()));
            c.trained.forEach(p -> states.get(p).forEach(s -> all.add(s.type())));
            c.updated.forEach(p -> all.add(p.type()));
            c.others.forEach(p -> all.add(p.type()));
            texts.add("inputs " + types + "\n" + c.function.explain(all.toArray(TensorType[]::new)));
        });
        return String.join("\n", texts);
    }

    /**
     * Returns a copy of what must be kept, beside the module's parameters, to go on later as if nothing had happened: {@code step} and {@code seed}
     * (I64 of rank 0), and the optimizer's state of each trained parameter, e.g. {@code momentum.conv1.weight}.
     *
     * @throws IllegalStateException if this step is closed
     */
    public synchronized SequencedMap<String, Tensor> state() {
        requireOpen();
        SequencedMap<String, Tensor> all = new LinkedHashMap<>();
        all.put("step", rank0(DType.I64, MemorySegment.ofArray(new long[] {steps})));
        all.put("seed", rank0(DType.I64, MemorySegment.ofArray(new long[] {seed})));
        states.forEach((p, s) -> {
            for (int i = 0; i < s.size(); i++) {
                all.put(optimizer.stateNames().get(i) + "." + names.get(p), copy(s.get(i)));
            }
        });
        return all;
    }

    /**
     * Goes back to a state. The module's parameters are to be loaded beside, by {@link Module#load}.
     *
     * @param state as {@link #state} gave it; it is copied
     * @throws IllegalArgumentException if a name is missing or unknown, or a type differs; then nothing is changed
     * @throws IllegalStateException if this step or a tensor is closed; then nothing is changed
     */
    public synchronized void load(Map<String, Tensor> state) {
        requireOpen();
        SequencedMap<String, TensorType> expected = new LinkedHashMap<>();
        expected.put("step", new TensorType(DType.I64, Shape.SCALAR));
        expected.put("seed", new TensorType(DType.I64, Shape.SCALAR));
        states.forEach((p, s) -> {
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
        long step = exactLong(state.get("step"));
        long key = exactLong(state.get("seed"));
        Map<Parameter, List<Tensor>> loaded = new LinkedHashMap<>();
        states.forEach((p, s) -> loaded.put(p, IntStream.range(0, s.size())
                .mapToObj(i -> copy(state.get(optimizer.stateNames().get(i) + "." + names.get(p)))).toList()));
        steps = step;
        seed = key;
        states.putAll(loaded);
    }

    /**
     * Returns the same training continued on another backend, with this one's state; this step is closed.
     *
     * @throws IllegalStateException if this step is closed
     */
    public synchronized TrainStep on(Backend other) {
        requireOpen();
        TrainStep moved = new TrainStep(module, objective, optimizer, other, names, states);
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

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("train step is closed");
        }
    }

    private static Tensor rank0(DType dtype, MemorySegment data) {
        return Tensor.of(new TensorType(dtype, Shape.SCALAR), data);
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
