package dev.gatun.models.data;

import dev.gatun.models.data.LabelledImages.PixelScale;
import dev.gatun.random.RandomStream;

/**
 * Digits that are drawn, not collected, so that they can be had everywhere: the strokes of a digit, bent, rotated, sheared, scaled and shifted at
 * random, drawn with a pen of random width on 28 x 28 pixels, in random ink and noise.
 *
 * <p>Image i of a seed is the same bytes on every machine and whatever else is drawn: it depends on (seed, i) only. Its label is i mod 10.
 */
public final class Digits {
    /** Mean and deviation of these images. */
    public static final PixelScale SCALE = new PixelScale(.106, .230);

    private static final int SIZE = 28;
    private static final int CLASSES = 10;
    /** Pixels of the box in which {@link Strokes} draws. */
    private static final double BOX = 20;

    private Digits() {
    }

    /**
     * Draws images {@code first} ... {@code first + count - 1} of a seed. Other numbers are other images: keep what is learnt and what is tested
     * apart by them.
     *
     * @throws IllegalArgumentException if {@code first} or {@code count} is negative
     */
    public static LabelledImages draw(long seed, long first, int count) {
        if (first < 0 || count < 0) {
            throw new IllegalArgumentException("digits: first " + first + " and count " + count + " must not be negative");
        }
        byte[] pixels = new byte[Math.multiplyExact(count, SIZE * SIZE)];
        byte[] labels = new byte[count];
        for (int i = 0; i < count; i++) {
            labels[i] = (byte) ((first + i) % CLASSES);
            paint(labels[i], new RandomStream(seed, first + i), pixels, i * SIZE * SIZE);
        }
        return new LabelledImages(SIZE, SIZE, CLASSES, pixels, labels, SCALE);
    }

    private static void paint(int digit, RandomStream random, byte[] pixels, int offset) {
        double[][][] variants = Strokes.OF_DIGIT[digit];
        double[][] strokes = variants[random.nextInt(variants.length)];
        Hand hand = Hand.of(random);
        double radius = between(random, .7, 1.7);
        float[] ink = new float[SIZE * SIZE];
        for (double[] stroke : strokes) {
            double x0 = 0;
            double y0 = 0;
            for (int p = 0; p < stroke.length; p += 2) {
                double x1 = hand.x(stroke[p], stroke[p + 1]);
                double y1 = hand.y(stroke[p], stroke[p + 1]);
                if (p > 0) {
                    line(ink, x0, y0, x1, y1, radius);
                }
                x0 = x1;
                y0 = y1;
            }
        }
        double white = between(random, 150, 255);
        double noise = between(random, 0, 24);
        for (int i = 0; i < ink.length; i++) {
            double p = ink[i] * white + noise * bell(random.nextBits());
            pixels[offset + i] = (byte) Math.clamp(Math.round(p), 0, 255);
        }
    }

    /** Draws a line with round ends. A pixel takes as much ink as its middle is within the pen's radius, over one pixel at the edge. */
    private static void line(float[] ink, double x0, double y0, double x1, double y1, double radius) {
        double reach = radius + .5;
        double dx = x1 - x0;
        double dy = y1 - y0;
        double length2 = dx * dx + dy * dy;
        int top = Math.max(0, (int) Math.ceil(Math.min(y0, y1) - reach));
        int bottom = Math.min(SIZE - 1, (int) Math.floor(Math.max(y0, y1) + reach));
        int left = Math.max(0, (int) Math.ceil(Math.min(x0, x1) - reach));
        int right = Math.min(SIZE - 1, (int) Math.floor(Math.max(x0, x1) + reach));
        for (int y = top; y <= bottom; y++) {
            for (int x = left; x <= right; x++) {
                // The nearest point of the line is at part t of the way.
                double t = length2 == 0 ? 0 : Math.clamp(((x - x0) * dx + (y - y0) * dy) / length2, 0, 1);
                double ex = x - x0 - t * dx;
                double ey = y - y0 - t * dy;
                float covered = (float) Math.clamp(reach - Math.sqrt(ex * ex + ey * ey), 0, 1);
                ink[y * SIZE + x] = Math.max(ink[y * SIZE + x], covered);
            }
        }
    }

    private static double between(RandomStream random, double low, double high) {
        return low + (high - low) * random.nextUniform();
    }

    /** Returns a nearly normal number: the sum of a word's four bytes, less its mean 510, by its deviation √(4·(256² - 1)/12). */
    private static double bell(int word) {
        int sum = (word & 255) + (word >>> 8 & 255) + (word >>> 16 & 255) + (word >>> 24);
        return (sum - 510) / 147.79;
    }

    /**
     * How one image is written: places (u, v) of the unit box, v downward, are bent, then mapped to pixels.
     *
     * @param bend how far lines sway, {@code phase} and {@code waves} where
     */
    private record Hand(double xu, double xv, double yu, double yv, double shiftX, double shiftY, double bend, double waves, double phase) {
        static Hand of(RandomStream random) {
            double angle = between(random, -.3, .3);
            double width = BOX * between(random, .7, 1.15);
            double height = BOX * between(random, .8, 1.15);
            double shear = between(random, -.3, .3);
            double cos = StrictMath.cos(angle);
            double sin = StrictMath.sin(angle);
            double shiftX = 13.5 + between(random, -2.5, 2.5);
            double shiftY = 13.5 + between(random, -2.5, 2.5);
            double bend = between(random, 0, .045);
            double waves = between(random, 3, 7);
            // rotation · shear · scale
            return new Hand(cos * width, (cos * shear - sin) * height, sin * width, (sin * shear + cos) * height, shiftX, shiftY, bend, waves,
                    between(random, 0, 2 * Math.PI));
        }

        double x(double u, double v) {
            return xu * (bentU(u, v) - .5) + xv * (bentV(u, v) - .5) + shiftX;
        }

        double y(double u, double v) {
            return yu * (bentU(u, v) - .5) + yv * (bentV(u, v) - .5) + shiftY;
        }

        private double bentU(double u, double v) {
            return u + bend * StrictMath.sin(waves * v + phase);
        }

        private double bentV(double u, double v) {
            return v + bend * StrictMath.sin(waves * u + 2 * phase);
        }
    }
}
