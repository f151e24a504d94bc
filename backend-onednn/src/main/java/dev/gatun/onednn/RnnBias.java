package dev.gatun.onednn;

import dev.gatun.op.Recurrent;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The bias of a recurrent layer as oneDNN wants it: one vector a gate, in float32, where ours are two vectors b (of the input) and c (of the state).
 *
 * <pre>
 * vanilla, LSTM        b + c, gates in the order of ours: i, f, g, o
 * GRU                  z: b + c, r: b + c, n: b, n: c         the last one is inside of the reset
 * GRU, reset before    z: b + c, r: b + c, n: b + c
 * </pre>
 *
 * @param type of our two
 */
record RnnBias(Recurrent.Kind kind, int H, DataType type) {
    private static final int PEEPHOLES = 3;

    private int gates() {
        return kind == Recurrent.Kind.GRU ? kind.gates() + 1 : kind.gates();
    }

    /** Returns how it lies. */
    Descriptor descriptor() {
        return Descriptor.plain(DataType.F32, 1, 1, gates(), H);
    }

    /** Returns how peepholes lie: i, f, o, as ours do. */
    Descriptor peephole() {
        return Descriptor.plain(DataType.F32, 1, 1, PEEPHOLES, H);
    }

    /** Returns the bytes of {@link #descriptor}. */
    long bytes() {
        return (long) Float.BYTES * gates() * H;
    }

    /** Returns the bytes of {@link #peephole}. */
    long peepholeBytes() {
        return (long) Float.BYTES * PEEPHOLES * H;
    }

    /** Writes it from {@code b} and {@code c}, {@code [G·H]} each, to {@code to}. */
    void write(MemorySegment b, MemorySegment c, MemorySegment to, long offset) {
        for (int gate = 0; gate < gates(); gate++) {
            boolean ofStateAlone = gate == kind.gates();
            boolean ofInputAlone = kind == Recurrent.Kind.GRU && gate == kind.gates() - 1;
            int from = H * (ofStateAlone ? gate - 1 : ours(kind, gate));
            for (int j = 0; j < H; j++) {
                float sum = ofStateAlone ? get(c, from + j) : ofInputAlone ? get(b, from + j) : get(b, from + j) + get(c, from + j);
                to.set(ValueLayout.JAVA_FLOAT, offset + (long) Float.BYTES * (gate * H + j), sum);
            }
        }
    }

    /** Writes peepholes {@code p}, {@code [3·H]}. */
    void writePeephole(MemorySegment p, MemorySegment to, long offset) {
        for (int j = 0; j < PEEPHOLES * H; j++) {
            to.set(ValueLayout.JAVA_FLOAT, offset + (long) Float.BYTES * j, get(p, j));
        }
    }

    /** Returns which gate of ours is oneDNN's gate {@code gate}: of a GRU ours are r, z, n, oneDNN's z, r, n; others agree. */
    static int ours(Recurrent.Kind kind, int gate) {
        return switch (kind) {
            case RNN_TANH, RNN_RELU, LSTM -> gate;
            case GRU, GRU_RESET_BEFORE -> gate < 2 ? 1 - gate : gate;
        };
    }

    private float get(MemorySegment from, int i) {
        return switch (type) {
            case F32 -> from.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            case BF16 -> Float.intBitsToFloat(from.getAtIndex(ValueLayout.JAVA_SHORT, i) << Short.SIZE);
            case F16 -> Float.float16ToFloat(from.getAtIndex(ValueLayout.JAVA_SHORT, i));
            case I32, I8, U8 -> throw new AssertionError("recurrent layers are of floats");
        };
    }
}
