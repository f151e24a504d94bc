package dev.gatun.vector.blocked;

import dev.gatun.vector.Simd;

/**
 * The algorithms of Winograd's family F(m x m, r x r): tiles of m x m outputs of a dense kernel of r x r, stride 1, cost n x n products, n = m + r - 1.
 * With stride 2, kernels of 2r x 2r fall into four phases of r x r, whose products are added.
 */
enum Winograd {
    /** F(2x2, 3x3): {@link Winograd2Tile}. */
    F2X3(2, 3),
    /** F(4x4, 3x3): {@link Winograd4Tile}. */
    F4X3(4, 3),
    /** F(4x4, 2x2): {@link WinogradPhaseTile}. */
    F4X2(4, 2);

    private final int m;
    private final int r;

    Winograd(int m, int r) {
        this.m = m;
        this.r = r;
    }

    /** Returns the pixels of a tile's row. */
    int m() {
        return m;
    }

    /** Returns the pixels of a row of the patch that a tile sees. */
    int n() {
        return m + r - 1;
    }

    /** Returns the places of a patch. */
    int places() {
        return n() * n();
    }

    /** Returns how many tiles an image of {@code s} has. */
    int tiles(ConvShape s) {
        return Math.ceilDiv(s.OH(), m) * Math.ceilDiv(s.OW(), m);
    }

    /** V = Bᵀ d B, see {@link WinogradPhaseTile#input}. */
    void input(long src, long row, long column, long srcStep, long dst, long dstStep, long xi, long patch, int count) {
        switch (this) {
            case F2X3 -> Winograd2Tile.input(src, row, srcStep, dst, dstStep, xi, patch, count);
            case F4X3 -> Winograd4Tile.input(src, row, srcStep, dst, dstStep, xi, patch, count);
            case F4X2 -> WinogradPhaseTile.input(src, row, column, srcStep, dst, dstStep, xi, patch, count);
        }
    }

    /** y = max(lo, Aᵀ u A + bias + residual), see {@link WinogradPhaseTile#output}. */
    void output(long src, long srcStep, long xi, long dst, long row, long column, long dstStep, long bias, long biasStep, long residual, float lo, long patch,
            int count) {
        switch (this) {
            case F2X3 -> Winograd2Tile.output(src, srcStep, xi, dst, row, dstStep, bias, biasStep, residual, lo, patch, count);
            case F4X3 -> Winograd4Tile.output(src, srcStep, xi, dst, row, dstStep, bias, biasStep, residual, lo, patch, count);
            case F4X2 -> WinogradPhaseTile.output(src, srcStep, xi, dst, row, column, dstStep, bias, biasStep, residual, lo, patch, count);
        }
    }

    /** Z = A dy Aᵀ, see {@link WinogradPhaseTile#outputGradient}. */
    void outputGradient(long src, long row, long dst, long xi, long scratch) {
        switch (this) {
            case F2X3 -> throw new AssertionError(this);
            case F4X3 -> Winograd4Gradient.output(src, row, dst, xi, scratch);
            case F4X2 -> WinogradPhaseTile.outputGradient(src, row, dst, xi, scratch);
        }
    }

    /** dw = Gᵀ u G of all phases of a kernel, whose places lie one behind the other. @param phase bytes between the phases of u */
    void weightsGradient(long src, long xi, long phase, long dst, long half) {
        switch (this) {
            case F2X3 -> throw new AssertionError(this);
            case F4X3 -> Winograd4Gradient.weights(src, xi, dst, half);
            case F4X2 -> {
                for (int p = 0; p < 4; p++) {
                    WinogradPhaseTile.weightsGradient(src + p * phase, xi, dst + (p / 2 * 4 + p % 2) * Simd.BYTES, 8 * Simd.BYTES, 2 * Simd.BYTES, half);
                }
            }
        }
    }
}
