package dev.gatun.nn;

import dev.gatun.DType;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.op.Recurrent;
import java.util.List;

/**
 * One step of a recurrent network, for what cannot be run as a sequence. Parameters, all first U(-1/√H, 1/√H): {@code weight_ih [G·H, I]},
 * {@code weight_hh [G·H, H]}, {@code bias_ih [G·H]}, {@code bias_hh [G·H]}; gates are stacked as {@link Recurrent} says.
 */
public abstract sealed class RecurrentCell extends Module permits RnnCell, LstmCell, GruCell {
    private final Recurrent.Kind kind;
    private final int inputs;
    private final int hidden;
    private final List<Parameter> weights;

    RecurrentCell(Recurrent.Kind kind, int inputs, int hidden) {
        if (inputs < 1 || hidden < 1) {
            throw new IllegalArgumentException(kind.label() + ": needs at least 1 input and hidden unit, got " + inputs + " and " + hidden);
        }
        this.kind = kind;
        this.inputs = inputs;
        this.hidden = hidden;
        int rows = kind.gates() * hidden;
        weights = List.of(weight("weight_ih", rows, inputs), weight("weight_hh", rows, hidden), weight("bias_ih", rows), weight("bias_hh", rows));
    }

    private Parameter weight(String name, int... dims) {
        double bound = 1 / Math.sqrt(hidden);
        return parameter(name, Parameter.of(TensorType.of(DType.F32, dims), Initializers.uniform(-bound, bound)));
    }

    /** Returns a first state of zeros, {@code [N, H]}. */
    final Tensor zeros(int samples) {
        return Tensor.zeros(DType.F32, samples, hidden);
    }

    /** Returns the next states. @param x {@code [N, I]} @param states h, for an LSTM also c, each {@code [N, H]} */
    final List<Tensor> next(Tensor x, List<Tensor> states, Pass pass) {
        if (x.rank() != 2 || x.dim(1) != inputs) {
            throw new IllegalArgumentException(kind.label() + ": x" + x.shape() + " must be [N, I] with I = " + inputs);
        }
        Tensor[] operands = new Tensor[5 + states.size()];
        operands[0] = x.unsqueeze(0);
        for (int i = 0; i < 4; i++) {
            operands[1 + i] = pass.get(weights.get(i));
        }
        for (int i = 0; i < states.size(); i++) {
            operands[5 + i] = states.get(i);
        }
        Recurrent.Cell cell = new Recurrent.Cell(kind, false, false);
        return Tensor.record(new Recurrent.Rnn(cell, false, pass.isTraining()), operands).subList(1, 1 + states.size());
    }

    @Override
    protected String describe() {
        return getClass().getSimpleName() + "(" + inputs + " -> " + hidden + ")";
    }
}
