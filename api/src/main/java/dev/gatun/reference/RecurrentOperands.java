package dev.gatun.reference;

import dev.gatun.op.Recurrent;
import java.util.Arrays;

/**
 * The operands that a recurrent layer and its gradient share, and the order in which they read a sample.
 *
 * <p>A sample has {@code steps(n)} steps: T, or its length. Step 0 is the first that is computed. Read forward, step s is at time s; in reverse it is at
 * time steps(n) - 1 - s, so that a short sample begins at its own last element. Times at or beyond the length are never read.
 */
final class RecurrentOperands {
    /** Sizes: time steps, samples, inputs, hidden units, and rows of the stacked weights. */
    final int T;
    final int N;
    final int I;
    final int H;
    final int GH;

    final Recurrent.Cell cell;
    final double[] x;
    final double[] wIh;
    final double[] wHh;
    final double[] bIh;
    final double[] bHh;
    final double[] h0;
    /** Empty but for LSTM. */
    final double[] c0;
    /** Empty without peepholes. */
    final double[] peephole;
    private final int[] steps;
    private final boolean reverse;

    /**
     * Reads the first {@code cell.operands()} of {@code in}.
     *
     * @throws IndexOutOfBoundsException if a length is negative or above T
     */
    RecurrentOperands(Recurrent.Cell cell, boolean reverse, Elements[] in) {
        this.cell = cell;
        this.reverse = reverse;
        T = in[0].shape().dim(0);
        N = in[0].shape().dim(1);
        I = in[0].shape().dim(2);
        H = in[5].shape().dim(1);
        GH = cell.kind().gates() * H;
        x = Doubles.of(in[0]);
        wIh = Doubles.of(in[1]);
        wHh = Doubles.of(in[2]);
        bIh = Doubles.of(in[3]);
        bHh = Doubles.of(in[4]);
        h0 = Doubles.of(in[5]);
        int next = 6;
        c0 = cell.isLstm() ? Doubles.of(in[next++]) : new double[0];
        peephole = cell.peephole() ? Doubles.of(in[next++]) : new double[0];
        steps = new int[N];
        for (int n = 0; n < N; n++) {
            long length = cell.lengths() ? in[next].getLong(n) : T;
            if (length < 0 || length > T) {
                throw new IndexOutOfBoundsException("rnn: the length of sample " + n + " is " + length + " but must be 0 to the " + T + " steps of x");
            }
            steps[n] = (int) length;
        }
    }

    /** Returns the number of steps of sample {@code n}. */
    int steps(int n) {
        return steps[n];
    }

    /** Returns where step {@code step} of sample {@code n} lies in [T, N]. */
    int place(int n, int step) {
        int time = reverse ? steps[n] - 1 - step : step;
        return time * N + n;
    }

    /** Returns row {@code row} of a matrix with {@code columns} columns. */
    static double[] row(double[] matrix, int row, int columns) {
        return Arrays.copyOfRange(matrix, row * columns, (row + 1) * columns);
    }

    static double sigmoid(double a) {
        return 1 / (1 + StrictMath.exp(-a));
    }
}
