package dev.gatun.testkit;

import static dev.gatun.testkit.Smoothness.TWICE;

import dev.gatun.Shape;
import dev.gatun.op.Convolution;
import dev.gatun.op.Convolution.Geometry;
import dev.gatun.op.Ints;
import java.util.ArrayList;
import java.util.List;

/** Convolutions of one to four axes and both of their gradients: the kernels that networks use, odd channels and sizes, groups. */
final class ConvolutionCases {
    private ConvolutionCases() {
    }

    static List<Case> of(int n) {
        List<Case> cases = new ArrayList<>();
        Geometry same = geometry(2, 1, 1, 1, 1);
        Geometry dense = geometry(2, 1, 0, 1, 1);
        if (n > 0) {
            addAll("3x3 from odd channels", same, Shape.of(1, n, 6, 5), Shape.of(4, n, 3, 3), cases);
            addAll("3x3 to odd channels", same, Shape.of(1, 3, 5, 6), Shape.of(n, 3, 3, 3), cases);
            addAll("3x3 of an odd width", same, Shape.of(1, 2, 7, n), Shape.of(3, 2, 3, 3), cases);
            addAll("1x1", dense, Shape.of(2, n, 3, 4), Shape.of(5, n, 1, 1), cases);
            addAll("1x1 of stride 2", geometry(2, 2, 0, 1, 1), Shape.of(1, 4, n, 5), Shape.of(n, 4, 1, 1), cases);
            addAll("5x5 of stride 2", geometry(2, 2, 2, 1, 1), Shape.of(1, 3, 8, n), Shape.of(4, 3, 5, 5), cases);
            addAll("7x7 stem of stride 2", geometry(2, 2, 3, 1, 1), Shape.of(1, 3, 9, 11), Shape.of(n, 3, 7, 7), cases);
            addAll("3x3 dilated by 2", geometry(2, 1, 2, 2, 1), Shape.of(1, n, 7, 6), Shape.of(2, n, 3, 3), cases);
            addAll("depthwise 3x3", geometry(2, 1, 1, 1, n), Shape.of(2, n, 5, 5), Shape.of(n, 1, 3, 3), cases);
            addAll("depthwise times 2", geometry(2, 2, 1, 1, n), Shape.of(1, n, 6, 5), Shape.of(2 * n, 1, 3, 3), cases);
            addAll("3x3 in 2 groups", geometry(2, 1, 1, 1, 2), Shape.of(1, 2 * n, 4, 5), Shape.of(6, n, 3, 3), cases);
            addAll("padded unevenly", new Geometry(Ints.of(2, 1), Ints.of(0, 2), Ints.of(1, 0), Ints.of(1, 1), 1), Shape.of(1, 3, 6, n),
                    Shape.of(2, 3, 3, 2), cases);
            addAll("of stride 2 to one column", geometry(2, 2, 0, 1, 1), Shape.of(2, 5, 9, 3), Shape.of(n, 5, 3, 3), cases);
            addAll("of stride 4 to one column", new Geometry(Ints.of(1, 4), Ints.of(1, 1), Ints.of(1, 3), Ints.of(1, 1), 1), Shape.of(2, 1, 8, 1),
                    Shape.of(n, 1, 3, 4), cases);
            addAll("of a stride beyond the image", new Geometry(Ints.of(1, 3), Ints.of(0, 0), Ints.of(0, 0), Ints.of(1, 1), 1), Shape.of(2, 3, 5, 2),
                    Shape.of(n, 3, 1, 1), cases);
            addAll("with gaps wider than the image", new Geometry(Ints.of(1, 1), Ints.of(1, 1), Ints.of(2, 1), Ints.of(3, 1), 1), Shape.of(1, 3, 1, 3),
                    Shape.of(n, 3, 2, 3), cases);
            addAll("padded by more than the kernel", geometry(2, 1, 3, 1, 1), Shape.of(1, n, 2, 5), Shape.of(3, n, 2, 2), cases);
            addAll("along one axis", geometry(1, 1, 1, 1, 1), Shape.of(2, 3, n), Shape.of(4, 3, 3), cases);
            addAll("along three axes", geometry(3, 1, 1, 1, 1), Shape.of(1, 2, 3, 4, n), Shape.of(3, 2, 2, 3, 3), cases);
            addAll("of one plane under a kernel of two", geometry(3, 1, 1, 1, 1), Shape.of(2, 3, 1, 5, 3), Shape.of(n, 3, 2, 3, 3), cases);
        } else {
            addAll("3x3 from no channels", same, Shape.of(2, 0, 5, 4), Shape.of(16, 0, 3, 3), cases);
            addAll("3x3 to no channels", same, Shape.of(2, 16, 5, 4), Shape.of(0, 16, 3, 3), cases);
            addAll("3x3 of padding alone", geometry(2, 1, 2, 1, 1), Shape.of(2, 16, 0, 5), Shape.of(16, 16, 3, 3), cases);
        }
        addAll("3x3 of a batch", same, Shape.of(n, 2, 4, 4), Shape.of(3, 2, 3, 3), cases);
        return cases;
    }

