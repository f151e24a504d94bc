package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;
import static dev.gatun.vector.Native.getLong;

import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Recurrent;
import java.util.List;

/**
 * The sizes of a recurrent layer, and where a sample's steps lie. T time steps, N samples, I inputs, H hidden units, G gates.
 *
 * <p>The units are cut in <em>blocks</em> of {@link Tiles#COLUMNS}, the last one rounded up to whole vectors: what one tile of a product computes, and what
 * one worker keeps to itself. State that only its owner touches lies block by block, in each {@code [N, width]}; state that all workers
 * read lies in rows.
 */
record RnnShape(Recurrent.Cell cell, boolean reverse, int T, int N, int I, int H) {
    /** How many rows of a block a worker takes at once, so that all their gates stay in the first-level cache: whole tiles. */
    static final int ROWS = 12 * 64 / Tiles.COLUMNS;

    /** Returns the shape of a layer with these operands. @param inputs types of x, wIh, wHh, bIh, bHh, h0, ... */
    static RnnShape of(Recurrent op, boolean reverse, List<TensorType> inputs) {
        Shape x = inputs.getFirst().shape();
        return new RnnShape(op.cell(), reverse, x.dim(0), x.dim(1), x.dim(2), inputs.get(5).shape().dim(1));
    }

    /** Returns G. */
    int gates() {
        return cell.kind().gates();
    }

    /** Returns G·H, the rows of the stacked weights. */
    int stacked() {
        return gates() * H;
    }

    /** Returns the number of blocks of units. */
    int blocks() {
        return Math.ceilDiv(H, Tiles.COLUMNS);
    }

    /** Returns how many units block {@code block} has. */
    int units(int block) {
        return Math.min(Tiles.COLUMNS, H - block * Tiles.COLUMNS);
    }

    /** Returns how many floats a row of block {@code block} takes. */
    int width(int block) {
        return Panels.width(units(block));
    }

    /** Returns the bytes of state that lies block by block. */
    long blockedBytes() {
        return FLOAT * N * Panels.width(H);
    }

    /** Returns where row {@code n} of block {@code block} lies in such state. */
    long blocked(int block, int n) {
        return FLOAT * ((long) block * N * Tiles.COLUMNS + (long) n * width(block));
    }

    /** Returns the bytes between rows of {@code columns} floats that many read: whole vectors, and not all in the same sets of the cache. */
    static long rowBytes(int columns) {
        long bytes = FLOAT * Panels.width(columns);
        return bytes >= 4096 && bytes % 1024 == 0 ? bytes + Simd.BYTES : bytes;
    }

    /** Returns which operand the lengths are, if there are any. */
    int lengthsOperand() {
        return cell.operands() - 1;
    }

    /** Checks the lengths at {@code lengths}. @throws IndexOutOfBoundsException if one is negative or above T */
    void checkLengths(long lengths) {
        for (int n = 0; n < N; n++) {
            long length = getLong(lengths + 8L * n);
            if (length < 0 || length > T) {
                throw new IndexOutOfBoundsException("rnn: the length of sample " + n + " is " + length + " but must be 0 to the " + T + " steps of x");
            }
        }
    }

    /** Returns how many of {@code rows} consecutive samples read the same time at the same step: all, or one where each has a length of its own. */
    int alike(int rows) {
        return cell.lengths() ? 1 : rows;
    }

    /**
     * Returns which row of {@code [T·N]} sample {@code n} reads at {@code step}, or -1 if it has ended before.
     *
     * @param lengths address of the lengths; not read if there are none
     */
    long place(long lengths, int n, int step) {
        long steps = cell.lengths() ? getLong(lengths + 8L * n) : T;
        if (step >= steps) {
            return -1;
        }
        return (reverse ? steps - 1 - step : step) * N + n;
    }
}
