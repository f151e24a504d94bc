package dev.gatun.vector;

/**
 * How workers share the steps of a sequence: a grid of samples by blocks of units. Samples know nothing of each other, so workers that share samples only
 * never wait; those that share the units of the same samples meet at every step. Who computes what changes no bit of it.
 */
record RnnGrid(int sampleParts, int unitParts) {
    /** One worker does everything. */
    static final RnnGrid ALONE = new RnnGrid(1, 1);

    // In products of vectors, about a cycle each.
    private static final long FORK = 6000;
    private static final long MEETING = 1500;
    /** Of one vector of one gate: its activation and the memory it goes through. */
    private static final long GATE = 30;
    /** With fewer rows a product takes the time that its weights take to arrive from the second or third-level cache. */
    private static final int LEAST_ROWS = 4;
    /** Bytes of weights that stay in a worker's second-level cache from step to step. Of more, each vector costs about a product's time at every step. */
    private static final long CACHED = 1 << 20;

    /** Returns the fastest grid of at most {@code workers} cells. @param meetings how often those who share units meet in a step */
    static RnnGrid of(RnnShape s, int workers, int meetings) {
        RnnGrid best = ALONE;
        long least = best.cost(s, meetings);
        for (int samples = 1; samples <= Math.min(workers, s.N()); samples++) {
            for (int units = 1; units <= Math.min(workers / samples, s.blocks()); units++) {
                RnnGrid grid = new RnnGrid(samples, units);
                long cost = grid.cost(s, meetings);
                if (cost < least) {
                    least = cost;
                    best = grid;
                }
            }
        }
        return best;
    }

    private long cost(RnnShape s, int meetings) {
        long rows = Math.ceilDiv(s.N(), sampleParts);
        long vectors = (long) Math.ceilDiv(s.blocks(), unitParts) * s.gates() * Tiles.COLUMNS / Simd.LANES;
        long weights = vectors * (s.H() + (s.N() >= RnnInput.MANY ? s.I() : 0));
        long arrival = weights * Simd.BYTES > CACHED ? weights : 0;
        long step = arrival + vectors * (Math.max(rows, LEAST_ROWS) * s.H() + rows * GATE) + (unitParts > 1 ? meetings * MEETING : 0);
        return s.T() * step + (cells() > 1 ? FORK : 0);
    }

    /** Returns how many workers have something to do. */
    int cells() {
        return sampleParts * unitParts;
    }

    /** Returns the first sample of {@code part}. */
    int firstSample(int part, int samples) {
        return (int) Workers.share(samples, part, sampleParts);
    }

    /** Returns the first block of {@code part}. */
    int firstBlock(int part, int blocks) {
        return (int) Workers.share(blocks, part, unitParts);
    }
}
