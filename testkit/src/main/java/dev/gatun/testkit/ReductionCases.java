package dev.gatun.testkit;

import static dev.gatun.testkit.Smoothness.NONE;
import static dev.gatun.testkit.Smoothness.ONCE;
import static dev.gatun.testkit.Smoothness.TWICE;

import dev.gatun.op.Ints;
import dev.gatun.op.Reduction;
import dev.gatun.op.Reduction.ReduceFunction;
import java.util.ArrayList;
import java.util.List;

/** Folds along the first, the last, a middle and several axes, the places of the largest, and running folds. */
final class ReductionCases {
    private static final int[][] AXES = {{}, {0}, {1}, {2}, {0, 2}, {1, 2}, {0, 1, 2}};

    private ReductionCases() {
    }

    static List<Case> of(int n) {
        List<Case> cases = new ArrayList<>();
        for (ReduceFunction f : ReduceFunction.values()) {
            for (int[] axes : AXES) {
                cases.add(reduce(f, axes, axes.length == 1, 2, n, 3));
            }
            cases.add(reduce(f, new int[] {1}, false, 3, n));
            cases.add(reduce(f, new int[] {0}, true, n, 5));
        }
        for (boolean flag : new boolean[] {false, true}) {
            for (ReduceFunction f : List.of(ReduceFunction.SUM, ReduceFunction.PROD)) {
                cases.add(cumulative(f, 1, flag, !flag, 2, n, 3));
                cases.add(cumulative(f, 1, flag, flag, 3, n));
            }
            if (n > 0) {
                cases.add(arg(flag, 1, flag, !flag, 2, n, 3));
                cases.add(arg(flag, 1, !flag, flag, 3, n));
                cases.add(arg(!flag, 0, flag, flag, n, 4));
            }
            cases.add(arg(flag, 0, flag, flag, 2, n));
        }
        return cases;
    }

    static List<Case> large() {
        List<Case> cases = new ArrayList<>();
        for (ReduceFunction f : List.of(ReduceFunction.SUM, ReduceFunction.MAX)) {
            for (int[] axes : AXES) {
                cases.add(reduce(f, axes, false, 29, 31, 37));
            }
            cases.add(reduce(f, new int[] {0}, false, 40_009));
            cases.add(reduce(f, new int[] {1}, true, 3, 20_011));
            cases.add(reduce(f, new int[] {0}, true, 10_007, 3));
        }
        cases.add(cumulative(ReduceFunction.SUM, 1, false, false, 29, 31, 37));
        cases.add(cumulative(ReduceFunction.SUM, 0, true, true, 20_011));
        cases.add(arg(true, 0, false, false, 20_011));
        cases.add(arg(false, 1, false, true, 29, 31, 37));
        cases.add(arg(true, 1, false, false, 501, 67));
        return cases;
    }

    static Case reduce(ReduceFunction f, int[] axes, boolean keepDims, int... dims) {
        int K = 1;
        for (int axis : axes) {
            K *= dims[axis];
        }
        Reduction.Reduce op = new Reduction.Reduce(f, Ints.of(axes), keepDims);
        String name = f.label() + " along " + op.axes() + (keepDims ? " kept" : "") + " of " + Ints.of(dims);
        Domain domain = f == ReduceFunction.PROD ? Domain.NEAR_ONE : Domain.SIGNED;
        return Case.of(name, tolerance(f), op, Input.of(domain, dims)).in(isFold(f) ? Types.NUMERIC : Types.ANY).summing(K)
                .differentiable(isFold(f) ? TWICE : ONCE);
    }

    static Case cumulative(ReduceFunction f, int axis, boolean exclusive, boolean reverse, int... dims) {
        Reduction.Cumulative op = new Reduction.Cumulative(f, axis, exclusive, reverse);
        String name = "cumulative " + f.label() + " along " + axis + " of " + Ints.of(dims) + (exclusive ? ", exclusive" : "")
                + (reverse ? ", reverse" : "");
        return Case.of(name, Tolerance.SUM, op, Input.of(f == ReduceFunction.PROD ? Domain.NEAR_ONE : Domain.SIGNED, dims)).in(Types.NUMERIC)
                .summing(dims[axis]).differentiable(TWICE);
    }

    static Case arg(boolean largest, int axis, boolean keepDims, boolean lastIndex, int... dims) {
        Reduction.ArgReduce op = new Reduction.ArgReduce(largest, axis, keepDims, lastIndex);
        String name = op.name() + " along " + axis + " of " + Ints.of(dims) + (keepDims ? ", kept" : "") + (lastIndex ? ", last" : "");
        return Case.of(name, Tolerance.EXACT, op, Input.of(dims)).in(Types.ANY).differentiable(NONE);
    }

    private static boolean isFold(ReduceFunction f) {
        return switch (f) {
            case SUM, PROD -> true;
            case MAX, MIN -> false;
        };
    }

    private static Tolerance tolerance(ReduceFunction f) {
        return isFold(f) ? Tolerance.SUM : Tolerance.EXACT;
    }
}
