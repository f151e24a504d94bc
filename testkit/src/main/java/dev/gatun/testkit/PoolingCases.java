package dev.gatun.testkit;

import static dev.gatun.testkit.Smoothness.NONE;
import static dev.gatun.testkit.Smoothness.ONCE;
import static dev.gatun.testkit.Smoothness.TWICE;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.op.Ints;
import dev.gatun.op.Pooling;
import dev.gatun.op.Pooling.Divisor;
import dev.gatun.op.Pooling.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Windows of one to three axes: overlapping, with gaps, padded, beyond the end, and over everything. */
final class PoolingCases {
    /** What only zeros differ by less than. */
    private static final double EITHER_ZERO = Double.MIN_VALUE;

    /** What a maximum is taken of. */
    private static final Set<DType> MAXIMA = Stream.concat(Types.FLOATING.stream(), Stream.of(DType.I8, DType.U8)).collect(Collectors.toUnmodifiableSet());

    private PoolingCases() {
    }

    static List<Case> of(int n) {
        List<Case> cases = new ArrayList<>();
        if (n > 0) {
            cases.addAll(all("2x2 of stride 2", window(2, 2, 2, 0, 1, false), Shape.of(2, n, 4, 6)));
            cases.addAll(all("3x3 of stride 2, padded", window(2, 3, 2, 1, 1, false), Shape.of(1, 3, 5, n)));
            cases.addAll(all("3x3 of stride 2, beyond the end", window(2, 3, 2, 0, 1, true), Shape.of(1, 2, 6, n + 2)));
            cases.addAll(all("3x3 of stride 1, padded", window(2, 3, 1, 1, 1, false), Shape.of(1, n, 4, 3)));
            cases.addAll(all("2x2 dilated by 2", window(2, 2, 1, 1, 2, false), Shape.of(1, 2, 4, n + 2)));
            cases.addAll(all("2x3 padded unevenly", new Window(Ints.of(2, 3), Ints.of(2, 1), Ints.of(0, 1), Ints.of(1, 2), Ints.of(1, 1), true),
                    Shape.of(1, 2, 5, n)));
            cases.addAll(all("over everything", new Window(Ints.of(3, n), Ints.of(1, 1), Ints.of(0, 0), Ints.of(0, 0), Ints.of(1, 1), false),
                    Shape.of(2, 5, 3, n)));
            cases.addAll(all("along one axis", window(1, 3, 2, 1, 1, false), Shape.of(2, 3, n)));
            cases.addAll(all("along three axes", window(3, 2, 2, 1, 1, true), Shape.of(1, 2, 3, 4, n)));
        }
        cases.addAll(all("2x2 of a batch", window(2, 2, 1, 0, 1, false), Shape.of(n, 2, 3, 3)));
        return cases;
    }

    static List<Case> large() {
        List<Case> cases = new ArrayList<>(all("3x3 of stride 2, padded", window(2, 3, 2, 1, 1, false), Shape.of(3, 19, 27, 29)));
        cases.addAll(all("2x2 of stride 2", window(2, 2, 2, 0, 1, false), Shape.of(2, 32, 24, 24)));
        cases.addAll(all("over everything", window(2, 13, 1, 0, 1, false), Shape.of(3, 71, 13, 13)));
        return cases;
    }

    /** Returns a window that is equal along all axes. */
    static Window window(int spatialRank, int kernel, int stride, int pad, int dilation, boolean ceilMode) {
        return new Window(Ints.filled(spatialRank, kernel), Ints.filled(spatialRank, stride), Ints.filled(spatialRank, pad),
                Ints.filled(spatialRank, pad), Ints.filled(spatialRank, dilation), ceilMode);
    }

    /** Returns maximum and average pooling with every divisor, and their gradients. */
    static List<Case> all(String name, Window w, Shape x) {
        Ints spatial = Ints.of(x.slice(2, x.rank()).dims());
        int[] out = x.dims();
        for (int i = 0; i < w.spatialRank(); i++) {
            out[2 + i] = w.out(i, x.dim(2 + i));
        }
        int taps = w.kernel().stream().reduce(1, (a, b) -> a * b);
        Input ofX = Input.of(x.dims());
        Input ofY = Input.of(out);
        String sizes = " " + name + " " + x;
        List<Case> cases = new ArrayList<>();
        cases.add(Case.of("max_pool" + sizes, Tolerance.EXACT, new Pooling.MaxPool(w, false), ofX).summing(taps).differentiable(ONCE)
                .in(MAXIMA).within(EITHER_ZERO));
        cases.add(Case.of("max_pool with indices" + sizes, Tolerance.EXACT, new Pooling.MaxPool(w, true), ofX).summing(taps).differentiable(NONE)
                .in(MAXIMA));
        int places = (int) x.elements(2, x.rank());
        cases.add(Case.of("max_pool_backward" + sizes, Tolerance.SUM, new Pooling.MaxPoolBackward(w, spatial), ofY,
                Input.fixed(DType.I32, new Domain(0, places - 1), out)).summing(taps).differentiable(TWICE));
        for (Divisor d : Divisor.values()) {
            String divided = " by " + d.label() + sizes;
            cases.add(Case.of("avg_pool" + divided, Tolerance.SUM, new Pooling.AvgPool(w, d), ofX).summing(taps).differentiable(TWICE));
            cases.add(Case.of("avg_pool_backward" + divided, Tolerance.SUM, new Pooling.AvgPoolBackward(w, d, spatial), ofY).summing(taps)
                    .differentiable(TWICE));
        }
        return cases;
    }
}
