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
        long first = FLOAT * block * Tiles.COLUMNS;
        long reserve = kernel.address(frame, kernel.saved(1)) + first;
        long y = kernel.address(frame, kernel.saved(0)) + first;
        for (int slot = 0; slot < R; slot++) {
            Tiles.copy(rows, units, reserve + FLOAT * (place * R + slot) * H, FLOAT * R * H, slots + slot * slotBytes, stride);
        }
        long h = previous < 0 ? kernel.address(frame, 5) + FLOAT * n * H + first : y + FLOAT * previous * H;
        Tiles.copy(rows, units, h, FLOAT * H, kernel.before(frame) + FLOAT * place * H + first, FLOAT * H);
        long after = switch (s.cell().kind()) {
            case RNN_TANH, RNN_RELU -> {
                Tiles.copy(rows, units, y + FLOAT * place * H, FLOAT * H, slots, stride);
                yield slots + slotBytes;
            }
            case LSTM -> {
                if (previous < 0) {
                    Tiles.copy(rows, units, kernel.address(frame, 6) + FLOAT * n * H + first, FLOAT * H, slots + R * slotBytes, stride);
                } else {
                    Tiles.copy(rows, units, reserve + FLOAT * (previous * R + 4) * H, FLOAT * R * H, slots + R * slotBytes, stride);
                }
                yield slots + (R + 1) * slotBytes;
            }
            case GRU, GRU_RESET_BEFORE -> {
                Tiles.copy(rows, units, h, FLOAT * H, slots + R * slotBytes, stride);
                yield slots + (R + 1) * slotBytes;
            }
        };
        Tiles.copy(rows, units, kernel.address(frame, kernel.saved(2)) + FLOAT * place * H + first, FLOAT * H, after, stride);
    }
}
