package dev.gatun.models.data;

import dev.gatun.random.RandomStream;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The batches of a data set, epoch by epoch. Which images a batch holds depends on the seed, the epoch and the batch's place only, so training can be
 * taken up anywhere. Thread-safe.
 */
public final class Batches {
    private final LabelledImages images;
    private final int size;
    private final int count;
    private final boolean shuffled;
    private final long seed;
    private volatile Order last = new Order(-1, new int[0]);

    /** The order of the images in an epoch. */
    private record Order(int epoch, int[] places) { }

    private Batches(LabelledImages images, int size, int count, boolean shuffled, long seed) {
        this.images = images;
        this.size = size;
        this.count = count;
        this.shuffled = shuffled;
        this.seed = seed;
    }

    /**
     * Returns batches for training: each epoch in another random order, and all of the same size: images left over at the end of an epoch wait for
     * another.
     *
     * @throws IllegalArgumentException if {@code size} is not positive or there are fewer images than that
     */
    public static Batches shuffled(LabelledImages images, int size, long seed) {
        if (size < 1 || size > images.count()) {
            throw new IllegalArgumentException("batches: " + images.count() + " images do not fill a batch of " + size);
        }
        return new Batches(images, size, images.count() / size, true, seed);
    }

    /**
     * Returns batches of all images in their own order; the last one may be smaller.
     *
     * @throws IllegalArgumentException if {@code size} is not positive
     */
    public static Batches inOrder(LabelledImages images, int size) {
        if (size < 1) {
            throw new IllegalArgumentException("batches: the size must be positive, got " + size);
        }
        return new Batches(images, size, Math.ceilDiv(images.count(), size), false, 0);
    }

    /** Returns the number of batches in an epoch. */
    public int count() {
        return count;
    }

    /** Returns the number of images in a batch; the last may have fewer where images are in their own order. */
    public int size() {
        return size;
    }

    /** Returns a batch. @param epoch from 0 @param place from 0 to {@link #count} - 1 @throws IllegalArgumentException if there is no such batch */
    public Batch batch(int epoch, int place) {
        if (epoch < 0 || place < 0 || place >= count) {
            throw new IllegalArgumentException("batches: there is no batch " + place + " of epoch " + epoch + "; an epoch has " + count);
        }
        int[] order = order(epoch);
        return images.batch(Arrays.copyOfRange(order, place * size, Math.min(order.length, (place + 1) * size)));
    }

    private int[] order(int epoch) {
        Order order = last;
        if (order.epoch() != epoch) {
            int[] places = IntStream.range(0, images.count()).toArray();
            if (shuffled) {
                shuffle(places, new RandomStream(seed, epoch));
            }
            order = new Order(epoch, places);
            last = order;
        }
        return order.places();
    }

    /** Fisher and Yates: each order is equally likely. */
    private static void shuffle(int[] places, RandomStream random) {
        for (int i = places.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int p = places[i];
            places[i] = places[j];
            places[j] = p;
        }
    }
}
