package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;
import static dev.gatun.vector.Native.getFloat;
import static dev.gatun.vector.Native.getLong;
import static dev.gatun.vector.Native.load;
import static dev.gatun.vector.Native.putFloat;
import static dev.gatun.vector.Native.putLong;
import static dev.gatun.vector.Native.store;

import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * The columns that turn a convolution into a matrix product, made in two steps.
 *
 * <p><b>Pad.</b> Each channel is copied to <em>padded rows</em>. Row f = d·HP + h is row h of plane d of the image with its padding, and within a row
 * the elements are sorted by their phase: those at 0, SW, 2·SW, ... first, then those at 1, SW + 1, ... So a tap (kd, kh, kw) of output (od, oh, ow)
 * is at base + offset + ow with
 *
 * <pre>base(od, oh) = (od·SD·HP + oh·SH)·row
 * offset(kd, kh, kw) = (kd·DD·HP + kh·DH)·row + (kw·DW mod SW)·phase + ⌊kw·DW / SW⌋</pre>
 *
 * <p>whatever stride, dilation and padding are: for one tap, the outputs of a row read consecutive floats, and no border needs a thought.
 *
 * <p><b>Unfold.</b> Row k = ic·taps + tap of the columns is then a copy of a few runs of floats. <b>Fold</b> is its transpose: it adds the columns'
 * rows onto padded rows, and <b>unpad</b> that of pad.
 *
 * <p>Positions are outputs of one image in row-major order. Runs are copied in whole vectors, which may write up to a vector too much: what follows
 * in the order of writing repairs it, and every buffer ends with {@link #SLACK} bytes to spare.
 */
final class Im2col {
    /** Bytes that may be written or read behind the last row of a buffer. */
    static final long SLACK = 64;

    /** Bytes of one run in a table of runs: the offset in padded rows, then the length, both in bytes. */
    private static final long RUN_BYTES = 16;

    private final ConvGeometry.Axis depth;
    private final ConvGeometry.Axis height;
    private final ConvGeometry.Axis width;
    private final int taps;
    private final int OH;
    private final int OW;
    /** Rows of a padded plane. */
    private final int HP;
    /** Floats of a phase. */
    private final int phase;
    private final long rowBytes;
    private final long[] offsets;
    private final int lastTapRow;
    private final boolean[] seenPlanes;
    private final boolean[] seenRows;
    private final boolean[] seenPhases;
    private final int[] firstInside;
    private final int[] endInside;

    Im2col(ConvGeometry geometry) {
        depth = geometry.depth();
        height = geometry.height();
        width = geometry.width();
        taps = geometry.taps();
        OH = Math.max(1, height.O());          // of an empty output nothing is asked but sizes
        OW = Math.max(1, width.O());
        HP = height.seen();
        phase = OW + (width.K() - 1) * width.D() / width.S();
        rowBytes = (long) width.S() * phase * FLOAT;
        lastTapRow = (depth.K() - 1) * depth.D() * HP + (height.K() - 1) * height.D();
        offsets = new long[taps];
        seenPhases = new boolean[width.S()];
        for (int tap = 0; tap < taps; tap++) {
            int kw = tap % width.K() * width.D();
            int kh = tap / width.K() % height.K() * height.D();
            int kd = tap / width.K() / height.K() * depth.D();
            offsets[tap] = (kd * HP + kh) * rowBytes + ((long) kw % width.S() * phase + kw / width.S()) * FLOAT;
            seenPhases[kw % width.S()] = true;
        }
        firstInside = IntStream.range(0, width.S()).map(this::firstInside).toArray();
        endInside = IntStream.range(0, width.S()).map(this::endInside).toArray();
        seenPlanes = seen(depth);
        seenRows = seen(height);
    }

    private static boolean[] seen(ConvGeometry.Axis axis) {
        boolean[] seen = new boolean[axis.seen()];
        for (int i = 0; i < seen.length; i++) {
            seen[i] = axis.sees(i);
        }
        return seen;
    }

    /** Returns the bytes of a padded row. */
    long rowBytes() {
        return rowBytes;
    }

    /** Returns the number of padded rows of a channel. */
    int rows() {
        return seenPlanes.length * HP;
    }

    /** Returns the most padded rows that {@code positions} consecutive positions see. */
    int rows(int positions) {
        long outputRows = Math.ceilDiv(positions - 1, OW) + 1L;
        long planes = depth.O() == 1 ? 0 : Math.ceilDiv(outputRows - 1, OH);
        long beyondPlane = Math.max(0, (long) depth.S() * HP - (long) OH * height.S());
        return (int) Math.min(rows(), (outputRows - 1) * height.S() + planes * beyondPlane + lastTapRow + 1);
    }

    /** Returns the first padded row that {@code position} sees. */
    int firstRow(int position) {
        int row = position / OW;
        return row / OH * depth.S() * HP + row % OH * height.S();
    }

    /** Returns the padded row behind the last that {@code position} sees. */
    int endRow(int position) {
        return firstRow(position) + lastTapRow + 1;
    }

    /** Returns the offset in bytes of a tap, counted from where the first tap is. */
    long offset(int tap) {
        return offsets[tap];
    }

    /** Returns the bytes of a table of runs for {@code positions} consecutive positions. */
    long tableBytes(int positions) {
        return Math.min(positions, Math.ceilDiv(positions - 1, OW) + 1) * RUN_BYTES;
    }

    /**
     * Writes padded rows {@code f0} to {@code f1} of some channels, one row after the other: zeros by whole vectors, which may reach into rows that come after.
     *
     * @param x address of the first channel
     */
    void pad(long x, int channels, int f0, int f1, long padded) {
        long plane = (long) height.I() * width.I() * FLOAT;
        long end = padded + (long) channels * (f1 - f0) * rowBytes - Simd.BYTES;
        for (int c = 0; c < channels; c++) {
            int d = f0 / HP;
            int h = f0 % HP;
            for (int f = f0; f < f1; f++) {
                if (seenPlanes[d] && seenRows[h]) {
                    int id = d - depth.P();
                    int ih = h - height.P();
                    boolean roomy = padded + rowBytes <= end;
                    if (id < 0 || id >= depth.I() || ih < 0 || ih >= height.I()) {
                        clear(padded, 0, width.S() * phase, roomy);
                    } else {
                        padRow(x + id * plane + ih * width.I() * FLOAT, x + depth.I() * plane, padded, roomy);
                    }
                }
                padded += rowBytes;
                h++;
                if (h == HP) {
                    h = 0;
                    d++;
                }
            }
            x += depth.I() * plane;
        }
    }

    /** @param end of the channel @param roomy whether a vector behind the row may be written */
    private void padRow(long x, long end, long padded, boolean roomy) {
        int SW = width.S();
        for (int p = 0; p < SW; p++) {
            if (seenPhases[p]) {
                int from = firstInside[p];
                int to = endInside[p];
                clear(padded, 0, from, roomy);
                long src = x + (from * SW + p - width.P()) * FLOAT;
                if (SW == 1) {
                    copy(to - from, src, end, padded + from * FLOAT);
                } else {
                    for (int q = from; q < to; q++) {
                        putFloat(padded + q * FLOAT, getFloat(src));
                        src += SW * FLOAT;
                    }
                }
                clear(padded, to, phase, roomy);
            }
            padded += phase * FLOAT;
        }
    }

    /** Copies {@code count} floats; the last vector may overlap the one before, a single one be whole if it lies before {@code end}. */
    static void copy(int count, long src, long end, long dst) {
        if (count < Simd.LANES) {
            if (count > 0 && src + Simd.BYTES <= end) {
                store(dst, load(src));
            } else {
                Tiles.copy(1, count, src, 0, dst, 0);
            }
            return;
        }
        long last = count * FLOAT - Simd.BYTES;
        for (long i = 0; i < last; i += Simd.BYTES) {
            store(dst + i, load(src + i));
        }
        store(dst + last, load(src + last));
    }

    private static void clear(long row, int from, int to, boolean roomy) {
        if (roomy) {
            for (long i = from * FLOAT; i < to * FLOAT; i += Simd.BYTES) {
                store(row + i, load(Native.ZEROS));
            }
        } else {
            for (long i = from * FLOAT; i < to * FLOAT; i += FLOAT) {
                putFloat(row + i, 0);
            }
        }
    }

    /** Returns the first element of phase {@code p} that is not padding. */
    private int firstInside(int p) {
        return Math.clamp(Math.ceilDiv(width.P() - p, width.S()), 0, phase);
    }

    /** Returns the element behind the last of phase {@code p} that is not padding. */
    private int endInside(int p) {
        return Math.clamp(Math.ceilDiv(width.I() + width.P() - p, width.S()), firstInside(p), phase);
    }

    /**
     * Writes the runs of positions {@code p0} to {@code p1} to a table.
     *
     * @param f0 the padded row that the buffer starts with
     * @return the end of the table
     */
    long runs(int p0, int p1, int f0, long table) {
        for (int p = p0; p < p1;) {
            int ow = p % OW;
            int length = Math.min(OW - ow, p1 - p);
            putLong(table, (firstRow(p) - f0) * rowBytes + ow * FLOAT);
            putLong(table + 8, length * FLOAT);
            table += RUN_BYTES;
            p += length;
        }
        return table;
    }

    /**
     * Writes rows of the columns.
     *
     * @param padded address of the padded rows of the channel that row 0 belongs to
     * @param channelBytes bytes between channels
     * @param k0 the first row
     * @param k1 the row behind the last
     * @param table address of the runs of the columns
     * @param end end of the runs
     * @param dst address of row k0 of the columns, rows {@code stride} bytes apart
     */
    void unfold(long padded, long channelBytes, int k0, int k1, long table, long end, long dst, long stride) {
        long channel = padded + k0 / taps * channelBytes;
        int tap = k0 % taps;
        for (int k = k0; k < k1; k++) {
            copyRuns(channel + offsets[tap], table, end, dst);
            dst += stride;
            if (++tap == taps) {
                tap = 0;
                channel += channelBytes;
            }
        }
    }

    private static void copyRuns(long src, long table, long end, long dst) {
        for (; table < end; table += RUN_BYTES) {
            long from = src + getLong(table);
            long bytes = getLong(table + 8);
            for (long i = 0; i < bytes; i += Simd.BYTES) {
                store(dst + i, load(from + i));
            }
            dst += bytes;
        }
    }

    /** Adds rows {@code k0} to {@code k1} of the columns, at {@code src}, onto padded rows; all else as in {@link #unfold}. */
    void fold(long padded, long channelBytes, int k0, int k1, long table, long end, long src, long stride) {
        long channel = padded + k0 / taps * channelBytes;
        int tap = k0 % taps;
        for (int k = k0; k < k1; k++) {
            addRuns(channel + offsets[tap], table, end, src);
            src += stride;
            if (++tap == taps) {
                tap = 0;
                channel += channelBytes;
            }
        }
    }

    private static void addRuns(long dst, long table, long end, long src) {
        for (; table < end; table += RUN_BYTES) {
            long to = dst + getLong(table);
            long bytes = getLong(table + 8);
            long i = 0;
            for (; i <= bytes - Simd.BYTES; i += Simd.BYTES) {
                store(to + i, load(to + i).add(load(src + i)));
            }
            if (i < bytes) {                                  // adds zeros behind the run
                VectorMask<Float> rest = Simd.F32.indexInRange(0, (bytes - i) / FLOAT);
                store(to + i, load(to + i).add(FloatVector.zero(Simd.F32).blend(load(src + i), rest)));
            }
            src += bytes;
        }
    }

    /**
     * Writes some channels of an image from all their padded rows: what was padding is dropped, what no tap sees becomes zero.
     *
     * @param x address of the first channel
     */
    void unpad(long padded, int channels, long x) {
        int rows = rows();
        for (int c = 0; c < channels; c++) {
            for (int id = 0; id < depth.I(); id++) {
                for (int ih = 0; ih < height.I(); ih++) {
                    int d = id + depth.P();
                    int h = ih + height.P();
                    boolean seen = d < seenPlanes.length && h < HP && seenPlanes[d] && seenRows[h];
                    if (seen) {
                        unpadRow(padded + (d * HP + h) * rowBytes, x);
                    } else {
                        clear(x, 0, width.I(), false);
                    }
                    x += width.I() * FLOAT;
                }
            }
            padded += rows * rowBytes;
        }
    }

    private void unpadRow(long padded, long x) {
        int SW = width.S();
        if (SW > 1 || endInside(0) < width.I() + width.P()) {
            clear(x, 0, width.I(), false);                           // some elements are seen by no tap
        }
        for (int p = 0; p < SW; p++) {
            if (seenPhases[p]) {
                int from = firstInside(p);
                int to = endInside(p);
                long dst = x + (from * SW + p - width.P()) * FLOAT;
                if (SW == 1) {
                    Tiles.copy(1, to - from, padded + from * FLOAT, 0, dst, 0);
                } else {
                    for (int q = from; q < to; q++) {
                        putFloat(dst, getFloat(padded + q * FLOAT));
                        dst += SW * FLOAT;
                    }
                }
            }
            padded += phase * FLOAT;
        }
    }
}
