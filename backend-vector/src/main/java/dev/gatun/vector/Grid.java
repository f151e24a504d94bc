package dev.gatun.vector;

/** How a matrix is cut into cells for workers. */
final class Grid {
    /** What packing a float costs, in multiplications with it. */
    private static final long PACKING = 12;

    private Grid() {
    }

    /**
     * Returns into how many columns a grid of {@code parts} cells cuts an {@code M} x {@code N} product, so that the largest cell costs least; the
     * grid has {@code parts} / columns rows. Cells in one row pack the same rows of A, each for itself, cells in one column the same columns of B.
     */
    static int columns(int parts, int M, int N, boolean packA, boolean packB) {
        long best = Long.MAX_VALUE;
        int columns = 1;
        for (int candidate = 1; candidate <= parts; candidate++) {
            if (parts % candidate != 0) {
                continue;
            }
            // The last tiles are only as large as what is left: to take them for full ones made cells of 192 and 139 columns out of 331.
            long rows = Math.min(M, Math.ceilDiv(Math.ceilDiv(M, Tiles.ROWS), parts / candidate) * (long) Tiles.ROWS);
            long width = Math.min(Panels.width(N), Math.ceilDiv(Math.ceilDiv(N, Tiles.COLUMNS), candidate) * (long) Tiles.COLUMNS);
            long cost = rows * width + (packB ? PACKING * width : 0) + (packA ? PACKING * rows : 0);
            if (cost < best) {
                best = cost;
                columns = candidate;
            }
        }
        return columns;
    }

    /** Returns into how many parts each of {@code items} is cut for {@code workers}: one if whole items can be dealt out evenly enough. */
    static int parts(long items, int workers) {
        return items % workers == 0 || items >= 4L * workers ? 1 : workers;
    }

    /** Returns where part {@code part} of {@code parts} of 0..{@code size} begins, in multiples of {@code unit}. */
    static int start(int size, int unit, int part, int parts) {
        return (int) Math.min(size, unit * Workers.share(Math.ceilDiv(size, unit), part, parts));
    }
}
