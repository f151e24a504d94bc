package dev.gatun.reference;

import dev.gatun.TensorType;
import dev.gatun.op.Recurrent;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/**
 * The loops of {@link Recurrent}: one sample after another, step by step, the state kept in double. In the formulas W x + b and U h + c are the rows of
 * one gate; * is elementwise; a prime marks the state after the step.
 */
final class RecurrentLoops {
    private final RecurrentOperands p;
    /** The state of the sample at hand: [H] each, c empty but for LSTM. */
    private double[] h;
    private double[] c;
    /** What the step at hand leaves for the gradient: [R, H]. */
    private double[] reserve;

    private RecurrentLoops(RecurrentOperands operands) {
        this.p = operands;
    }

    /** Returns the loop of {@code op} for the given types. */
    static Loop of(Recurrent op, List<TensorType> in, List<TensorType> out) {
        return switch (op) {
            case Recurrent.Rnn r -> (a, y) -> new RecurrentLoops(new RecurrentOperands(r.cell(), r.reverse(), a)).run(r, y);
            case Recurrent.RnnBackward r -> (a, y) -> new RecurrentBackwardLoops(r, a).run(y);
        };
    }

    private void run(Recurrent.Rnn op, Elements[] out) {
        int H = p.H;
        int RH = p.cell.kind().reserve() * H;
        double[] y = new double[p.T * p.N * H];
        double[] reserves = new double[p.T * p.N * RH];
        double[] hn = new double[p.N * H];
        double[] cn = new double[p.c0.length];
        for (int n = 0; n < p.N; n++) {
            h = RecurrentOperands.row(p.h0, n, H);
            c = p.cell.isLstm() ? RecurrentOperands.row(p.c0, n, H) : p.c0;
            for (int step = 0; step < p.steps(n); step++) {
                int place = p.place(n, step);
                reserve = new double[RH];
                step(RecurrentOperands.row(p.x, place, p.I));
                System.arraycopy(h, 0, y, place * H, H);
                System.arraycopy(reserve, 0, reserves, place * RH, RH);
            }
            System.arraycopy(h, 0, hn, n * H, H);
            System.arraycopy(c, 0, cn, n * c.length, c.length);
        }
        int next = 0;
        Doubles.store(y, out[next++]);
        Doubles.store(hn, out[next++]);
        if (p.cell.isLstm()) {
            Doubles.store(cn, out[next++]);
        }
        if (op.reserve()) {
            Doubles.store(reserves, out[next]);
        }
    }

    private void step(double[] x) {
        double[] ofInput = affine(p.wIh, p.bIh, x, 0, p.GH); // W x + b
        switch (p.cell.kind()) {
            case RNN_TANH -> vanilla(ofInput, StrictMath::tanh);
            case RNN_RELU -> vanilla(ofInput, a -> Math.max(0, a));
            case LSTM -> lstm(ofInput);
            case GRU -> gru(ofInput);
            case GRU_RESET_BEFORE -> gruResetBefore(ofInput);
        }
    }

    /** h' = f(Wx + b + Uh + c). No reserve: the gradient needs h' only. */
    private void vanilla(double[] ofInput, DoubleUnaryOperator f) {
        double[] ofState = affine(p.wHh, p.bHh, h, 0, p.H);
        for (int j = 0; j < p.H; j++) {
            h[j] = f.applyAsDouble(ofInput[j] + ofState[j]);
        }
    }

    /**
     * i = σ(Wx + b + Uh + c + pᵢ*c), f = σ(... + p_f*c), g = tanh(...), c' = f*c + i*g, o = σ(... + pₒ*c'), h' = o*tanh(c'). Reserve: i, f, g, o, c'.
     */
    private void lstm(double[] ofInput) {
        int H = p.H;
        double[] ofState = affine(p.wHh, p.bHh, h, 0, p.GH);
        for (int j = 0; j < H; j++) {
            double i = RecurrentOperands.sigmoid(ofInput[j] + ofState[j] + peep(0, j));
            double f = RecurrentOperands.sigmoid(ofInput[H + j] + ofState[H + j] + peep(1, j));
            double g = StrictMath.tanh(ofInput[2 * H + j] + ofState[2 * H + j]);
            c[j] = f * c[j] + i * g;
            double o = RecurrentOperands.sigmoid(ofInput[3 * H + j] + ofState[3 * H + j] + peep(2, j));
            h[j] = o * StrictMath.tanh(c[j]);
            reserve[j] = i;
            reserve[H + j] = f;
            reserve[2 * H + j] = g;
            reserve[3 * H + j] = o;
            reserve[4 * H + j] = c[j];
        }
    }

    /** Returns what a gate sees of the cell as it is now: p*c, or nothing without peepholes, also of an infinite cell. */
    private double peep(int gate, int j) {
        return p.cell.peephole() ? p.peephole[gate * p.H + j] * c[j] : 0;
    }

    /** r, z = σ(Wx + b + Uh + c), q = Uh + c, n = tanh(Wx + b + r*q), h' = (1 - z)*n + z*h. Reserve: r, z, n, q. */
    private void gru(double[] ofInput) {
        int H = p.H;
        double[] ofState = affine(p.wHh, p.bHh, h, 0, p.GH);
        for (int j = 0; j < H; j++) {
            double r = RecurrentOperands.sigmoid(ofInput[j] + ofState[j]);
            double z = RecurrentOperands.sigmoid(ofInput[H + j] + ofState[H + j]);
            double q = ofState[2 * H + j];
            double n = StrictMath.tanh(ofInput[2 * H + j] + r * q);
            h[j] = (1 - z) * n + z * h[j];
            reserve[j] = r;
            reserve[H + j] = z;
            reserve[2 * H + j] = n;
            reserve[3 * H + j] = q;
        }
    }

    /** r, z = σ(Wx + b + Uh + c), q = U(r*h) + c, n = tanh(Wx + b + q), h' = (1 - z)*n + z*h. Reserve: r, z, n, q. */
    private void gruResetBefore(double[] ofInput) {
        int H = p.H;
        double[] ofState = affine(p.wHh, p.bHh, h, 0, 2 * H);
        double[] reset = new double[H];
        for (int j = 0; j < H; j++) {
            reserve[j] = RecurrentOperands.sigmoid(ofInput[j] + ofState[j]);
            reset[j] = reserve[j] * h[j];
        }
        double[] q = affine(p.wHh, p.bHh, reset, 2 * H, 3 * H);
        for (int j = 0; j < H; j++) {
            double z = RecurrentOperands.sigmoid(ofInput[H + j] + ofState[H + j]);
            double n = StrictMath.tanh(ofInput[2 * H + j] + q[j]);
            h[j] = (1 - z) * n + z * h[j];
            reserve[H + j] = z;
            reserve[2 * H + j] = n;
            reserve[3 * H + j] = q[j];
        }
    }

    /** w v + b for rows {@code from} (inclusive) to {@code to} (exclusive) of w, which has as many columns as v has elements. */
    private static double[] affine(double[] w, double[] b, double[] v, int from, int to) {
        double[] result = new double[to - from];
        for (int row = from; row < to; row++) {
            double sum = b[row];
            for (int k = 0; k < v.length; k++) {
                sum += w[row * v.length + k] * v[k];
            }
            result[row - from] = sum;
        }
        return result;
    }
}
