package dev.gatun.quantization;

/** How the range of a value is chosen from what it was seen to be. */
public sealed interface Observer {
    /** Returns the range for values with this histogram. */
    Range range(Histogram seen);

    /** Returns the observer that keeps every value inside. */
    static Observer minMax() {
        return new MinMax();
    }

    /** Returns the observer that cuts the largest values off on either side. @param keep the part that stays inside, e.g. .9999 */
    static Observer percentile(double keep) {
        return new Percentile(keep);
    }

    /** Returns the observer that loses the least information. */
    static Observer entropy() {
        return new Entropy();
    }

    /** From the smallest to the largest. */
    record MinMax() implements Observer {
        @Override
        public Range range(Histogram seen) {
            return new Range(seen.low(), seen.high());
        }
    }

    /** Without the part 1 - {@code keep} of the values at either end. */
    record Percentile(double keep) implements Observer {
        /** Checks the part. @throws IllegalArgumentException if it is not above one half and at most 1 */
        public Percentile {
            if (!(keep > 0.5 && keep <= 1)) {
                throw new IllegalArgumentException("percentile: " + keep + " of the values must stay inside; that is above .5 and at most 1");
            }
        }

        @Override
        public Range range(Histogram seen) {
            double low = seen.low() >= 0 ? seen.low() : Math.min(0, seen.quantile(1 - keep));
            return new Range((float) low, (float) Math.max(low, seen.quantile(keep)));
        }
    }

    /**
     * Cuts off beyond the size T at which the histogram of 8-bit values tells most of the original: the T with the least Kullback-Leibler divergence
     * Σ p ln(p/q) of p, the histogram of |x| with everything beyond T in its last interval, and q, the same in as many steps as 8 bits have on that side.
     * The first interval, with the zeros that ReLU leaves, counts as the second.
     * Source: Migacz, 8-bit inference with TensorRT, GTC 2017.
     */
    record Entropy() implements Observer {
        @Override
        public Range range(Histogram seen) {
            int steps = seen.low() < 0 ? 128 : 256;
            long[] sizes = seen.sizes();
            // Zeros cost nothing in any grid, and where they are many they would outweigh all else.
            sizes[0] = sizes[1];
            double threshold = threshold(sizes, steps) * seen.width();
            return new Range((float) Math.max(seen.low(), -threshold), (float) Math.min(seen.high(), threshold));
        }

        /** How many intervals lie between two cuts that are tried. */
        private static final int STRIDE = 8;

        /** Returns after how many intervals to cut. */
        static int threshold(long[] sizes, int steps) {
            int used = sizes.length;
            while (used > 0 && sizes[used - 1] == 0) {
                used--;
            }
            int best = used;
            double least = Double.POSITIVE_INFINITY;
            for (int kept = steps; kept <= used; kept += STRIDE) {
                double d = divergence(sizes, kept, steps);
                if (d < least) {
                    least = d;
                    best = kept;
                }
            }
            return best;
        }

        private static double divergence(long[] sizes, int kept, int steps) {
            double total = 0;
            double beyond = 0;
            for (int i = 0; i < sizes.length; i++) {
                total += sizes[i];
                beyond += i >= kept ? sizes[i] : 0;
            }
            double inside = total - beyond;
            double sum = 0;
            for (int step = 0; step < steps; step++) {
                int from = (int) ((long) step * kept / steps);
                int to = (int) ((long) (step + 1) * kept / steps);
                double mass = 0;
                int occupied = 0;
                for (int i = from; i < to; i++) {
                    mass += sizes[i];
                    occupied += sizes[i] > 0 ? 1 : 0;
                }
                for (int i = from; i < to; i++) {
                    double p = (sizes[i] + (i == kept - 1 ? beyond : 0)) / total;
                    if (p > 0) {
                        // What is in no interval of q, the last one with only outliers, costs as much as if it were the rarest there is.
                        double q = sizes[i] > 0 ? mass / occupied / inside : 1 / total;
                        sum += p * Math.log(p / q);
                    }
                }
            }
            return sum;
        }
    }
}
