package dev.gatun.plan;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Contraction;
import dev.gatun.op.Convolution;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Fused;
import dev.gatun.op.Indexing;
import dev.gatun.op.Movement;
import dev.gatun.op.Normalization;
import dev.gatun.op.Op;
import dev.gatun.op.Pooling;
import dev.gatun.op.Quantized;
import dev.gatun.op.Random;
import dev.gatun.op.Recurrent;
import dev.gatun.op.Reduction;
import dev.gatun.op.Source;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Ops on BF16 and F16 as the same ops on F32: a narrow kernel computes in F32 as well and rounds when it stores. What a backend without narrow kernels is
 * asked next; casts around them cost little beside what it would cost to run reference loops.
 */
final class Widening {
    private Widening() {
    }

    /** Returns the request in F32, on row-major operands, if there is one that is worth its casts. */
    static Optional<KernelRequest> of(KernelRequest.Single r) {
        if (!isWorthIt(r.op()) || r.inputs().stream().noneMatch(Widening::isNarrow)) {
            return Optional.empty();
        }
        List<Layout> layouts = Collections.nCopies(r.inputs().size(), Layout.PLAIN);
        return Optional.of(new KernelRequest.Single(r.op(), widened(r.inputs()), widened(r.outputs()), layouts, r.frozen()));
    }

    /** Returns F32 in place of BF16 and F16. */
    static TensorType of(TensorType type) {
        return isNarrow(type) ? type.with(DType.F32) : type;
    }

    private static List<TensorType> widened(List<TensorType> types) {
        return types.stream().map(Widening::of).toList();
    }

    private static boolean isNarrow(TensorType type) {
        return type.dtype() == DType.BF16 || type.dtype() == DType.F16;
    }

    private static boolean isWorthIt(Op op) {
        return switch (op) {
            case Contraction _, Convolution _, Recurrent _, Pooling _, Normalization _, Reduction _ -> true;
            case Elementwise _, Movement _, Indexing _, Quantized _, Source _, Random _, Fused _ -> false;
        };
    }
}
