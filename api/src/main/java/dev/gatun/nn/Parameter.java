package dev.gatun.nn;

import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.random.RandomStream;

/**
 * A mutable cell of a {@link Module}: something that is trained, or a buffer (state that a module keeps but no gradient changes, such as running
 * statistics). It is made with a type and an {@link Initializer}; the first value is drawn when it is first asked for, so a network whose parameters
 * are read from a file never draws any.
 *
 * <p>What is drawn depends on the seed of {@link Module#initialize} and on the parameter's full name, not on when or in which order parameters are
 * drawn.
 *
 * <p>A parameter owns its tensor: a training step writes the next value over the memory of the present one, after which the old tensor throws when
 * read. What shall outlive a step, such as the best parameters so far, is an {@link Tensor#alias} of it: then the step takes other memory.
 *
 * <p>Thread-safe: one that is read while a step runs gives its old value, or, if the step came first, waits for its end and throws. What must not meet a
 * step, such as saving all parameters of one moment, holds the monitor of the {@link dev.gatun.optim.TrainStep}.
 */
public final class Parameter {
    private final TensorType type;
    private final boolean buffer;
    private Initializer initializer;
    private Tensor value;
    private boolean trainable;
    private Module owner;
    private String name = "";

    private Parameter(TensorType type, Initializer initializer, boolean buffer) {
        this.type = type;
        this.initializer = initializer;
        this.buffer = buffer;
        this.trainable = !buffer;
    }

    /** Returns a parameter that is trained. @throws IllegalArgumentException if its type is not floating */
    public static Parameter of(TensorType type, Initializer initializer) {
        if (!type.dtype().isFloating()) {
            throw new IllegalArgumentException("parameter: " + type
                    + " cannot be trained, because only floating types have gradients; make it a buffer");
        }
        return new Parameter(type, initializer, false);
    }

    /** Returns state that no gradient changes. */
    public static Parameter buffer(TensorType type, Initializer initializer) {
        return new Parameter(type, initializer, true);
    }

    /**
     * Returns the present value: the parameter's own tensor.
     *
     * @throws IllegalStateException inside the objective of a training step, of which it would become a constant; see {@link Pass#get}
     */
    public synchronized Tensor value() {
        Pass.requireNotRecording(this);
        if (value == null) {
            RandomStream random = owner == null ? new RandomStream(0, 0) : owner.randomOf(name);
            value = checked(initializer.draw(type, random)).eval();
        }
        return value;
    }

    /**
     * Replaces the value, which is computed if that is still to be done. The parameter holds an {@link Tensor#alias} of {@code value}: no training takes
     * the value away from the caller, or from another parameter, whose tensor it may be. Who closes {@code value} spares the first step a copy.
     *
     * @throws IllegalArgumentException if it is of another type
     * @throws IllegalStateException if it is closed, donated or a placeholder; the old value stays
     */
    public void set(Tensor value) {
        value.requireUsable();
        Tensor own = checked(value).alias();
        synchronized (this) {
            this.value = own;
        }
    }

    /** Forgets the value: the next one is drawn by {@code initializer}. */
    public synchronized void initialize(Initializer initializer) {
        this.initializer = initializer;
        this.value = null;
    }

    /** Forgets the value: it is drawn again. */
    synchronized void reset() {
        value = null;
    }

    /** Returns element type and shape, which never change. */
    public TensorType type() {
        return type;
    }

    /** Returns whether this is state that no gradient changes. */
    public boolean isBuffer() {
        return buffer;
    }

    /** Returns whether a training step changes this parameter by its gradient: it is not a buffer and not frozen. */
    public synchronized boolean isTrainable() {
        return trainable;
    }

    synchronized void setTrainable(boolean trainable) {
        this.trainable = trainable && !buffer;
    }

    /** Says where this parameter lives; the first module that registers it decides. */
    synchronized void register(Module module, String localName) {
        if (owner == null) {
            owner = module;
            name = localName;
        }
    }

    /** Returns the full name, e.g. {@code layer1.0.conv1.weight}, and the type. */
    @Override
    public String toString() {
        return (owner == null ? "parameter" : owner.path(name)) + " " + type;
    }

    private Tensor checked(Tensor t) {
        if (!t.type().equals(type)) {
            throw new IllegalArgumentException("parameter " + this + " cannot hold a " + t.type());
        }
        return t;
    }
}
