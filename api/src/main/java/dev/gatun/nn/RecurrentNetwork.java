package dev.gatun.nn;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.op.Recurrent;
import dev.gatun.op.Recurrent.Cell;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Layers of recurrent cells over a sequence, in one or both directions; each layer reads the sequence of hidden states of the one below (of both
 * directions, side by side). T steps, N samples, I inputs, H hidden units, G gates, L layers, D directions.
 *
 * <p>Parameters of layer l, all first U(-1/√H, 1/√H): {@code weight_ih_l<l> [G·H, I or D·H]}, {@code weight_hh_l<l> [G·H, H]},
 * {@code bias_ih_l<l> [G·H]}, {@code bias_hh_l<l> [G·H]}, and the same with {@code _reverse} for the other direction. Gates are stacked as
 * {@link Recurrent} says.
 */
public abstract sealed class RecurrentNetwork extends Module permits Rnn, Lstm, Gru {
    /** Extent and kind of a network; immutable, since another extent needs other parameters. */
    record Extent(Recurrent.Kind kind, int inputs, int hidden, int layers, boolean bidirectional, double dropout, boolean peephole) {
        Extent {
            if (inputs < 1 || hidden < 1 || layers < 1 || !(dropout >= 0 && dropout < 1)) {
                throw new IllegalArgumentException(kind.label() + ": needs at least 1 input, hidden unit and layer and a dropout in [0, 1), got "
                        + inputs + ", " + hidden + ", " + layers + " and " + dropout);
            }
        }

        Extent(Recurrent.Kind kind, int inputs, int hidden) {
            this(kind, inputs, hidden, 1, false, 0, false);
        }

        Extent kind(Recurrent.Kind other) {
            return new Extent(other, inputs, hidden, layers, bidirectional, dropout, peephole);
        }

        Extent layers(int count) {
            return new Extent(kind, inputs, hidden, count, bidirectional, dropout, peephole);
        }

        Extent bothDirections() {
            return new Extent(kind, inputs, hidden, layers, true, dropout, peephole);
        }

        Extent dropout(double p) {
            return new Extent(kind, inputs, hidden, layers, bidirectional, p, peephole);
        }

        Extent withPeepholes() {
            return new Extent(kind, inputs, hidden, layers, bidirectional, dropout, true);
        }

        int directions() {
            return bidirectional ? 2 : 1;
        }
    }

    private final Extent extent;
    /** The parameters of each layer and direction, in the order of the op's operands. */
    private final List<List<Parameter>> weights = new ArrayList<>();

    RecurrentNetwork(Extent extent) {
        this.extent = extent;
        int rows = extent.kind.gates() * extent.hidden;
        for (int layer = 0; layer < extent.layers; layer++) {
            int inputs = layer == 0 ? extent.inputs : extent.directions() * extent.hidden;
            for (int direction = 0; direction < extent.directions(); direction++) {
                String suffix = "_l" + layer + (direction == 0 ? "" : "_reverse");
                List<Parameter> own = new ArrayList<>();
                own.add(weight("weight_ih" + suffix, rows, inputs));
                own.add(weight("weight_hh" + suffix, rows, extent.hidden));
                own.add(weight("bias_ih" + suffix, rows));
                own.add(weight("bias_hh" + suffix, rows));
                if (extent.peephole) {
                    own.add(weight("weight_peephole" + suffix, 3 * extent.hidden));
                }
                weights.add(own);
            }
        }
    }

    private Parameter weight(String name, int... dims) {
        double bound = 1 / Math.sqrt(extent.hidden);
        return parameter(name, Parameter.of(TensorType.of(DType.F32, dims), Initializers.uniform(-bound, bound)));
    }

    final Extent extent() {
        return extent;
    }

    /** Returns a first state of zeros for {@code samples} samples, {@code [L·D, N, H]}. */
    final Tensor zeros(int samples) {
        return Tensor.zeros(DType.F32, extent.layers * extent.directions(), samples, extent.hidden);
    }

    /** Returns y {@code [T, N, D·H]} and the last states, each {@code [L·D, N, H]}. @param states the first ones: h, for an LSTM also c */
    final List<Tensor> run(Tensor x, List<Tensor> states, Optional<Tensor> lengths, Pass pass) {
        String name = extent.kind.label();
        if (x.rank() != 3 || x.dim(2) != extent.inputs) {
            throw new IllegalArgumentException(name + ": x" + x.shape() + " must be [T, N, I] with I = " + extent.inputs);
        }
        Shape expected = Shape.of(weights.size(), x.dim(1), extent.hidden);
        for (Tensor s : states) {
            if (!s.shape().equals(expected)) {
                throw new IllegalArgumentException(name + ": state " + s.shape() + " must be " + expected + ": [L·D, N, H]");
            }
        }
        Cell cell = new Cell(extent.kind, extent.peephole, lengths.isPresent());
        List<List<Tensor>> last = new ArrayList<>();
        states.forEach(s -> last.add(new ArrayList<>()));
        Tensor sequence = x;
        for (int layer = 0; layer < extent.layers; layer++) {
            if (layer > 0 && extent.dropout > 0 && pass.isTraining(this)) {
                sequence = Dropout.drop(sequence, extent.dropout, pass.nextKey());
            }
            List<Tensor> ys = new ArrayList<>();
            for (int direction = 0; direction < extent.directions(); direction++) {
                int place = layer * extent.directions() + direction;
                List<Tensor> operands = operands(sequence, place, states, lengths, pass);
                // The reserve is what the backward op reads: without it the gradient would run the layer again.
                List<Tensor> r = Tensor.record(new Recurrent.Rnn(cell, direction == 1, pass.isTraining()), operands.toArray(Tensor[]::new));
                ys.add(r.getFirst());
                for (int i = 0; i < states.size(); i++) {
                    last.get(i).add(r.get(1 + i).unsqueeze(0));
                }
            }
            sequence = Tensor.concat(2, ys);
        }
        List<Tensor> results = new ArrayList<>(List.of(sequence));
        last.forEach(s -> results.add(Tensor.concat(0, s)));
        return results;
    }

    /** Returns x, wIh, wHh, bIh, bHh, h0 ... as {@link Recurrent.Rnn} takes them. */
    private List<Tensor> operands(Tensor x, int place, List<Tensor> states, Optional<Tensor> lengths, Pass pass) {
        List<Tensor> operands = new ArrayList<>(List.of(x));
        List<Parameter> own = weights.get(place);
        own.subList(0, 4).forEach(p -> operands.add(pass.get(p)));
        states.forEach(s -> operands.add(s.slice(0, place, place + 1).squeeze(0)));
        own.subList(4, own.size()).forEach(p -> operands.add(pass.get(p)));
        lengths.ifPresent(operands::add);
        return operands;
    }

    @Override
    protected String describe() {
        return getClass().getSimpleName() + "(" + extent.inputs + " -> " + extent.hidden
                + (extent.layers == 1 ? "" : ", " + extent.layers + " layers")
                + (extent.bidirectional ? ", both directions" : "") + ")";
    }
}
