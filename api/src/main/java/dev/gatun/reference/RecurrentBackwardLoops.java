package dev.gatun.reference;

import dev.gatun.op.Recurrent;
import java.util.function.DoubleBinaryOperator;

/**
 * Back-propagation through time: the loop of {@link Recurrent.RnnBackward}. Each sample is walked from its last step to its first, carrying dh and dc,
 * the gradients of the state after the step at hand. Samples of length 0 hand dhn and dcn through to dh0 and dc0; dy beyond a length is not read.
 *
 * <p>In the formulas di, df, ... are the gradients of the sums inside of the gates' σ and tanh; σ' = σ·(1 - σ), tanh' = 1 - tanh², * is elementwise, a
 * prime on a state marks it after the step.
 */
final class RecurrentBackwardLoops {
    private final RecurrentOperands p;
    private final double[] y;
    private final double[] reserve;
    private final double[] dy;
    private final double[] dhn;
    private final double[] dcn;

    private final double[] dx;
    private final double[] dwIh;
    private final double[] dwHh;
    private final double[] dbIh;
    private final double[] dbHh;
    private final double[] dh0;
    private final double[] dc0;
    private final double[] dPeephole;

    /** The gradient of the sample at hand with respect to its state after the step at hand: [H] each, dc empty but for LSTM. */
    private double[] dh;
    private double[] dc;

    /** Reads the operands. */
    RecurrentBackwardLoops(Recurrent.RnnBackward op, Elements[] in) {
        p = new RecurrentOperands(op.cell(), op.reverse(), in);
        int next = op.cell().operands();
        y = Doubles.of(in[next++]);
        reserve = Doubles.of(in[next++]);
        dy = Doubles.of(in[next++]);
        dhn = Doubles.of(in[next++]);
        dcn = op.cell().isLstm() ? Doubles.of(in[next]) : p.c0;
        dx = new double[p.x.length];
        dwIh = new double[p.wIh.length];
        dwHh = new double[p.wHh.length];
        dbIh = new double[p.bIh.length];
        dbHh = new double[p.bHh.length];
        dh0 = new double[p.h0.length];
        dc0 = new double[p.c0.length];
        dPeephole = new double[p.peephole.length];
    }

    /** Computes and stores dx, dwIh, dwHh, dbIh, dbHh, dh0, dc0 if LSTM, dpeephole if so. */
    void run(Elements[] out) {
        int H = p.H;
        for (int n = 0; n < p.N; n++) {
            dh = RecurrentOperands.row(dhn, n, H);
            dc = p.cell.isLstm() ? RecurrentOperands.row(dcn, n, H) : dcn;
            for (int step = p.steps(n) - 1; step >= 0; step--) {
                int place = p.place(n, step);
                for (int j = 0; j < H; j++) {
                    dh[j] += dy[place * H + j];
                }
                double[] before = step > 0 ? RecurrentOperands.row(y, p.place(n, step - 1), H) : RecurrentOperands.row(p.h0, n, H);
                step(n, step, place, before);
            }
            System.arraycopy(dh, 0, dh0, n * H, H);
            System.arraycopy(dc, 0, dc0, n * dc.length, dc.length);
        }
        int next = 0;
        Doubles.store(dx, out[next++]);
        Doubles.store(dwIh, out[next++]);
        Doubles.store(dwHh, out[next++]);
        Doubles.store(dbIh, out[next++]);
        Doubles.store(dbHh, out[next++]);
        Doubles.store(dh0, out[next++]);
        if (p.cell.isLstm()) {
            Doubles.store(dc0, out[next++]);
        }
        if (p.cell.peephole()) {
            Doubles.store(dPeephole, out[next]);
        }
    }

    /** Adds the gradients of one step, and replaces dh and dc by those of the state before it, of which h is {@code before}. */
    private void step(int n, int step, int place, double[] before) {
        switch (p.cell.kind()) {
            case RNN_TANH -> vanilla(place, before, (d, h) -> d * (1 - h * h));
            case RNN_RELU -> vanilla(place, before, (d, h) -> h > 0 ? d : 0);
            case LSTM -> lstm(place, before, step > 0 ? reserved(p.place(n, step - 1), 4) : RecurrentOperands.row(p.c0, n, p.H));
            case GRU -> gru(place, before);
            case GRU_RESET_BEFORE -> gruResetBefore(place, before);
        }
    }

    /** da = dh*f'(a). @param through da from dh and h' = f(a); a closed ReLU lets nothing through, no infinity either */
    private void vanilla(int place, double[] before, DoubleBinaryOperator through) {
        double[] da = new double[p.H];
        for (int j = 0; j < p.H; j++) {
            da[j] = through.applyAsDouble(dh[j], y[place * p.H + j]);
        }
        intoInput(place, da);
        dh = intoState(da, 0, before);
    }

