package dev.gatun.optim;

/** Ranges of hyperparameters. */
final class Check {
    private Check() {
    }

    static void positive(String what, double value) {
        require(value > 0, what + " must be positive", value);
    }

    static void notNegative(String what, double value) {
        require(value >= 0 && value < Double.POSITIVE_INFINITY, what + " must be a number and not negative", value);
    }

    /** For what weighs the past against the present: 1 would never learn. */
    static void decay(String what, double value) {
        require(value >= 0 && value < 1, what + " must be in [0, 1)", value);
    }

    static void share(String what, double value) {
        require(value >= 0 && value <= 1, what + " must be in [0, 1]", value);
    }

    private static void require(boolean holds, String rule, double value) {
        if (!holds) {
            throw new IllegalArgumentException(rule + ", got " + value);
        }
    }
}
