package dev.gatun.reference;

import dev.gatun.TensorType;
import dev.gatun.op.Source;
import java.util.List;

/** Constants and counters. */
final class SourceLoops {
    private SourceLoops() {
    }

    static Loop of(Source op, List<TensorType> in, List<TensorType> out) {
        return switch (op) {
            case Source.Scalar s -> (x, y) -> scalar(s, y[0]);
            case Source.Iota i -> (x, y) -> iota(y[0]);
        };
    }

    private static void scalar(Source.Scalar op, Elements y) {
        if (op.dtype().isFloating()) {
            y.set(0, op.value());
        } else {
            y.setLong(0, op.bits());
        }
    }

    /** y[i] = i. */
    private static void iota(Elements y) {
        for (long i = 0; i < y.size(); i++) {
            y.setLong(i, i);
        }
    }
}
