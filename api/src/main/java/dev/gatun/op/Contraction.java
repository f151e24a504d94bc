package dev.gatun.op;

/** Ops that sum over an axis that two operands share. */
public sealed interface Contraction extends Op {
    /**
     * (a, b) -> y with y[..., m, n] = Σₖ a[..., m, k] · b[..., k, n]; a is stored {@code [..., K, M]} if {@code transposeA}, b {@code [..., N, K]} if
     * {@code transposeB}. Ranks are equal and at least 2, leading axes equal (the recorder expands them); floating or integer, K = 0 gives 0.
     */
    record MatMul(boolean transposeA, boolean transposeB) implements Contraction {
        @Override
        public String name() {
            return "matmul";
        }
    }
}