    /**
     * do = dh*tanh(c')*σ', dc' = dc + dh*o*(1 - tanh²(c')) + pₒ*do, di = dc'*g*σ', df = dc'*c*σ', dg = dc'*i*tanh'; before the step
     * dc = dc'*f + pᵢ*di + p_f*df, and dpᵢ += di*c, dp_f += df*c, dpₒ += do*c'.
     */
    private void lstm(int place, double[] before, double[] cellBefore) {
        int H = p.H;
        double[] i = reserved(place, 0);
        double[] f = reserved(place, 1);
        double[] g = reserved(place, 2);
        double[] o = reserved(place, 3);
        double[] c = reserved(place, 4);
        double[] da = new double[p.GH];
        for (int j = 0; j < H; j++) {
            double tanh = StrictMath.tanh(c[j]);
            double dO = dh[j] * tanh * o[j] * (1 - o[j]);
            double dCell = dc[j] + dh[j] * o[j] * (1 - tanh * tanh);
            if (p.cell.peephole()) {
                dCell += p.peephole[2 * H + j] * dO;
            }
            double dI = dCell * g[j] * i[j] * (1 - i[j]);
            double dF = dCell * cellBefore[j] * f[j] * (1 - f[j]);
            dc[j] = dCell * f[j];
            if (p.cell.peephole()) {
                dc[j] += p.peephole[j] * dI + p.peephole[H + j] * dF;
                dPeephole[j] += dI * cellBefore[j];
                dPeephole[H + j] += dF * cellBefore[j];
                dPeephole[2 * H + j] += dO * c[j];
            }
            da[j] = dI;
            da[H + j] = dF;
            da[2 * H + j] = dCell * i[j] * (1 - g[j] * g[j]);
            da[3 * H + j] = dO;
        }
        intoInput(place, da);
        dh = intoState(da, 0, before);
    }

    /** dn = dh*(1 - z)*tanh', dz = dh*(h - n)*σ', dr = dn*q*σ', dq = dn*r; before the step dh = dh*z + Uᵀ(dr, dz, dq). */
    private void gru(int place, double[] before) {
        int H = p.H;
        double[] r = reserved(place, 0);
        double[] z = reserved(place, 1);
        double[] n = reserved(place, 2);
        double[] q = reserved(place, 3);
        double[] daInput = new double[p.GH];
        double[] daState = new double[p.GH];
        for (int j = 0; j < H; j++) {
            double dN = dh[j] * (1 - z[j]) * (1 - n[j] * n[j]);
            daInput[j] = dN * q[j] * r[j] * (1 - r[j]);
            daInput[H + j] = dh[j] * (before[j] - n[j]) * z[j] * (1 - z[j]);
            daInput[2 * H + j] = dN;
            daState[j] = daInput[j];
            daState[H + j] = daInput[H + j];
            daState[2 * H + j] = dN * r[j];
        }
        intoInput(place, daInput);
        double[] throughGates = intoState(daState, 0, before);
        for (int j = 0; j < H; j++) {
            dh[j] = dh[j] * z[j] + throughGates[j];
        }
    }

    /** As {@link #gru}, but n sees U(r*h): dreset = Uᵀdn, dr = dreset*h*σ'; before the step dh = dh*z + dreset*r + Uᵀ(dr, dz). */
    private void gruResetBefore(int place, double[] before) {
        int H = p.H;
        double[] r = reserved(place, 0);
        double[] z = reserved(place, 1);
        double[] n = reserved(place, 2);
        double[] dN = new double[H];
        double[] reset = new double[H];
        for (int j = 0; j < H; j++) {
            dN[j] = dh[j] * (1 - z[j]) * (1 - n[j] * n[j]);
            reset[j] = r[j] * before[j];
        }
        double[] dReset = intoState(dN, 2 * H, reset);
        double[] da = new double[p.GH];
        double[] daGates = new double[2 * H];
        for (int j = 0; j < H; j++) {
            daGates[j] = dReset[j] * before[j] * r[j] * (1 - r[j]);
            daGates[H + j] = dh[j] * (before[j] - n[j]) * z[j] * (1 - z[j]);
            da[j] = daGates[j];
            da[H + j] = daGates[H + j];
            da[2 * H + j] = dN[j];
        }
        intoInput(place, da);
        double[] throughGates = intoState(daGates, 0, before);
        for (int j = 0; j < H; j++) {
            dh[j] = dh[j] * z[j] + dReset[j] * r[j] + throughGates[j];
        }
    }

    /** dwIh += da xᵀ, dbIh += da, dx = wIhᵀ da. */
    private void intoInput(int place, double[] da) {
        double[] x = RecurrentOperands.row(p.x, place, p.I);
        double[] dv = affineBackward(p.wIh, da, 0, x, dwIh, dbIh);
        System.arraycopy(dv, 0, dx, place * p.I, p.I);
    }

    /** dwHh += da vᵀ, dbHh += da, returns wHhᵀ da; of the rows from {@code from} on only, as many as da has elements, which saw {@code v}. */
    private double[] intoState(double[] da, int from, double[] v) {
        return affineBackward(p.wHh, da, from, v, dwHh, dbHh);
    }

    private static double[] affineBackward(double[] w, double[] da, int from, double[] v, double[] dw, double[] db) {
        double[] dv = new double[v.length];
        for (int row = 0; row < da.length; row++) {
            db[from + row] += da[row];
            for (int k = 0; k < v.length; k++) {
                int at = (from + row) * v.length + k;
                dw[at] += da[row] * v[k];
                dv[k] += da[row] * w[at];
            }
        }
        return dv;
    }

    /** Returns block {@code block} of [R, H] at {@code place} of the reserve. */
    private double[] reserved(int place, int block) {
        return RecurrentOperands.row(reserve, place * p.cell.kind().reserve() + block, p.H);
    }
}
