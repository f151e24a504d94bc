package dev.gatun.optim;

/**
 * A learning rate that falls when a measure (a validation loss) no longer does: by {@code factor} after more than {@code patience} observations in a
 * row that are not below the best one by a ten-thousandth of it. Source: PyTorch ReduceLROnPlateau. Not thread-safe.
 */
public final class Plateau {
    private static final double THRESHOLD = 1e-4;

    private final double factor;
    private final int patience;
    private double rate;
    private double best = Double.POSITIVE_INFINITY;
    private int worse;

    /**
     * Makes one that begins with the rate {@code base}.
     *
     * @throws IllegalArgumentException if the base is not positive, the factor not in (0, 1), or the patience negative
     */
    public Plateau(double base, double factor, int patience) {
        Check.positive("plateau: base", base);
        if (!(factor > 0 && factor < 1) || patience < 0) {
            throw new IllegalArgumentException("plateau: needs a factor in (0, 1) and no negative patience, got " + factor + " and " + patience);
        }
        this.rate = base;
        this.factor = factor;
        this.patience = patience;
    }

    /** Notes a measure, of which less is better, and returns the rate from now on. */
    public float observe(double measure) {
        if (measure < best - THRESHOLD * Math.abs(best) || best == Double.POSITIVE_INFINITY && measure < best) {
            best = measure;
            worse = 0;
        } else if (++worse > patience) {
            rate *= factor;
            worse = 0;
        }
        return rate();
    }

    /** Returns the present rate. */
    public float rate() {
        return (float) rate;
    }
}
