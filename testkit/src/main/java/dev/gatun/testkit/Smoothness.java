package dev.gatun.testkit;

/** How often a case may be differentiated. */
public enum Smoothness {
    /** Not at all: its results are integers, or its op is not for training. */
    NONE,
    /** Once, almost everywhere: what lies at the kinks is not looked at. */
    ONCE,
    /** Twice. */
    TWICE
}
