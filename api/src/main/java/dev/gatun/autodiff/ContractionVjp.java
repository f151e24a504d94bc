package dev.gatun.autodiff;

import static dev.gatun.autodiff.Notation.apply;

import dev.gatun.Tensor;
import dev.gatun.op.Contraction;
import dev.gatun.op.Contraction.MatMul;
import java.util.List;
import java.util.function.Supplier;

/** Rules of products of matrices. */
final class ContractionVjp {
    private ContractionVjp() {
    }

    static List<Supplier<Tensor>> of(Contraction op, Step s) {
        return switch (op) {
            case MatMul m -> matmul(m.transposeA(), m.transposeB(), s.x(0), s.x(1), s.dy());
        };
    }

    /** y[m,n] = a[m,k] b[k,n]; an operand that is stored transposed gets its gradient transposed, at no cost: (PQ)ᵀ = QᵀPᵀ. */
    private static List<Supplier<Tensor>> matmul(boolean transposeA, boolean transposeB, Tensor a, Tensor b, Tensor dy) {
        return List.of(
                () -> transposeA
                        ? apply(new MatMul(transposeB, true), b, dy)     // da[k,m] = b[k,n] dyᵀ[n,m]
                        : apply(new MatMul(false, !transposeB), dy, b),  // da[m,k] = dy[m,n] bᵀ[n,k]
                () -> transposeB
                        ? apply(new MatMul(true, transposeA), dy, a)     // db[n,k] = dyᵀ[n,m] a[m,k]
                        : apply(new MatMul(!transposeA, false), a, dy)); // db[k,n] = aᵀ[k,m] dy[m,n]
    }
}
