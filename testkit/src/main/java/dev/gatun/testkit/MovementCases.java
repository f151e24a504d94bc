package dev.gatun.testkit;

import static dev.gatun.testkit.Smoothness.TWICE;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.op.Ints;
import dev.gatun.op.Movement;
import dev.gatun.op.Op;
import dev.gatun.op.Source;
import java.util.ArrayList;
import java.util.List;

/** Elements in other places, and sources, which have no operands at all. */
final class MovementCases {
    private MovementCases() {
    }

    static List<Case> of(int n) {
        List<Case> cases = new ArrayList<>();
        cases.add(move("reshape", new Movement.Reshape(Shape.of(n, 2, 3)), 2, n, 3));
        cases.add(move("detach", new Movement.Detach(), 2, n).differentiable(Smoothness.NONE));
        permutations(n, cases);
        cases.add(move("expand of a scalar", new Movement.Expand(Shape.of(2, n))));
        cases.add(move("expand of a row", new Movement.Expand(Shape.of(2, 3, n)), n));
        cases.add(move("expand of a column", new Movement.Expand(Shape.of(3, n)), 3, 1));
        cases.add(move("expand of the outer axis", new Movement.Expand(Shape.of(n, 2, 3)), 1, 2, 3));
        slices(n, cases);
        pads(n, cases);
        cases.add(concat("concat of one", 1, Input.of(2, n)));
        cases.add(concat("concat of rows", 0, Input.of(2, n), Input.of(1, n), Input.of(3, n)));
        cases.add(concat("concat of columns", 1, Input.of(3, n), Input.of(3, 1), Input.of(3, 5)));
        cases.add(concat("concat of channels", 1, Input.of(2, n, 3, 2), Input.of(2, 4, 3, 2), Input.of(2, 0, 3, 2)));
        for (DType dtype : DType.values()) {
            cases.add(source("scalar of " + dtype.label(), Source.Scalar.of(dtype, dtype.isFloating() ? 1.9 : 1)));
            if (dtype != DType.BOOL) {
                cases.add(source("iota of " + dtype.label(), new Source.Iota(dtype, n)));
            }
        }
        return cases;
    }

    static List<Case> large() {
        List<Case> cases = new ArrayList<>();
        permutations(1_009, cases);
        slices(6_007, cases);
        pads(2_003, cases);
        cases.add(permute(new int[] {1, 0}, 179, 191));
        cases.add(permute(new int[] {0, 2, 1, 3}, 2, 37, 41, 11));
        cases.add(concat("concat of large rows", 0, Input.of(101, 211), Input.of(53, 211)));
        cases.add(concat("concat of large columns", 1, Input.of(101, 211), Input.of(101, 97)));
        return cases;
    }

    static Case move(String name, Op op, int... dims) {
        return Case.of(name, Tolerance.EXACT, op, Input.of(dims)).in(Types.ANY).differentiable(TWICE);
    }

    private static void permutations(int n, List<Case> cases) {
        cases.add(permute(new int[] {1, 0}, 3, n));
        cases.add(permute(new int[] {1, 0}, n, 17));
        cases.add(permute(new int[] {0, 2, 1}, 2, n, 5));
        cases.add(permute(new int[] {1, 0, 2}, n, 2, 3));
        cases.add(permute(new int[] {2, 1, 0}, 3, 2, n));
        cases.add(permute(new int[] {0, 2, 3, 1}, 2, n, 3, 2));
        cases.add(permute(new int[] {0, 3, 1, 2}, 2, 3, 2, n));
        cases.add(permute(new int[] {3, 0, 2, 1, 4}, 2, 1, 3, n, 2));
    }

    static Case permute(int[] axes, int... dims) {
        return move("permute " + Ints.of(axes) + " of " + Ints.of(dims), new Movement.Permute(Ints.of(axes)), dims);
    }

    private static void slices(int n, List<Case> cases) {
        cases.add(slice("slice of all", new int[] {0, 0}, new int[] {3, n}, new int[] {1, 1}, 3, n));
        cases.add(slice("slice of a row", new int[] {1, 0}, new int[] {1, n}, new int[] {1, 1}, 3, n));
        cases.add(slice("slice of a column range", new int[] {0, 2}, new int[] {3, n}, new int[] {1, 1}, 3, n + 4));
        cases.add(slice("slice of every second", new int[] {0, 1}, new int[] {3, n}, new int[] {1, 2}, 3, 2 * n + 1));
        cases.add(slice("slice backwards", new int[] {2, Math.max(0, n - 1)}, new int[] {3, n}, new int[] {-1, -1}, 3, n));
        cases.add(slice("slice of every third backwards", new int[] {0, 3 * n}, new int[] {2, n}, new int[] {1, -3}, 2, 3 * n + 1));
        cases.add(slice("slice of nothing", new int[] {0, 0}, new int[] {2, 0}, new int[] {1, 1}, 2, n));
    }

    private static Case slice(String name, int[] starts, int[] sizes, int[] steps, int... dims) {
        return move(name, new Movement.Slice(Ints.of(starts), Ints.of(sizes), Ints.of(steps)), dims);
    }

    private static void pads(int n, List<Case> cases) {
        cases.add(pad("pad", new int[] {1, 2}, new int[] {0, 3}, new int[] {0, 0}, 2, n));
        cases.add(pad("pad between", new int[] {0, 1}, new int[] {0, 0}, new int[] {1, 2}, 3, n));
        cases.add(pad("pad of images", new int[] {0, 0, 1, 2}, new int[] {0, 1, 1, 0}, new int[] {0, 0, 0, 0}, 2, 3, n, 4));
    }

    private static Case pad(String name, int[] before, int[] after, int[] interior, int... dims) {
        return Case.of(name, Tolerance.EXACT, new Movement.Pad(Ints.of(before), Ints.of(after), Ints.of(interior)), Input.of(dims), Input.of())
                .in(Types.ANY).summing(100).differentiable(TWICE);
    }

    private static Case concat(String name, int axis, Input... parts) {
        return Case.of(name, Tolerance.EXACT, new Movement.Concat(axis), parts).in(Types.ANY).differentiable(TWICE);
    }

    private static Case source(String name, Op op) {
        return Case.of(name, Tolerance.EXACT, in -> Tensor.record(op)).in(Types.ONE);
    }
}
