package dev.gatun.onednn;

import dev.gatun.op.Convolution;
import java.util.function.Predicate;

/**
 * Which work oneDNN's implementations on AMX tiles get wrong, seen in version 3.11 on processors that have them: the next implementation in its list is taken.
 *
 * <pre>
 * products      of rows that fill no whole tiles: a NaN behind a row's end is multiplied by zeros and comes through, and in 8 bits weights that are no
 *               constants are padded with whatever the workspace held
 * convolutions  with a stride into results of one column: they read memory that nobody wrote
 * </pre>
 */
final class AmxFaults {
    private static final int TILE_ROW_BYTES = 64;

    private AmxFaults() {
    }

    /** Tells by its name whether an implementation of products over {@code depth} elements is right. */
    static Predicate<String> ofProduct(DataType type, long depth) {
        return spares(depth * type.bytes() % TILE_ROW_BYTES != 0);
    }

    /** Tells by its name whether an implementation of a convolution with results of {@code columns} columns is right. */
    static Predicate<String> ofConvolution(Convolution.Geometry geometry, int columns) {
        return spares(columns == 1 && geometry.strides().get(geometry.spatialRank() - 1) > 1);
    }

    private static Predicate<String> spares(boolean tiles) {
        return name -> !tiles || !name.contains("amx");
    }
}
