package dev.gatun.vector.blocked;

import dev.gatun.spi.Layout;
import dev.gatun.vector.Simd;
import dev.gatun.vector.Workers;
import java.util.ArrayList;
import java.util.List;

/**
 * The gradient in x of a convolution with a 4x4 kernel and stride 2, by Winograd's algorithm: as in {@link StridedGradient} each of the four phases of dx is a
 * convolution of dy with stride 1 and a 2x2 kernel, here {@link WinogradConv} with {@link Winograd#F4X2}, which writes every second pixel of every second row.
 *
 * <pre>dx[2i + r - PH, 2j + c - PW] = Σ dy[i - a, j - b] · w[2a + r, 2b + c]   over a, b in 0..1, for the phase (r, c)</pre>
 */
final class PhaseGradient implements ConvMethod {
    private final List<WinogradConv> phases = new ArrayList<>();

    PhaseGradient(ConvShape s, boolean relu, int threads) {
        long phaseBytes = (long) Winograd.F4X2.places() * Panel.blocks(s.IC()) * s.OC() * Simd.BYTES;
        for (int p = 0; p < 4; p++) {
            int r = p / 2 - s.PH();
            int c = p % 2 - s.PW();
            int top = Math.ceilDiv(-r, 2);                         // the first i whose pixel lies inside of dx
            int left = Math.ceilDiv(-c, 2);
            int high = Math.floorDiv(s.IH() - 1 - r, 2) + 1 - top;
            int wide = Math.floorDiv(s.IW() - 1 - c, 2) + 1 - left;
            if (high > 0 && wide > 0) {
                var phase = new ConvShape(s.N(), s.OC(), s.OH(), s.OW(), s.IC(), high, wide, 2, 2, 1, 1, 1 - top, 1 - left, 1, 1, 1);
                long row = s.IW() * Simd.BYTES;
                var target = new WinogradConv.Target((2 * top + r) * row + (2 * left + c) * Simd.BYTES, 2 * Simd.BYTES, 2 * row, s.IH() * row);
                phases.add(new WinogradConv(phase, Winograd.F4X2, target, p * phaseBytes, relu, threads));
            }
        }
    }

    /** Returns whether the algorithm covers {@code s}. */
    static boolean suits(ConvShape s) {
        return s.KH() == 4 && s.KW() == 4 && s.SH() == 2 && s.SW() == 2 && s.DH() == 1 && s.DW() == 1 && s.G() == 1;
    }

    @Override
    public String name() {
        return "conv backward data, " + phases.size() + " phases by" + phases.getFirst().name().substring("conv".length());
    }

    @Override
    public Layout source() {
        return Blocked.NATIVE;
    }

    @Override
    public PackedWeights weights() {
        return new PackedWeights(PackedWeights.Order.GRADIENT_WINOGRAD_PHASES);
    }

    @Override
    public long scratchBytes(int threads) {
        return phases.stream().mapToLong(phase -> phase.scratchBytes(threads)).max().orElseThrow();
    }

    @Override
    public void run(long frame, Workers workers) {
        for (int p = 0; p < phases.size(); p++) {
            phases.get(p).run(frame, workers);
        }
    }
}
