package dev.gatun.vector.blocked;

import dev.gatun.vector.Simd;

/**
 * V = Bᵀ d B of the patches under the tiles of a convolution with a dense 3x3 kernel and stride 1, as {@link WinogradConv} and {@link WinogradBackwardWeights}
 * want it: V[ξ, ic, tile] lies at [ξ, block of channels, tile, channel].
 *
 * @param m the size of a tile: 4 or 2
 * @param T tiles that V has room for
 * @param xi bytes between the places of a patch in V
 */
record WinogradInput(ConvShape s, int m, int T, long xi) {
    /** From this width on neighbouring tiles are transformed one after the other, a block of channels at a time: fewer streams for the prefetcher. */
    static final int WIDE = 56;

    /** Returns the bytes of scratch memory that {@link #run} needs: a patch of input, and one in the middle of its transform. */
    static long scratchBytes(int m) {
        return 2L * (m + 2) * (m + 2) * Simd.BYTES;
    }

    /** Returns the next odd number of lines of the cache: what is written at such distances falls into different sets. */
    static long oddLines(long bytes) {
        return (Math.ceilDiv(bytes, 64L) | 1) * 64;
    }

    int tilesHigh() {
        return Math.ceilDiv(s.OH(), m);
    }

    int tilesWide() {
        return Math.ceilDiv(s.OW(), m);
    }

    /** Transforms blocks {@code block} .. {@code end} of tiles {@code from} .. {@code to}; tile {@code base} is the first of {@code v}. */
    void run(long x, int base, int from, int to, int block, int end, long v, long scratch) {
        boolean wide = s.IW() >= WIDE && end - block > 1;
        if (wide) {
            for (int b = block; b < end; b++) {
                run(x, base, from, to, b, b + 1, v, scratch);
            }
            return;
        }
        int n = m + 2;
        int tilesHigh = tilesHigh();
        int tilesWide = tilesWide();
        long row = s.IW() * Simd.BYTES;
        long plane = s.IH() * row;
        long half = scratch + n * n * Simd.BYTES;
        for (int tile = from; tile < to;) {
            int image = tile / (tilesHigh * tilesWide);
            int column = tile % tilesWide;
            int ih = tile / tilesWide % tilesHigh * m - s.PH();
            int iw = column * m - s.PW();
            long src = x + ((long) image * Panel.blocks(s.IC()) + block) * plane;
            long dst = v + (block * T + tile - base) * Simd.BYTES;
            boolean inside = ih >= 0 && iw >= 0 && ih + n <= s.IH() && iw + n <= s.IW();
            if (!inside) {
                for (int b = block; b < end; b++) {
                    PaddedRows.copy(1, s.IH(), s.IW(), ih, n, iw, n, Simd.BYTES, src, scratch);
                    transform(scratch, n * Simd.BYTES, 0, dst, 0, half, 1);
                    src += plane;
                    dst += T * Simd.BYTES;
                }
                tile++;
            } else if (end - block == 1) {
                int run = Math.min(Math.min(to - tile, tilesWide - column), (s.IW() - n - iw) / m + 1);
                transform(src + ih * row + iw * Simd.BYTES, row, m * Simd.BYTES, dst, Simd.BYTES, half, run);
                tile += run;
            } else {
                transform(src + ih * row + iw * Simd.BYTES, row, plane, dst, T * Simd.BYTES, half, end - block);
                tile++;
            }
        }
    }

    private void transform(long src, long row, long srcStep, long dst, long dstStep, long half, int count) {
        if (m == 4) {
            Winograd4Tile.input(src, row, srcStep, dst, dstStep, xi, half, count);
        } else {
            Winograd2Tile.input(src, row, srcStep, dst, dstStep, xi, half, count);
        }
    }
}
