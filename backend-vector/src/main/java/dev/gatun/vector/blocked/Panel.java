package dev.gatun.vector.blocked;

import dev.gatun.vector.Native;
import dev.gatun.vector.Simd;

/**
 * The output channels that the innermost loop computes at once: as many blocks as there are registers for, 4 or 2, and at the end of the channels 2 or 1.
 * The weights of a panel lie together, step by step.
 */
final class Panel {
    /** Blocks of a full panel. */
    static final int BLOCKS = Simd.MANY_REGISTERS ? 4 : 2;

    /** Pixels of the largest tile. */
    static final int PIXELS = 6;

    /** Bytes of the largest tile. */
    static final long TILE_BYTES = PIXELS * BLOCKS * Simd.BYTES;

    private Panel() {
    }

    /** Returns the number of blocks that hold {@code channels} channels. */
    static int blocks(int channels) {
        return Math.ceilDiv(channels, Simd.LANES);
    }

    /** Returns into how many panels {@code blocks} blocks of channels are cut: a rest of three is 2 and 1. */
    static int count(int blocks) {
        return blocks / BLOCKS + Integer.bitCount(blocks % BLOCKS);
    }

    /** Returns the first block of panel {@code panel} of {@code blocks} blocks; of the panel behind the last one {@code blocks}. */
    static int first(int panel, int blocks) {
        int full = blocks / BLOCKS;
        if (panel <= full) {
            return panel * BLOCKS;
        }
        return panel == full + 1 && blocks % BLOCKS == 3 ? full * BLOCKS + 2 : blocks;
    }

    /**
     * Computes {@code count} neighbouring pixels of a panel of {@code vectors} blocks, in tiles as equal as possible, with residual and ReLU.
     *
     * @param pixels address of one offset a pixel
     * @param wEnd address behind all weights: of those that follow this panel's, as many as it has itself are read ahead
     * @param scratch address of {@link #TILE_BYTES} bytes if the sums are added to what is in {@code dst}, or 0
     * @param init address of what the sums start from, if they are not added
     * @see Tile4#run
     * @see Finish#run
     */
    static void run(int count, int vectors, long src, long pixels, long taps, int K, long w, long wEnd, long dst, long plane, long scratch, long init,
            long residual, float lo) {
        int tiles = Math.ceilDiv(count, PIXELS);
        long bytes = K * (vectors * Simd.BYTES);
        long ahead = w + bytes;
        long aheadEnd = Math.min(wEnd, ahead + bytes);
        long share = K * Tile4.AHEAD;
        int q = 0;
        for (int tile = 0; tile < tiles; tile++) {
            int end = (int) ((long) count * (tile + 1) / tiles);
            int rows = end - q;
            long at = dst + q * Simd.BYTES;
            long reads = ahead + share <= aheadEnd ? ahead : 0;
            if (scratch == 0) {
                tile(rows, vectors, src, pixels + 8L * q, taps, K, w, at, plane, init, reads);
            } else {
                tile(rows, vectors, src, pixels + 8L * q, taps, K, w, scratch, PIXELS * Simd.BYTES, Native.ZEROS, reads);
                add(rows, vectors, scratch, at, plane);
            }
            Finish.run(rows, vectors, at, plane, residual == 0 ? 0 : residual + q * Simd.BYTES, lo);
            ahead += share;
            q = end;
        }
    }

    /** Computes up to 6 pixels of a panel. @see Tile4#run */
    static void tile(int rows, int vectors, long src, long pixels, long taps, int K, long w, long dst, long plane, long init, long ahead) {
        switch (vectors) {
            case 4 -> Tile4.run(rows, src, pixels, taps, K, w, dst, plane, init, ahead);
            case 2 -> Tile2.run(rows, src, pixels, taps, K, w, dst, plane, init);
            case 1 -> Tile1.run(rows, src, pixels, taps, K, w, dst, plane, init);
            default -> throw new AssertionError(vectors);
        }
    }

    /**
     * Computes {@code count} rows of a product with a panel, row by row in {@code dst}, and adds what is there.
     *
     * @param pixels address of one offset a row
     * @param isFirst whether nothing is there
     * @param scratch address of {@link #TILE_BYTES} bytes
     * @see Tile4#run
     */
    static void addProducts(int count, int vectors, long src, long pixels, long taps, int K, long w, long dst, long plane, boolean isFirst, long scratch) {
        run(count, vectors, src, pixels, taps, K, w, w, dst, plane, isFirst ? 0 : scratch, Native.ZEROS, 0, Finish.NO_BOUND);
    }

    private static void add(int count, int vectors, long tile, long dst, long plane) {
        for (int v = 0; v < vectors; v++) {
            for (long i = 0; i < count * Simd.BYTES; i += Simd.BYTES) {
                Native.store(dst + i, Native.load(dst + i).add(Native.load(tile + i)));
            }
            tile += PIXELS * Simd.BYTES;
            dst += plane;
        }
    }
}
