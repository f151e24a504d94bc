package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;

/** What a step backward reads of what the forward pass left: its reserve, its states, and the gradient of its result. */
final class RnnSaved {
    private RnnSaved() {
    }

    /** Copies what the formulas read into slots, where they may go on to whole vectors; of samples that have ended nothing. */
    static void stage(RnnBackwardKernel kernel, long frame, long slots, int step, int block, int n, int rows) {
        RnnShape s = kernel.shape();
        int width = s.width(block);
        int alike = s.alike(rows);
        for (int i = 0; i < rows; i += alike) {
            long place = s.place(kernel.lengths(frame), n + i, step);
            if (place >= 0) {
                long previous = step > 0 ? s.place(kernel.lengths(frame), n + i, step - 1) : -1;
                stageRows(kernel, frame, slots + FLOAT * i * width, FLOAT * rows * width, place, previous, block, n + i, alike);
            }
        }
    }

    /** @param previous the place of the step before, -1 if there is none */
    private static void stageRows(RnnBackwardKernel kernel, long frame, long slots, long slotBytes, long place, long previous, int block, int n, int rows) {
        RnnShape s = kernel.shape();
        int H = s.H();
        int R = s.cell().kind().reserve();
        int units = s.units(block);
        long stride = FLOAT * s.width(block);
        long E = kernel.elementBytes();
        long first = E * block * Tiles.COLUMNS;
        long reserve = kernel.address(frame, kernel.saved(1)) + first;
        long y = kernel.address(frame, kernel.saved(0)) + first;
        for (int slot = 0; slot < R; slot++) {
            kernel.read(rows, units, reserve + E * (place * R + slot) * H, E * R * H, slots + slot * slotBytes, stride);
        }
        long h = previous < 0 ? kernel.address(frame, 5) + E * n * H + first : y + E * previous * H;
        kernel.keepBefore(frame, place, block, units, rows, h);
        long after = switch (s.cell().kind()) {
            case RNN_TANH, RNN_RELU -> {
                kernel.read(rows, units, y + E * place * H, E * H, slots, stride);
                yield slots + slotBytes;
            }
            case LSTM -> {
                if (previous < 0) {
                    long c0 = kernel.address(frame, 6) + FLOAT * (n * H + block * Tiles.COLUMNS);
                    Tiles.copy(rows, units, c0, FLOAT * H, slots + R * slotBytes, stride);
                } else {
                    kernel.read(rows, units, reserve + E * (previous * R + 4) * H, E * R * H, slots + R * slotBytes, stride);
                }
                yield slots + (R + 1) * slotBytes;
            }
            case GRU, GRU_RESET_BEFORE -> {
                kernel.read(rows, units, h, E * H, slots + R * slotBytes, stride);
                yield slots + (R + 1) * slotBytes;
            }
        };
        kernel.read(rows, units, kernel.address(frame, kernel.saved(2)) + E * place * H + first, E * H, after, stride);
    }
}
