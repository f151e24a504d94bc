package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;

import dev.gatun.TensorType;
import dev.gatun.spi.Arguments;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.Layout;
import java.util.List;

/**
 * Stacked weights {@code [G·H, K]} in the order in which a step reads them: block by block of units, gate by gate, a panel {@code [K, width]} each, so
 * that a worker finds the weights of all gates of its units in one piece.
 */
record RnnPanels(int gates, int H, int K) implements Layout {
    /** Returns the bytes of all panels. */
    long bytes() {
        return FLOAT * gates * K * Panels.width(H);
    }

    @Override
    public long bytes(TensorType type) {
        return bytes();
    }

    @Override
    public String label() {
        return "recurrent panels";
    }

    /** Returns where the panel of a gate of a block begins. @param width of the block */
    long at(int block, int gate, int width) {
        return FLOAT * K * ((long) block * gates * Tiles.COLUMNS + (long) gate * width);
    }

    /** Packs all gates of one block. */
    void pack(long weights, long panels, int block) {
        int first = block * Tiles.COLUMNS;
        int units = Math.min(Tiles.COLUMNS, H - first);
        for (int gate = 0; gate < gates; gate++) {
            long rows = weights + FLOAT * K * ((long) gate * H + first);
            Panels.packB(true, K, units, rows, FLOAT * K, panels + at(block, gate, Panels.width(units)));
        }
    }

    /** Packs frozen weights. */
    record Pack(RnnPanels layout) implements Kernel {
        @Override
        public String name() {
            return "pack recurrent";
        }

        @Override
        public List<Layout> outputLayouts() {
            return List.of(layout);
        }

        @Override
        public void launch(Arguments arguments) {
            for (int block = 0; block * Tiles.COLUMNS < layout.H; block++) {
                layout.pack(arguments.address(0), arguments.address(1), block);
            }
        }
    }
}
