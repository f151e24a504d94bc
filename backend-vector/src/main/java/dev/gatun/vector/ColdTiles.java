package dev.gatun.vector;

import dev.gatun.vector.blocked.BlockedKernels;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Gets the tiles of a product with frozen weights compiled. A network whose last layer is such a product calls each of those at its edges once a call: in the
 * first compiler's code they take milliseconds, and the JIT compiler comes round to them after ten seconds.
 *
 * @param rows so many that all tiles of a product of more rows are among theirs
 * @param columns those that a product's whole panels leave over, or 0
 */
record ColdTiles(int rows, int columns) {
    /** Steps of a call that is not idle. */
    private static final int K = 24;

    private static final long ROW = Tiles.COLUMNS * Native.FLOAT;

    private static final Set<ColdTiles> STARTED = ConcurrentHashMap.newKeySet();

    /** Starts with those of a product of {@code M} rows and {@code N} columns, once in the life of the JVM. */
    static void start(int M, int N) {
        ColdTiles tiles = new ColdTiles(Math.min(M, 2 * Tiles.ROWS + M % Tiles.ROWS), N % Tiles.COLUMNS);
        if (STARTED.add(tiles)) {
            BlockedKernels.warmUpLater(tiles::loops);
        }
    }

    /** Returns short calls of the tiles. @param zeros 8 KiB of zeros, before 56 KiB that calls write */
    List<ColdLoop> loops(long zeros) {
        ColdLoop whole = idle -> multiply(Tiles.COLUMNS, idle, true, zeros);
        return columns == 0 ? List.of(whole)
                : List.of(whole, idle -> multiply(columns, idle, false, zeros), idle -> multiply(columns, idle, true, zeros));
    }

    private void multiply(int width, boolean idle, boolean accumulate, long zeros) {
        long result = zeros + (8 << 10);
        long scratch = zeros + (32 << 10);
        long step = Tiles.ROWS * Native.FLOAT;
        Tiles.multiply(rows, width, idle ? 0 : K, zeros, step, Native.FLOAT, step, zeros, Panels.width(width) * Native.FLOAT, result, ROW, accumulate, scratch);
    }
}
