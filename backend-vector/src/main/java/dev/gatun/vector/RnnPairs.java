package dev.gatun.vector;

import static dev.gatun.vector.Native.ALL;
import static dev.gatun.vector.Native.FLOAT;
import static dev.gatun.vector.Native.ORDER;
import static dev.gatun.vector.Native.broadcast;
import static dev.gatun.vector.Native.store;
import static dev.gatun.vector.Simd.F32;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static jdk.incubator.vector.VectorOperators.LSHL;

import dev.gatun.TensorType;
import dev.gatun.spi.Arguments;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.Layout;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Stacked weights {@code [G·H, K]} of bfloat16 for the product with one vector, which takes the time that the weights take to arrive: .6 of that of
 * floats. Block by block and gate by gate as in {@link RnnPanels}, but two rows k lie in one: element 2k in the lower half of an int, 2k + 1 in the upper
 * one. Both become floats in a register. A last row without a partner is paired with zeros.
 */
record RnnPairs(int gates, int H, int K) implements Layout {
    private static final VectorSpecies<Integer> I32 = VectorSpecies.of(int.class, F32.vectorShape());

    private int rows() {
        return (K + 1) / 2;
    }

    @Override
    public long bytes(TensorType type) {
        return FLOAT * gates * rows() * Panels.width(H);
    }

    @Override
    public String label() {
        return "recurrent pairs";
    }

    /** Returns where the panel of a gate of a block begins. @param width of the block */
    long at(int block, int gate, int width) {
        return FLOAT * rows() * ((long) block * gates * Tiles.COLUMNS + (long) gate * width);
    }

    /** y[j] = Σₖ v[k] · w[k, j] for the {@code width} units of a panel. @param v floats */
    void multiply(long v, long panel, int width, long y) {
        long stride = FLOAT * width;
        long bytes = stride;
        long j = 0;
        for (; j <= bytes - 4 * Simd.BYTES; j += 4 * Simd.BYTES) {
            four(K, v, panel + j, stride, y + j);
        }
        for (; j < bytes; j += Simd.BYTES) {
            one(K, v, panel + j, stride, y + j);
        }
    }

    /** Four vectors of units. Even and odd rows have accumulators of their own: eight hide the latency of a fused product. */
    private static void four(int K, long v, long w, long stride, long y) {
        FloatVector zero = FloatVector.zero(F32);
        FloatVector a0 = zero, a1 = zero, a2 = zero, a3 = zero;
        FloatVector b0 = zero, b1 = zero, b2 = zero, b3 = zero;
        int k = 0;
        for (; k < K - 1; k += 2) {
            FloatVector even = broadcast(v);
            FloatVector odd = broadcast(v + FLOAT);
            IntVector p0 = IntVector.fromMemorySegment(I32, ALL, w, ORDER);
            IntVector p1 = IntVector.fromMemorySegment(I32, ALL, w + Simd.BYTES, ORDER);
            IntVector p2 = IntVector.fromMemorySegment(I32, ALL, w + 2 * Simd.BYTES, ORDER);
            IntVector p3 = IntVector.fromMemorySegment(I32, ALL, w + 3 * Simd.BYTES, ORDER);
            a0 = even.fma(p0.lanewise(LSHL, 16).reinterpretAsFloats(), a0);
            a1 = even.fma(p1.lanewise(LSHL, 16).reinterpretAsFloats(), a1);
            a2 = even.fma(p2.lanewise(LSHL, 16).reinterpretAsFloats(), a2);
            a3 = even.fma(p3.lanewise(LSHL, 16).reinterpretAsFloats(), a3);
            b0 = odd.fma(p0.and(BFloat16.UPPER).reinterpretAsFloats(), b0);
            b1 = odd.fma(p1.and(BFloat16.UPPER).reinterpretAsFloats(), b1);
            b2 = odd.fma(p2.and(BFloat16.UPPER).reinterpretAsFloats(), b2);
            b3 = odd.fma(p3.and(BFloat16.UPPER).reinterpretAsFloats(), b3);
            v += 2 * FLOAT;
            w += stride;
        }
        store(y, a0.add(b0));
        store(y + Simd.BYTES, a1.add(b1));
        store(y + 2 * Simd.BYTES, a2.add(b2));
        store(y + 3 * Simd.BYTES, a3.add(b3));
        for (long j = 0; j < 4 * Simd.BYTES && k < K; j += Simd.BYTES) {
            addLast(v, w + j, y + j);
        }
    }

    private static void one(int K, long v, long w, long stride, long y) {
        FloatVector a = FloatVector.zero(F32);
        FloatVector b = a;
        int k = 0;
        for (; k < K - 1; k += 2) {
            IntVector p = IntVector.fromMemorySegment(I32, ALL, w, ORDER);
            a = broadcast(v).fma(p.lanewise(LSHL, 16).reinterpretAsFloats(), a);
            b = broadcast(v + FLOAT).fma(p.and(BFloat16.UPPER).reinterpretAsFloats(), b);
            v += 2 * FLOAT;
            w += stride;
        }
        store(y, a.add(b));
        if (k < K) {
            addLast(v, w, y);
        }
    }

    /** The row without a partner: what lies behind the last v may be anything. */
    private static void addLast(long v, long w, long y) {
        IntVector p = IntVector.fromMemorySegment(I32, ALL, w, ORDER);
        store(y, broadcast(v).fma(p.lanewise(LSHL, 16).reinterpretAsFloats(), Native.load(y)));
    }

    /** Packs frozen weights. */
    record Pack(RnnPairs layout) implements Kernel {
        @Override
        public String name() {
            return "pack recurrent";
        }

        @Override
        public List<Layout> outputLayouts() {
            return List.of(layout);
        }

        @Override
        public void launch(Arguments arguments) {
            for (int gate = 0; gate < layout.gates; gate++) {
                for (int unit = 0; unit < layout.H; unit++) {
                    pack(arguments.address(0) + BFloat16.SIZE * layout.K * ((long) gate * layout.H + unit), gate, unit, arguments.address(1));
                }
                // Units that round the last block up.
                for (int unit = layout.H; unit < Panels.width(layout.H); unit++) {
                    long to = place(gate, unit, arguments.address(1));
                    for (int row = 0; row < layout.rows(); row++) {
                        Native.putInt(to + FLOAT * row * width(unit), 0);
                    }
                }
            }
        }

        private int width(int unit) {
            int block = unit / Tiles.COLUMNS;
            return Math.min(Tiles.COLUMNS, Panels.width(layout.H) - block * Tiles.COLUMNS);
        }

        private long place(int gate, int unit, long panels) {
            return panels + layout.at(unit / Tiles.COLUMNS, gate, width(unit)) + FLOAT * (unit % Tiles.COLUMNS);
        }

        private void pack(long weights, int gate, int unit, long panels) {
            long to = place(gate, unit, panels);
            for (int k = 0; k < layout.K; k += 2) {
                int even = ALL.get(JAVA_SHORT_UNALIGNED, weights + BFloat16.SIZE * k) & 0xFFFF;
                int odd = k + 1 < layout.K ? ALL.get(JAVA_SHORT_UNALIGNED, weights + BFloat16.SIZE * (k + 1)) << 16 : 0;
                Native.putInt(to + FLOAT * (k / 2) * width(unit), even | odd);
            }
        }
    }
}
