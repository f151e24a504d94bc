package dev.gatun.vector.blocked;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Convolution;
import dev.gatun.op.Ints;
import dev.gatun.spi.Layout;
import dev.gatun.vector.Floats;
import dev.gatun.vector.Simd;
import dev.gatun.vector.Workers;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;

/** One convolution with random operands, and its result by double loops. */
final class ConvCase {
    final ConvShape s;
    private final String text;
    private final TensorType weightsType;
    final double[] x;
    final double[] w;
    private final double[] bias;
    private final double[] residual;
    private final double[] expected;
    private final boolean relu;

    private ConvCase(String text, ConvShape s, boolean withResidual, boolean relu) {
        this.text = text + (withResidual ? " + residual" : "") + (relu ? " relu" : "");
        this.s = s;
        this.relu = relu;
        var random = new SplittableRandom(text.hashCode());
        weightsType = TensorType.of(DType.F32, s.OC(), s.IC() / s.G(), s.KH(), s.KW());
        x = random(random, s.N() * s.IC() * s.IH() * s.IW());
        w = random(random, (int) weightsType.elements());
        bias = random(random, s.OC());
        residual = withResidual ? random(random, s.N() * s.OC() * s.OH() * s.OW()) : null;
        expected = expected();
    }

    /** Reads "N IC IH IW OC KH KW SH SW PH PW DH DW G", of which the last may be left out: 1 image, stride 1, no padding, dense, one group. */
    static ConvCase of(String text, boolean withResidual, boolean relu) {
        int[] all = {1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1};
        String[] words = text.split(" ");
        for (int i = 0; i < words.length; i++) {
            all[i] = Integer.parseInt(words[i]);
        }
        var geometry = new Convolution.Geometry(Ints.of(all[7], all[8]), Ints.of(all[9], all[10]), Ints.of(all[9], all[10]),
                Ints.of(all[11], all[12]), all[13]);
        ConvShape s = ConvShape.of(new Convolution.Conv(geometry), TensorType.of(DType.F32, all[0], all[1], all[2], all[3]),
                TensorType.of(DType.F32, all[4], all[1] / all[13], all[5], all[6])).orElseThrow();
        return new ConvCase(text, s, withResidual, relu);
    }

    private static double[] random(SplittableRandom random, int n) {
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return values;
    }

    private double[] expected() {
        double[] y = new double[s.N() * s.OC() * s.OH() * s.OW()];
        int ICG = s.IC() / s.G();
        for (int i = 0; i < y.length; i++) {
            int ow = i % s.OW();
            int oh = i / s.OW() % s.OH();
            int oc = i / s.OW() / s.OH() % s.OC();
            int n = i / s.OW() / s.OH() / s.OC();
            int group = oc / (s.OC() / s.G());
            double sum = bias[oc];
            for (int ic = 0; ic < ICG; ic++) {
                for (int kh = 0; kh < s.KH(); kh++) {
                    for (int kw = 0; kw < s.KW(); kw++) {
                        int ih = oh * s.SH() + kh * s.DH() - s.PH();
                        int iw = ow * s.SW() + kw * s.DW() - s.PW();
                        if (ih >= 0 && ih < s.IH() && iw >= 0 && iw < s.IW()) {
                            sum += x[((n * s.IC() + group * ICG + ic) * s.IH() + ih) * s.IW() + iw] * w[((oc * ICG + ic) * s.KH() + kh) * s.KW() + kw];
                        }
                    }
                }
            }
            sum += residual == null ? 0 : residual[i];
            y[i] = relu ? Math.max(0, sum) : sum;
        }
        return y;
    }

    /** Runs {@code method} and returns y as it lies, after a look at all guards. */
    Floats run(ConvMethod method, Workers workers) {
        Call call = new Call(method, workers);
        call.run();
        call.check();
        return call.y;
    }

    /** A method with its operands in memory, to be run once or often. */
    final class Call {
        private final ConvMethod method;
        private final Workers workers;
        private final Floats source;
        private final Floats packed;
        private final Floats biases = Floats.unset(Panel.blocks(s.OC()) * Simd.LANES);
        private final Floats added;
        private final Floats y;
        private final long bytes;
        private final MemorySegment workspace;

