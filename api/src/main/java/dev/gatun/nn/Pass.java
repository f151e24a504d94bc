package dev.gatun.nn;

import dev.gatun.DType;
import dev.gatun.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One forward pass: whether it trains, where its random numbers come from, and what each parameter stands for. It is handed down explicitly, so that
 * concurrent passes over one module never meet. A pass itself is for one thread.
 */
public final class Pass {
    /** The pass by which this thread records a function whose inputs parameters are. */
    private static final ScopedValue<Pass> RECORDING = ScopedValue.newInstance();

    /** What becomes of new values of buffers. */
    private enum Updates { SET, COLLECT, DROP }

    private final boolean training;
    private final Optional<Tensor> key;
    private final Function<Parameter, Tensor> values;
    private final Updates updates;
    private final Map<Parameter, Tensor> current;
    private final SequencedMap<Parameter, Tensor> updated;
    private final AtomicInteger draws;

    private Pass(boolean training, Optional<Tensor> key, Function<Parameter, Tensor> values, Updates updates, Map<Parameter, Tensor> current,
            SequencedMap<Parameter, Tensor> updated, AtomicInteger draws) {
        this.training = training;
        this.key = key;
        this.values = values;
        this.updates = updates;
        this.current = current;
        this.updated = updated;
        this.draws = draws;
    }

    private static Pass of(boolean training, Optional<Tensor> key, Function<Parameter, Tensor> values, Updates updates) {
        return new Pass(training, key, values, updates, new LinkedHashMap<>(), new LinkedHashMap<>(), new AtomicInteger());
    }

    /** Returns a pass that does not train: no dropout, running statistics instead of the batch's. */
    public static Pass inference() {
        return of(false, Optional.empty(), Parameter::value, Updates.SET);
    }

    /** Returns {@link #inference()} in which parameters stand for what {@code values} says, which is asked once a parameter. */
    public static Pass inference(Function<Parameter, Tensor> values) {
        return of(false, Optional.empty(), values, Updates.DROP);
    }

    /**
     * Returns a pass that trains over the present values of parameters. New running statistics are computed and set at once.
     *
     * @param key I64 [2], (seed, stream): the first random layer draws from it, each further one from the next stream
     */
    public static Pass training(Tensor key) {
        return of(true, Optional.of(checked(key)), Parameter::value, Updates.SET);
    }

    /** Returns a pass that trains and draws its random numbers from {@code seed}; see {@link #training(Tensor)}. */
    public static Pass training(long seed) {
        return training(Tensor.of(new long[] {seed, 0}, 2));
    }

    /**
     * Returns a pass that trains while a function is traced: parameters stand for what {@code values} says, which is asked once a parameter, and new
     * running statistics are collected in {@link #updates}, to become results of the function.
     */
    public static Pass traced(Tensor key, Function<Parameter, Tensor> values) {
        return of(true, Optional.of(checked(key)), values, Updates.COLLECT);
    }

    /**
     * Returns what {@code body} records by this pass. Meanwhile this thread gets no parameter's value past it ({@link Parameter#value},
     * {@link #inference()}): it would be a constant of what is recorded, which no later step changes.
     */
    public <T> T recording(Supplier<T> body) {
        return ScopedValue.where(RECORDING, this).call(body::get);
    }

    /** Checks that {@code parameter} may be read past a pass. */
    static void requireNotRecording(Parameter parameter) {
        if (RECORDING.isBound()) {
            throw new IllegalStateException("parameter " + parameter + " is read past the pass of the objective that is being recorded, so that its present"
                    + " value would be a constant of all steps; read it through that pass: pass.get(parameter), or forward(x, pass), after Module.eval() or"
                    + " with pass.withoutUpdates() where the module shall not train");
        }
    }

    /**
     * Returns a view of this pass that keeps what is computed through it from changing buffers: e.g. for a generator that only serves to train its
     * discriminator. Parameters and random numbers are those of this pass.
     */
    public Pass withoutUpdates() {
        return new Pass(training, key, values, Updates.DROP, current, updated, draws);
    }

    /** Returns whether gradients will be asked for: layers then keep what their backward ops need. */
    public boolean isTraining() {
        return training;
    }

    /** Returns whether {@code module} shall behave as in training: this pass trains, and the module is not pinned by {@link Module#eval}. */
    public boolean isTraining(Module module) {
        return training && !module.isPinnedToInference();
    }

    /** Returns the tensor that stands for {@code parameter}: the value updated in this pass, else the one that the pass began with. */
    public Tensor get(Parameter parameter) {
        if (updates == Updates.SET) {
            requireNotRecording(parameter);                       // it may be in this pass already
        }
        return current.computeIfAbsent(parameter, values);
    }

    /**
     * Replaces a buffer.
     *
     * @throws IllegalArgumentException if {@code parameter} is no buffer or {@code value} is of another type
     */
    public void update(Parameter parameter, Tensor value) {
        if (!parameter.isBuffer()) {
            throw new IllegalArgumentException("pass: parameter " + parameter + " is changed by its gradient, only buffers are updated by a pass");
        }
        if (!parameter.type().equals(value.type())) {
            throw new IllegalArgumentException("pass: buffer " + parameter + " cannot hold a " + value.type());
        }
        switch (updates) {
            case SET -> {
                parameter.set(value.detach().eval());
                current.put(parameter, parameter.value());
            }
            case COLLECT -> {
                current.put(parameter, value.detach());
                updated.put(parameter, value);
            }
            case DROP -> { }
        }
    }

    /** Returns the new values of buffers that a {@link #traced} pass collected; empty for others. */
    public SequencedMap<Parameter, Tensor> updates() {
        return Collections.unmodifiableSequencedMap(updated);
    }

    /**
     * Returns a key that no other call in this pass returns, for {@link dev.gatun.op.Random.Draw}: I64 [2], (seed, stream + how many were taken
     * before).
     *
     * @throws IllegalStateException if this is inference, which draws nothing
     */
    public Tensor nextKey() {
        Tensor first = key.orElseThrow(() -> new IllegalStateException("pass: inference draws no random numbers; use Pass.training(seed)"));
        int taken = draws.getAndIncrement();
        return taken == 0 ? first : first.add(Tensor.arange(DType.I64, 2).mul(taken));
    }

    private static Tensor checked(Tensor key) {
        if (key.dtype() != DType.I64 || key.rank() != 1 || key.dim(0) != 2) {
            throw new IllegalArgumentException("pass: a key is i64[2], (seed, stream), got " + key.type());
        }
        return key;
    }
}
