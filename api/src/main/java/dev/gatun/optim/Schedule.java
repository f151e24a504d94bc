package dev.gatun.optim;

/**
 * A learning rate as a function of how far training is: steps or epochs done, 0 at the beginning. A rate is an input of a {@link TrainStep}, so a
 * schedule is plain Java. Formulas are those of PyTorch's schedulers.
 */
@FunctionalInterface
public interface Schedule {
    /** Returns the rate after {@code done} steps. */
    float rate(long done);

    /** Returns {@code base} throughout. */
    static Schedule constant(double base) {
        return done -> (float) base;
    }

    /** Returns base · factor^⌊done / every⌋. @throws IllegalArgumentException if {@code every} is less than 1 */
    static Schedule step(double base, long every, double factor) {
        requireSteps("step", every);
        return done -> (float) (base * Math.pow(factor, Math.floorDiv(done, every)));
    }

    /** Returns base · factor^n, where n counts the milestones that are not above {@code done}. */
    static Schedule multiStep(double base, double factor, long... milestones) {
        long[] own = milestones.clone();
        return done -> {
            int passed = 0;
            for (long milestone : own) {
                passed += milestone <= done ? 1 : 0;
            }
            return (float) (base * Math.pow(factor, passed));
        };
    }

    /** Returns base · factor^done. */
    static Schedule exponential(double base, double factor) {
        return done -> (float) (base * Math.pow(factor, done));
    }

    /**
     * Returns least + (base - least)·(1 + cos(π·done/steps))/2, and {@code least} behind. Source: Loshchilov and Hutter 2017.
     *
     * @throws IllegalArgumentException if {@code steps} is less than 1
     */
    static Schedule cosine(double base, double least, long steps) {
        requireSteps("cosine", steps);
        return done -> (float) (least + (base - least) * (1 + Math.cos(Math.PI * Math.min(done, steps) / steps)) / 2);
    }

    /** Returns this schedule behind {@code steps} steps in which the rate rises in equal parts to its first. Source: Goyal et al. 2017. */
    default Schedule warmedUp(long steps) {
        requireSteps("warmedUp", steps);
        return done -> done < steps ? (float) (rate(0) * (double) (done + 1) / steps) : rate(done - steps);
    }

    private static void requireSteps(String name, long steps) {
        if (steps < 1) {
            throw new IllegalArgumentException("schedule: " + name + " needs at least 1 step, got " + steps);
        }
    }
}
