package dev.gatun.testkit;

import static dev.gatun.testkit.Smoothness.TWICE;

import dev.gatun.op.Contraction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Matrix products of all transposes, with M, N or K odd, alone, of rows and columns, and in batches. */
final class ContractionCases {
    private ContractionCases() {
    }

    static List<Case> of(int n) {
        List<Case> cases = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            boolean transposeA = (t & 1) != 0;
            boolean transposeB = (t & 2) != 0;
            cases.add(matmul(transposeA, transposeB, n, 7, 13));
            cases.add(matmul(transposeA, transposeB, 5, n, 9));
            cases.add(matmul(transposeA, transposeB, 6, 8, n));
            cases.add(matmul(transposeA, transposeB, 33, n, 9));
            cases.add(matmul(transposeA, transposeB, 1, n, 33));
            cases.add(matmul(transposeA, transposeB, n, 1, 16));
            cases.add(matmul(transposeA, transposeB, 2, 3, n, 5, 4));
            cases.add(matmul(transposeA, transposeB, n, 4, 3, 2));
        }
        return cases;
    }

    static List<Case> large() {
        List<Case> cases = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            cases.add(matmul((t & 1) != 0, (t & 2) != 0, 149, 151, 157));
            cases.add(matmul((t & 1) != 0, (t & 2) != 0, 7, 41, 43, 47));
            cases.add(matmul((t & 1) != 0, (t & 2) != 0, 1, 1021, 509));
        }
        return cases;
    }

    /** @param sizes leading axes, M, N, K */
    static Case matmul(boolean transposeA, boolean transposeB, int... sizes) {
        int lead = sizes.length - 3;
        int M = sizes[lead];
        int N = sizes[lead + 1];
        int K = sizes[lead + 2];
        int[] a = Arrays.copyOf(sizes, lead + 2);
        a[lead] = transposeA ? K : M;
        a[lead + 1] = transposeA ? M : K;
        int[] b = Arrays.copyOf(sizes, lead + 2);
        b[lead] = transposeB ? N : K;
        b[lead + 1] = transposeB ? K : N;
        String name = "matmul " + (transposeA ? "aᵀ" : "a") + (transposeB ? " bᵀ " : " b ") + Arrays.toString(sizes);
        return Case.of(name, Tolerance.SUM, new Contraction.MatMul(transposeA, transposeB), Input.of(a), Input.of(b)).in(Types.NUMERIC)
                .summing(Math.max(K, Math.max(M, N))).differentiable(TWICE);
    }
}
