package dev.gatun.models.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.Shape;
import dev.gatun.models.data.LabelledImages.PixelScale;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BatchesTest {
    /** Images of one pixel that is also the label. */
    private static LabelledImages pixels(int count) {
        byte[] values = new byte[count];
        for (int i = 0; i < count; i++) {
            values[i] = (byte) i;
        }
        return new LabelledImages(1, 1, 128, values, values, PixelScale.UNIT);
    }

    private static List<Long> epoch(Batches batches, int epoch) {
        List<Long> labels = new ArrayList<>();
        for (int place = 0; place < batches.count(); place++) {
            try (Batch batch = batches.batch(epoch, place)) {
                Arrays.stream(batch.labels().toLongArray()).forEach(labels::add);
            }
        }
        return labels;
    }

    @Test
    void pixelsBecomeNumbersByTheScale() {
        var images = new LabelledImages(1, 3, 2, new byte[] {0, 51, (byte) 255}, new byte[] {1}, new PixelScale(.5, .25));
        try (Batch batch = images.batch(0)) {
            assertEquals(Shape.of(1, 1, 1, 3), batch.x().shape());
            assertArrayEquals(new float[] {-2, (51 / 255f - .5f) / .25f, 2}, batch.x().toFloatArray());
            assertArrayEquals(new long[] {1}, batch.labels().toLongArray());
        }
    }

    @Test
    void shuffledEpochHoldsEachImageOnceAndLeavesTheRestOut() {
        Batches batches = Batches.shuffled(pixels(100), 8, 42);
        assertEquals(12, batches.count());
        List<Long> labels = epoch(batches, 0);
        assertEquals(96, labels.size());
        assertEquals(96, new HashSet<>(labels).size());
    }

    @Test
    void eachEpochAndEachSeedHasItsOwnOrder() {
        Batches batches = Batches.shuffled(pixels(100), 10, 42);
        Set<List<Long>> orders = new HashSet<>();
        for (int e = 0; e < 10; e++) {
            orders.add(epoch(batches, e));
            orders.add(epoch(Batches.shuffled(pixels(100), 10, 100 + e), 0));
        }
        assertEquals(20, orders.size());
    }

    @Test
    void batchDependsOnItsPlaceOnlyNotOnWhatWasReadBefore() {
        Batches batches = Batches.shuffled(pixels(100), 10, 42);
        List<Long> third = epoch(batches, 3);
        epoch(batches, 0);
        try (Batch batch = batches.batch(3, 7)) {
            assertEquals(third.subList(70, 80), Arrays.stream(batch.labels().toLongArray()).boxed().toList());
        }
        assertEquals(third, epoch(Batches.shuffled(pixels(100), 10, 42), 3));
    }

    @Test
    void imageAndLabelStayTogether() {
        try (Batch batch = Batches.shuffled(pixels(100), 50, 1).batch(0, 1)) {
            float[] x = batch.x().toFloatArray();
            long[] labels = batch.labels().toLongArray();
            for (int i = 0; i < 50; i++) {
                assertEquals(labels[i] / 255f, x[i]);
            }
        }
    }

    @Test
    void everyPlaceIsEquallyLikely() {
        int[] first = new int[5];
        for (int seed = 0; seed < 5_000; seed++) {
            first[epoch(Batches.shuffled(pixels(5), 5, seed), 0).getFirst().intValue()]++;
        }
        // 1000 each, deviation 28.
        for (int count : first) {
            assertEquals(1_000, count, 150);
        }
    }

    @Test
    void inOrderEndsWithASmallerBatch() {
        Batches batches = Batches.inOrder(pixels(10), 4);
        assertEquals(3, batches.count());
        assertEquals(List.of(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L), epoch(batches, 5));
        try (Batch last = batches.batch(0, 2)) {
            assertEquals(2, last.size());
        }
    }

    @Test
    void impossibleBatchesAreRefused() {
        assertEquals("batches: 10 images do not fill a batch of 11",
                assertThrows(IllegalArgumentException.class, () -> Batches.shuffled(pixels(10), 11, 0)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> Batches.shuffled(pixels(10), 0, 0));
        assertThrows(IllegalArgumentException.class, () -> Batches.inOrder(pixels(10), 0));
        Batches batches = Batches.inOrder(pixels(10), 4);
        assertThrows(IllegalArgumentException.class, () -> batches.batch(0, 3));
        assertThrows(IllegalArgumentException.class, () -> batches.batch(-1, 0));
    }

    @Test
    void labelsOutsideOfTheClassesAreRefused() {
        byte[] one = {3};
        assertEquals("images: label 3 of image 0 is outside of 0 to 2",
                assertThrows(IllegalArgumentException.class, () -> new LabelledImages(1, 1, 3, one, one, PixelScale.UNIT)).getMessage());
        assertEquals("images: 1 pixels do not make 1 images of 2 x 1",
                assertThrows(IllegalArgumentException.class, () -> new LabelledImages(2, 1, 3, one, one, PixelScale.UNIT)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> new PixelScale(0, 0));
    }

    @Test
    void imagesThatAreNotThereAreRefusedAndNotMadeUp() {
        LabelledImages images = pixels(100);
        assertEquals("images: 90 to 200 is no range of 100 images",
                assertThrows(IllegalArgumentException.class, () -> images.slice(90, 200)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> images.slice(50, 20));
        assertThrows(IllegalArgumentException.class, () -> images.slice(-1, 20));
        assertEquals("images: there is no image 100 of 100", assertThrows(IllegalArgumentException.class, () -> images.batch(0, 100)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> images.batch(-1));
        assertEquals(100, images.slice(0, 100).count());
        assertEquals(0, images.slice(100, 100).count());
    }
}
