package dev.gatun.vector.blocked;

import dev.gatun.vector.Native;
import dev.gatun.vector.Simd;

/**
 * V = Bᵀ d B of the patches under the tiles of a convolution with a dense kernel, as {@link WinogradConv} and {@link WinogradBackwardWeights} want it:
 * V[ξ, ic, tile] lies at [ξ, block of channels, tile, channel]. With strides the pixels that a tile sees fall into SH · SW phases, each with patches of
 * its own: there are as many times the blocks, phase by phase.
 *
 * @param T tiles that V has room for
 * @param xi bytes between the places of a patch in V
 */
record WinogradInput(ConvShape s, Winograd algorithm, int T, long xi) {
    /** From this width on neighbouring tiles are transformed one after the other, a block of channels at a time: fewer streams for the prefetcher. */
    static final int WIDE = 56;

    /** Returns the bytes of scratch memory that {@link #run} needs: a patch of input, and one in the middle of its transform. */
    static long scratchBytes(Winograd algorithm) {
        return 2L * algorithm.places() * Simd.BYTES;
    }

    /** Returns the next odd number of lines of the cache: what is written at such distances falls into different sets. */
    static long oddLines(long bytes) {
        return (Math.ceilDiv(bytes, 64L) | 1) * 64;
    }

    /** Returns how many blocks of channels V has. */
    static int blocks(ConvShape s) {
        return s.SH() * s.SW() * Panel.blocks(s.IC());
    }

    int tilesHigh() {
        return Math.ceilDiv(s.OH(), algorithm.m());
    }

    int tilesWide() {
        return Math.ceilDiv(s.OW(), algorithm.m());
    }

    /** Transforms blocks {@code block} .. {@code end} of tiles {@code from} .. {@code to}; tile {@code base} is the first of {@code v}. */
    void run(long x, int base, int from, int to, int block, int end, long v, long scratch) {
        int ofPhase = Panel.blocks(s.IC());
        for (int b = block; b < end;) {
            int count = s.IW() >= WIDE ? 1 : Math.min(end, (b / ofPhase + 1) * ofPhase) - b;
            long dst = v + ((long) b * T - base) * Simd.BYTES;
            blocks(x, b / ofPhase, b % ofPhase, count, from, to, dst, scratch);
            b += count;
        }
    }

    /** Transforms {@code count} blocks of a phase; {@code v} is where tile 0 would lie. */
    private void blocks(long x, int phase, int block, int count, int from, int to, long v, long scratch) {
        int m = algorithm.m();
        int n = algorithm.n();
        int tilesHigh = tilesHigh();
        int tilesWide = tilesWide();
        int high = (n - 1) * s.SH();
        int wide = (n - 1) * s.SW();
        long pixel = s.SW() * Simd.BYTES;
        long row = s.IW() * Simd.BYTES;
        long plane = s.IH() * row;
        long half = scratch + algorithm.places() * Simd.BYTES;
        for (int tile = from; tile < to;) {
            int image = tile / (tilesHigh * tilesWide);
            int column = tile % tilesWide;
            int ih = tile / tilesWide % tilesHigh * m * s.SH() + phase / s.SW() - s.PH();
            int iw = column * m * s.SW() + phase % s.SW() - s.PW();
            long src = x + ((long) image * Panel.blocks(s.IC()) + block) * plane;
            long dst = v + tile * Simd.BYTES;
            boolean inside = ih >= 0 && iw >= 0 && ih + high < s.IH() && iw + wide < s.IW();
            if (!inside) {
                for (int b = 0; b < count; b++) {
                    gather(src, ih, iw, scratch);
                    algorithm.input(scratch, n * Simd.BYTES, Simd.BYTES, 0, dst, 0, xi, half, 1);
                    src += plane;
                    dst += T * Simd.BYTES;
                }
                tile++;
            } else if (count == 1) {
                int run = Math.min(Math.min(to - tile, tilesWide - column), (s.IW() - 1 - wide - iw) / (m * s.SW()) + 1);
                algorithm.input(src + ih * row + iw * Simd.BYTES, s.SH() * row, pixel, m * pixel, dst, Simd.BYTES, xi, half, run);
                tile += run;
            } else {
                algorithm.input(src + ih * row + iw * Simd.BYTES, s.SH() * row, pixel, plane, dst, T * Simd.BYTES, xi, half, count);
                tile++;
            }
        }
    }

    /** Copies a patch together, with zeros where it lies outside of the image. */
    private void gather(long src, int top, int left, long dst) {
        int n = algorithm.n();
        for (int i = 0; i < n; i++) {
            int ih = top + i * s.SH();
            for (int j = 0; j < n; j++) {
                int iw = left + j * s.SW();
                boolean inside = ih >= 0 && ih < s.IH() && iw >= 0 && iw < s.IW();
                Native.store(dst, Native.load(inside ? src + ((long) ih * s.IW() + iw) * Simd.BYTES : Native.ZEROS));
                dst += Simd.BYTES;
            }
        }
    }
}
