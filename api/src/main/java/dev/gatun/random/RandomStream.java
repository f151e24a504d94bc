package dev.gatun.random;

/**
 * The numbers of one Philox stream one after another, in Java: for first values of parameters, shuffling and made-up data. Drawing only uniform (or
 * only normal) numbers gives the elements that {@link Draws} gives for the key (seed, stream), bit by bit. Not thread-safe.
 */
public final class RandomStream {
    private final long seed;
    private final long stream;
    private final int[] words = new int[4];
    private long blocks;
    private int taken = 4;
    private boolean odd;
    private double radius;
    private int second;

    /** Returns the beginning of a stream. Streams of one seed are independent of each other. */
    public RandomStream(long seed, long stream) {
        this.seed = seed;
        this.stream = stream;
    }

    /** Returns another reader of this stream that begins at its block {@code block}, four words each, wherever this one stands. */
    public RandomStream from(long block) {
        RandomStream other = new RandomStream(seed, stream);
        other.blocks = block;
        return other;
    }

    /** Returns 32 random bits. */
    public int nextBits() {
        if (taken == 4) {
            Philox.block(seed, stream, blocks++, words);
            taken = 0;
        }
        return words[taken++];
    }

    /** Returns a number in [0, 1), a multiple of 2⁻²⁴. */
    public float nextUniform() {
        return Philox.uniform(nextBits());
    }

    /** Returns a number of the standard normal distribution; two words give two of them. */
    public float nextNormal() {
        if (!odd) {
            radius = BoxMuller.radius(nextBits());
            second = nextBits();
        }
        double z = radius * (odd ? BoxMuller.sin(second) : BoxMuller.cos(second));
        odd = !odd;
        return (float) z;
    }

    /**
     * Writes as many uniform numbers as {@code target} has elements, from the next block that nothing was taken of; what is left of the one before, and
     * of this call's last one, is skipped.
     */
    public void uniforms(float[] target) {
        Philox.uniform(seed, stream, skip(target.length), target, target.length);
    }

    /** Writes normal numbers in the way of {@link #uniforms}, many times as fast as one by one. */
    public void normals(float[] target) {
        Philox.normal(seed, stream, skip(target.length), target, target.length);
    }

    /** Takes the blocks of so many words. Returns the first of them. */
    private long skip(int words) {
        long first = blocks;
        blocks += Math.ceilDiv(words, 4);
        taken = 4;
        odd = false;
        return first;
    }

    /** Returns an integer in [0, {@code bound}). @throws IllegalArgumentException if {@code bound} is not positive */
    public int nextInt(int bound) {
        if (bound <= 0) {
            throw new IllegalArgumentException("random: the bound must be positive, got " + bound);
        }
        // 32 random bits times the bound, shifted down: no value is likelier than another by more than 2^-32.
        return (int) ((Integer.toUnsignedLong(nextBits()) * bound) >>> 32);
    }
}
