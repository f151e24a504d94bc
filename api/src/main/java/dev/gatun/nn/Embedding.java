package dev.gatun.nn;

import dev.gatun.DType;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.op.Indexing;

/** A table of vectors, looked up by number. Parameter: {@code weight [entries, width]}, first N(0, 1). */
public final class Embedding extends Layer {
    private final int entries;
    private final int width;
    private final Parameter weight;

    /** Makes a table. @param entries how many vectors @param width their length */
    public Embedding(int entries, int width) {
        this.entries = entries;
        this.width = width;
        weight = parameter("weight", Parameter.of(TensorType.of(DType.F32, entries, width), Initializers.normal(0, 1)));
    }

    /** Returns the table. */
    public Parameter weight() {
        return weight;
    }

    /**
     * Returns the vectors of {@code x}.
     *
     * @param x numbers from 0, below {@code entries}, I32 or I64, of any shape; another is an {@link IndexOutOfBoundsException} when the result is computed
     * @return {@code [..., width]}
     */
    @Override
    public Tensor forward(Tensor x, Pass pass) {
        return Tensor.record(new Indexing.Gather(0, false), pass.get(weight), x).getFirst();
    }

    @Override
    protected String describe() {
        return "Embedding(" + entries + " x " + width + ")";
    }
}
