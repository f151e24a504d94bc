package dev.gatun.vector.blocked;

import dev.gatun.vector.Native;
import dev.gatun.vector.Simd;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The order in which an output's terms are added, which is also the order of the weights, and where each term lies in the image. */
final class Taps {
    /** Receives term {@code k}: channel {@code ic} under place {@code kh}, {@code kw} of the kernel. */
    @FunctionalInterface
    interface Visitor {
        void term(int k, int ic, int kh, int kw);
    }

    private Taps() {
    }

    /** Visits all terms: {@code block} channels at a time, place by place of the kernel, and there channel by channel. */
    static void visit(int IC, int KH, int KW, int block, Visitor visitor) {
        int k = 0;
        for (int first = 0; first < IC; first += block) {
            for (int kh = 0; kh < KH; kh++) {
                for (int kw = 0; kw < KW; kw++) {
                    for (int ic = first; ic < Math.min(IC, first + block); ic++) {
                        visitor.term(k++, ic, kh, kw);
                    }
                }
            }
        }
    }

    /**
     * Returns the offset of each term, 32 bits each.
     *
     * @param block channels that lie together: the lanes of a vector, or 1 where each channel has an image of its own
     * @param row bytes between rows
     * @param plane bytes between the images of blocks
     */
    static MemorySegment table(ConvShape s, int block, long row, long plane) {
        MemorySegment table = Arena.ofAuto().allocate(4L * s.terms(), 64);
        visit(s.IC(), s.KH(), s.KW(), block, (k, ic, kh, kw) -> {
            long offset = ic / block * plane + kh * s.DH() * row + (long) kw * s.DW() * block * Native.FLOAT + ic % block * Native.FLOAT;
            table.setAtIndex(ValueLayout.JAVA_INT, k, Math.toIntExact(offset));
        });
        return table;
    }

    /** Returns the offsets of the pixels that {@code rows} rows of output start from, 64 bits each. */
    static MemorySegment pixels(ConvShape s, int rows, int block, long row) {
        MemorySegment table = Arena.ofAuto().allocate(8L * rows * s.OW(), 64);
        for (int q = 0; q < rows * s.OW(); q++) {
            table.setAtIndex(ValueLayout.JAVA_LONG, q, q / s.OW() * s.SH() * row + (long) (q % s.OW()) * s.SW() * block * Native.FLOAT);
        }
        return table;
    }

    /** Returns the offsets of {@code count} vectors that lie one behind the other. */
    static MemorySegment neighbours(int count) {
        MemorySegment table = Arena.ofAuto().allocate(8L * count, 64);
        for (int q = 0; q < count; q++) {
            table.setAtIndex(ValueLayout.JAVA_LONG, q, q * Simd.BYTES);
        }
        return table;
    }
}
