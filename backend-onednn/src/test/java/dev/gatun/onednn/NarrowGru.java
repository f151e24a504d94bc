package dev.gatun.onednn;

import dev.gatun.CompiledFunction;
import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.op.Recurrent;
import dev.gatun.spi.Backend;
import java.util.List;

/** A recurrent layer in bfloat16 whose weights are operands: each call brings their gates in oneDNN's order, and then into its layout. */
final class NarrowGru {
    private static final int T = 3;
    private static final int N = 4;
    private static final int I = 9;
    private static final int H = 16;

    private NarrowGru() {
    }

    /** Returns the state behind the last step, as a function of x, weights, biases and the first state. */
    static CompiledFunction of(Backend backend) {
        var op = new Recurrent.Rnn(new Recurrent.Cell(Recurrent.Kind.GRU, false, false), false, false);
        return CompiledFunction.of(backend, in -> List.of(Tensor.record(op, in.toArray(Tensor[]::new)).get(1)));
    }

    static Tensor[] operands(Backend backend) {
        return List.of(Shape.of(T, N, I), Shape.of(3 * H, I), Shape.of(3 * H, H), Shape.of(3 * H), Shape.of(3 * H), Shape.of(N, H)).stream()
                .map(shape -> Tensor.full(DType.BF16, shape, 0.25).eval(backend)).toArray(Tensor[]::new);
    }
}
