package dev.gatun.quantization;

/** An interval of numbers; of those that a network's values take. @throws IllegalArgumentException if it is empty or not finite */
public record Range(float low, float high) {
    /** Checks the ends. */
    public Range {
        if (!(low <= high) || Float.isInfinite(low) || Float.isInfinite(high)) {
            throw new IllegalArgumentException("range: " + low + " to " + high + " is no interval of numbers");
        }
    }

    /** Returns the smallest interval with both inside. */
    public Range union(Range other) {
        return new Range(Math.min(low, other.low), Math.max(high, other.high));
    }
}