        Call(ConvMethod method, Workers workers) {
            this.method = method;
            this.workers = workers;
            int outputs = s.OH() * s.OW();
            source = method.source().equals(Layout.PLAIN) ? plain(x) : blocked(x, s.IC(), s.IH() * s.IW());
            packed = Floats.unset(method.weights().bytes(weightsType) / Float.BYTES);
            pack(method.weights(), plain(w), packed);
            added = residual == null ? null : blocked(residual, s.OC(), outputs);
            y = Floats.unset((long) s.N() * Panel.blocks(s.OC()) * Simd.LANES * outputs);
            for (int i = 0; i < biases.length(); i++) {
                biases.set(i, i < s.OC() ? (float) bias[i] : 0);
            }
            bytes = ConvFrame.BYTES + method.scratchBytes(workers.threads());
            workspace = Floats.workspace(bytes);
            ConvFrame.write(workspace.address(), source.address(), packed.address(), biases.address(), added == null ? 0 : added.address(), y.address(),
                    workspace.address() + ConvFrame.BYTES);
        }

        void run() {
            method.run(workspace.address(), workers);
        }

        /** Fails if anything was written outside of the buffers. */
        void check() {
            for (Floats floats : new Floats[] {source, packed, biases, y}) {
                floats.check();
            }
            Floats.checkWorkspace(workspace, bytes);
        }
    }

    private void pack(PackedWeights layout, Floats from, Floats to) {
        int OC = s.OC();
        int IC = s.IC() / s.G();
        int parts = layout.parts(OC, IC);
        long bytes = PackedWeights.scratchBytes(s.KH() * s.KW());
        MemorySegment scratch = Floats.workspace(bytes);
        layout.pack(OC, IC, s.KH(), s.KW(), 0, parts / 2, from.address(), to.address(), scratch.address());
        layout.pack(OC, IC, s.KH(), s.KW(), parts / 2, parts, from.address(), to.address(), scratch.address());
        from.check();
        to.check();
        Floats.checkWorkspace(scratch, bytes);
    }

    /** Returns the largest error of y, as a fraction of the largest expected element. */
    double error(Floats y) {
        double most = 0;
        double error = 0;
        int outputs = s.OH() * s.OW();
        for (int i = 0; i < expected.length; i++) {
            int oc = i / outputs % s.OC();
            int n = i / outputs / s.OC();
            double e = Math.abs(y.get(place(n, oc, i % outputs, s.OC(), outputs)) - expected[i]);
            error = e <= error ? error : e;        // NaN wins
            most = Math.max(most, Math.abs(expected[i]));
        }
        return error / most;
    }

    /** Fails unless {@code method} gives the expected result within {@code bound} of the largest element, whoever shares the work. */
    void check(ConvMethod method, double bound, Workers... pools) {
        Floats first = run(method, pools[0]);
        double error = error(first);
        assertTrue(error <= bound, method.name() + " of " + text + ": error " + error);
        for (Workers pool : pools) {
            first.assertSameBits(run(method, pool), method.name() + " of " + text + " with " + pool.threads() + " workers");
        }
    }

    private static Floats plain(double[] values) {
        var floats = new Floats(values.length);
        for (int i = 0; i < values.length; i++) {
            floats.set(i, (float) values[i]);
        }
        return floats;
    }

    /** Lanes without a channel are NaN: nobody may read them into a result. */
    private Floats blocked(double[] values, int C, int pixels) {
        Floats floats = Floats.unset((long) s.N() * Panel.blocks(C) * Simd.LANES * pixels);
        for (int i = 0; i < values.length; i++) {
            floats.set(place(i / pixels / C, i / pixels % C, i % pixels, C, pixels), (float) values[i]);
        }
        return floats;
    }

    private static int place(int n, int c, int pixel, int C, int pixels) {
        return ((n * Panel.blocks(C) + c / Simd.LANES) * pixels + pixel) * Simd.LANES + c % Simd.LANES;
    }

    @Override
    public String toString() {
        return text;
    }
}
