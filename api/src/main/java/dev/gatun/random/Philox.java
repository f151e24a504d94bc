package dev.gatun.random;

/**
 * Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (2011): ten rounds of
 * multiplication and exclusive or scramble a counter of four 32-bit words under a key of two into four random words. Any block can be computed by itself,
 * so the numbers do not depend on the order, or on how many processors compute them.
 *
 * <p>Counter words 0 and 1 are the low and high half of {@code counter}, words 2 and 3 those of {@code stream}; key words 0 and 1 are the low and high half of
 * {@code seed}.
 */
public final class Philox {
    private static final long MULTIPLIER_0 = 0xD2511F53L;
    private static final long MULTIPLIER_1 = 0xCD9E8D57L;
    /** The golden ratio and √3 - 1, as fractions of 2³². */
    private static final int KEY_STEP_0 = 0x9E3779B9;
    private static final int KEY_STEP_1 = 0xBB67AE85;
    private static final int ROUNDS = 10;

    private Philox() {
    }

    /** Writes block {@code counter} of {@code stream} under {@code seed}. @param four receives the words, each to be read as unsigned */
    public static void block(long seed, long stream, long counter, int[] four) {
        int c0 = (int) counter;
        int c1 = (int) (counter >>> 32);
        int c2 = (int) stream;
        int c3 = (int) (stream >>> 32);
        int k0 = (int) seed;
        int k1 = (int) (seed >>> 32);
        for (int round = 0; round < ROUNDS; round++) {
            long product0 = MULTIPLIER_0 * Integer.toUnsignedLong(c0);
            long product1 = MULTIPLIER_1 * Integer.toUnsignedLong(c2);
            c0 = (int) (product1 >>> 32) ^ c1 ^ k0;
            c1 = (int) product1;
            c2 = (int) (product0 >>> 32) ^ c3 ^ k1;
            c3 = (int) product0;
            k0 += KEY_STEP_0;
            k1 += KEY_STEP_1;
        }
        four[0] = c0;
        four[1] = c1;
        four[2] = c2;
        four[3] = c3;
    }

    /** Returns the uniform number of a word: (word ≫ 8) · 2⁻²⁴, in [0, 1), exact in float. */
    public static float uniform(int word) {
        return (word >>> 8) * 0x1p-24f;
    }

    /**
     * Returns the normal number of the word pair (w₀, w₁) by Box and Muller: with ρ = √(-2 ln((w₀ + 1)·2⁻³²)) and θ = 2π w₁·2⁻³², ρ sin θ if {@code odd},
     * else ρ cos θ, computed in double; every machine gets the same bits.
     */
    public static float normal(int w0, int w1, boolean odd) {
        return (float) (BoxMuller.radius(w0) * (odd ? BoxMuller.sin(w1) : BoxMuller.cos(w1)));
    }

    /** Fills {@code target} with what {@link dev.gatun.op.Random.Draw} of UNIFORM gives for the key (seed, stream). */
    public static void uniform(long seed, long stream, float[] target) {
        uniform(seed, stream, 0, target, target.length);
    }

    /** Fills {@code target} with what {@link dev.gatun.op.Random.Draw} of NORMAL gives for the key (seed, stream). */
    public static void normal(long seed, long stream, float[] target) {
        normal(seed, stream, 0, target, target.length);
    }

    /** Writes the first {@code n} uniform numbers that begin at block {@code first} of a stream. */
    static void uniform(long seed, long stream, long first, float[] target, int n) {
        int[] four = new int[4];
        for (int i = 0; i < n; i++) {
            if (i % 4 == 0) {
                block(seed, stream, first + i / 4, four);
            }
            target[i] = uniform(four[i % 4]);
        }
    }

    /** Writes the first {@code n} normal numbers that begin at block {@code first} of a stream. */
    static void normal(long seed, long stream, long first, float[] target, int n) {
        int[] four = new int[4];
        for (int i = 0; i < n; i += 2) {
            if (i % 4 == 0) {
                block(seed, stream, first + i / 4, four);
            }
            double radius = BoxMuller.radius(four[i % 4]);
            int w1 = four[i % 4 + 1];
            target[i] = (float) (radius * BoxMuller.cos(w1));
            if (i + 1 < n) {
                target[i + 1] = (float) (radius * BoxMuller.sin(w1));
            }
        }
    }
}
