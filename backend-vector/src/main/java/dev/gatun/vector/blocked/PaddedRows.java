package dev.gatun.vector.blocked;

import static dev.gatun.vector.Native.load;
import static dev.gatun.vector.Native.store;

import dev.gatun.vector.Native;
import dev.gatun.vector.Simd;

/** Copies some rows of an image with the zeros around it, so that no loop behind has to ask where the image ends. */
final class PaddedRows {
    private PaddedRows() {
    }

    /**
     * Copies rows {@code top} .. {@code top + rows} and columns {@code left} .. {@code left + columns} of {@code planes} images.
     *
     * @param pixel bytes of a pixel
     * @param src address of the first image of {@code IH} x {@code IW} pixels; the others follow
     * @param dst address of {@code planes · rows · columns} pixels
     */
    static void copy(int planes, int IH, int IW, int top, int rows, int left, int columns, long pixel, long src, long dst) {
        int before = Math.clamp(-left, 0, columns);
        int first = Math.max(left, 0);
        int inside = Math.clamp(IW - first, 0, columns - before);
        int after = columns - before - inside;
        for (int plane = 0; plane < planes; plane++) {
            for (int ih = top; ih < top + rows; ih++) {
                if (ih < 0 || ih >= IH) {
                    clear(dst, columns * pixel);
                } else {
                    clear(dst, before * pixel);
                    copy(src + (ih * (long) IW + first) * pixel, dst + before * pixel, inside * pixel);
                    clear(dst + (before + inside) * pixel, after * pixel);
                }
                dst += columns * pixel;
            }
            src += IH * (IW * pixel);
        }
    }

    /** Copies whole vectors, of which the last may overlap the one before, or a few floats. */
    private static void copy(long src, long dst, long bytes) {
        if (bytes < Simd.BYTES) {
            for (long i = 0; i < bytes; i += Native.FLOAT) {
                Native.putInt(dst + i, Native.getInt(src + i));
            }
            return;
        }
        for (long i = 0; i < bytes - Simd.BYTES; i += Simd.BYTES) {
            store(dst + i, load(src + i));
        }
        store(dst + bytes - Simd.BYTES, load(src + bytes - Simd.BYTES));
    }

    /** Borders are too short for {@link Native#zero}. */
    private static void clear(long dst, long bytes) {
        long i = 0;
        for (; i <= bytes - Simd.BYTES; i += Simd.BYTES) {
            store(dst + i, load(Native.ZEROS));
        }
        for (; i < bytes; i += Native.FLOAT) {
            Native.putInt(dst + i, 0);
        }
    }
}
