package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;

/** What a step forward leaves: the state that the next one reads, y, and the reserve that the gradient reads, if it is asked for. */
final class RnnResults {
    private RnnResults() {
    }

    /** Stores what the slots from {@code slots} on hold: the new state, y, the reserve; of samples that have ended, the old state and zeros. */
    static void commit(RnnKernel kernel, long frame, long slots, int step, int block, int n, int rows) {
        RnnShape s = kernel.shape();
        int width = s.width(block);
        int alike = s.alike(rows);
        long slotBytes = FLOAT * rows * width;
        for (int i = 0; i < rows; i += alike) {
            long place = s.place(kernel.lengths(frame), n + i, step);
            if (place >= 0) {
                commitRows(kernel, frame, slots + FLOAT * i * width, slotBytes, step, place, block, n + i, alike);
            } else {
                rest(kernel, frame, step, block, n + i);
            }
        }
    }

    private static void commitRows(RnnKernel kernel, long frame, long slots, long slotBytes, int step, long place, int block, int n, int rows) {
        RnnShape s = kernel.shape();
        int H = s.H();
        int R = kernel.kept();
        int width = s.width(block);
        int units = s.units(block);
        long stride = FLOAT * width;
        int unit = block * Tiles.COLUMNS;
        long E = kernel.elementBytes();
        long first = FLOAT * unit;
        long rowBytes = RnnShape.rowBytes(H);
        long h = slots + s.cell().kind().reserve() * slotBytes;
        Tiles.copy(rows, width, h, stride, kernel.states(frame, step + 1) + n * rowBytes + first, rowBytes);
        kernel.keepState(frame, n, unit, units, rows, h, stride);
        kernel.write(rows, units, h, stride, kernel.y(frame) + E * (place * H + unit), E * H);
        if (s.cell().isLstm()) {
            Tiles.copy(1, rows * width, slots + 4 * slotBytes, 0, kernel.cells(frame, block, n), 0);
        }
        for (int slot = 0; slot < R; slot++) {
            kernel.write(rows, units, slots + slot * slotBytes, stride, kernel.reserve(frame) + E * ((place * R + slot) * H + unit), E * R * H);
        }
    }

    private static void rest(RnnKernel kernel, long frame, int step, int block, int n) {
        RnnShape s = kernel.shape();
        int H = s.H();
        int R = kernel.kept();
        int unit = block * Tiles.COLUMNS;
        long E = kernel.elementBytes();
        long bytes = E * s.units(block);
        long row = n * RnnShape.rowBytes(H) + FLOAT * unit;
        long place = (long) step * s.N() + n;               // a time beyond the length, in both directions
        Tiles.copy(1, s.width(block), kernel.states(frame, step) + row, 0, kernel.states(frame, step + 1) + row, 0);
        Native.zero(kernel.y(frame) + E * (place * H + unit), bytes);
        for (int slot = 0; slot < R; slot++) {
            Native.zero(kernel.reserve(frame) + E * ((place * R + slot) * H + unit), bytes);
        }
    }
}