    /** The layers of networks, with fewer channels; and more axes than the libraries' convolutions have. */
    static List<Case> large() {
        List<Case> cases = new ArrayList<>();
        addAll("3x3", geometry(2, 1, 1, 1, 1), Shape.of(1, 19, 28, 29), Shape.of(33, 19, 3, 3), cases);
        addAll("3x3 of full blocks", geometry(2, 1, 1, 1, 1), Shape.of(2, 16, 14, 14), Shape.of(48, 16, 3, 3), cases);
        addAll("3x3 of stride 2", geometry(2, 2, 1, 1, 1), Shape.of(2, 16, 27, 28), Shape.of(32, 16, 3, 3), cases);
        addAll("1x1", geometry(2, 1, 0, 1, 1), Shape.of(2, 48, 21, 22), Shape.of(65, 48, 1, 1), cases);
        addAll("7x7 stem of stride 2", geometry(2, 2, 3, 1, 1), Shape.of(1, 3, 61, 64), Shape.of(20, 3, 7, 7), cases);
        addAll("depthwise 3x3", geometry(2, 1, 1, 1, 37), Shape.of(2, 37, 23, 24), Shape.of(37, 1, 3, 3), cases);
        addAll("of few planes under a deep kernel of stride 2", new Geometry(Ints.of(2, 1, 1), Ints.of(3, 0, 0), Ints.of(1, 0, 0), Ints.of(1, 1, 1), 1),
                Shape.of(1, 16, 4, 3, 3), Shape.of(16, 16, 4, 1, 1), cases);
        addAll("of two planes under a kernel of three", geometry(3, 1, 1, 1, 1), Shape.of(1, 16, 2, 3, 3), Shape.of(16, 16, 3, 3, 3), cases);
        addAll("along four axes", geometry(4, 1, 1, 1, 1), Shape.of(2, 3, 5, 4, 6, 7), Shape.of(4, 3, 2, 3, 1, 3), cases);
        addAll("4x4 of stride 2, as generators have it", geometry(2, 2, 1, 1, 1), Shape.of(3, 8, 32, 30), Shape.of(24, 8, 4, 4), cases);
        return cases;
    }

    /** Returns a geometry that is equal along all axes. */
    static Geometry geometry(int spatialRank, int stride, int pad, int dilation, int groups) {
        return new Geometry(Ints.filled(spatialRank, stride), Ints.filled(spatialRank, pad), Ints.filled(spatialRank, pad),
                Ints.filled(spatialRank, dilation), groups);
    }

    private static void addAll(String name, Geometry g, Shape x, Shape w, List<Case> cases) {
        cases.addAll(all(name, g, x, w));
    }

    /** Returns a convolution and its gradients; K is of the longest of their sums. */
    static List<Case> all(String name, Geometry g, Shape x, Shape w) {
        Shape y = g.out(x, w);
        Ints spatial = Ints.of(x.slice(2, x.rank()).dims());
        Ints kernel = Ints.of(w.slice(2, w.rank()).dims());
        int taps = (int) w.elements(2, w.rank());
        int perWeight = (int) (y.dim(0) * y.elements(2, y.rank()));
        int K = Math.max(perWeight, taps * Math.max(w.dim(1), w.dim(0) / g.groups()));
        Input ofX = Input.of(x.dims());
        Input ofW = Input.of(w.dims());
        Input ofY = Input.of(y.dims());
        String sizes = " " + x + " " + w;
        return List.of(
                Case.of("conv " + name + sizes, Tolerance.CONVOLUTION, new Convolution.Conv(g), ofX, ofW).summing(K).differentiable(TWICE),
                Case.of("conv_backward_data " + name + sizes, Tolerance.CONVOLUTION, new Convolution.ConvBackwardData(g, spatial), ofY, ofW)
                        .summing(K).differentiable(TWICE),
                Case.of("conv_backward_weights " + name + sizes, Tolerance.CONVOLUTION, new Convolution.ConvBackwardWeights(g, kernel), ofX, ofY)
                        .summing(K).differentiable(TWICE));
    }
}
