package dev.gatun;

import dev.gatun.op.Op;
import java.util.List;

/** The recorded application of an op: what a {@link Tensor} without a value would be computed by. Results of one application share their producer. */
public final class Producer {
    private final Op op;
    private final List<Tensor> inputs;
    private final List<TensorType> types;

    Producer(Op op, List<Tensor> inputs, List<TensorType> types) {
        this.op = op;
        this.inputs = inputs;
        this.types = types;
    }

    /** Returns the op. */
    public Op op() {
        return op;
    }

    /** Returns the operands. */
    public List<Tensor> inputs() {
        return inputs;
    }

    /** Returns the types of all results. */
    public List<TensorType> types() {
        return types;
    }

    /** Returns result {@code index} as a tensor: another handle on the same value, if somebody holds one already. */
    public Tensor result(int index) {
        return new Tensor(types.get(index), this, index);
    }

    @Override
    public String toString() {
        return op.name() + inputs.stream().map(t -> t.type().toString()).toList() + " -> " + types;
    }
}
