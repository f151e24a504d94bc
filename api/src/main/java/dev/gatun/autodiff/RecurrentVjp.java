package dev.gatun.autodiff;

import dev.gatun.Tensor;
import dev.gatun.op.Recurrent;
import dev.gatun.op.Recurrent.Rnn;
import dev.gatun.op.Recurrent.RnnBackward;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Rules of recurrent layers. */
final class RecurrentVjp {
    private RecurrentVjp() {
    }

    static List<Supplier<Tensor>> of(Recurrent op, Step s) {
        return switch (op) {
            case Rnn r -> rnn(r, s);
            case RnnBackward r -> Decompose.rule(s, in -> Decompose.rnnBackward(r, in));
        };
    }

    /** Back-propagation through time. @throws UnsupportedOperationException if the loss depends on the reserve, which is no function of the layer */
    private static List<Supplier<Tensor>> rnn(Rnn op, Step s) {
        int states = op.cell().isLstm() ? 2 : 1; // hn, cn
        int reserve = 1 + states;
        if (op.reserve() && s.dys().get(reserve).isPresent()) {
            throw new UnsupportedOperationException("gradient of " + op.name() + ": the reserve is for the backward op only and has no gradient");
        }
        // A layer that was recorded without a reserve is recorded again with one.
        List<Tensor> results = op.reserve() ? s.outputs() : Tensor.record(new Rnn(op.cell(), op.reverse(), true), s.inputs().toArray(Tensor[]::new));
        List<Tensor> in = new ArrayList<>(s.inputs());
        in.add(results.getFirst());
        in.add(results.get(reserve));
        for (int i = 0; i <= states; i++) {
            in.add(s.dy(i));
        }
        List<Tensor> d = Tensor.record(new RnnBackward(op.cell(), op.reverse()), in.toArray(Tensor[]::new));
        return d.stream().<Supplier<Tensor>>map(dx -> () -> dx).toList();
    }
}
