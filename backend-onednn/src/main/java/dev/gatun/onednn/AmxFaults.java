package dev.gatun.onednn;

import java.util.function.Predicate;

/**
 * Which products oneDNN's implementations on AMX tiles get wrong, seen in version 3.11 on processors that have them: those of rows that fill no whole tiles.
 * A NaN behind a row's end is multiplied by zeros and comes through, and in 8 bits weights that are no constants are padded with whatever the workspace held.
 * The next implementation in its list is taken.
 */
final class AmxFaults {
    private static final int TILE_ROW_BYTES = 64;

    private AmxFaults() {
    }

    /** Tells by its name whether an implementation of products over {@code depth} elements is right. */
    static Predicate<String> ofProduct(DataType type, long depth) {
        boolean fills = depth * type.bytes() % TILE_ROW_BYTES == 0;
        return name -> fills || !name.contains("amx");
    }
}
