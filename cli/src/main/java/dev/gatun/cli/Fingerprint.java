package dev.gatun.cli;

import dev.gatun.models.data.LabelledImages;
import java.util.OptionalLong;
import java.util.zip.CRC32C;

/**
 * By which the images of a training are known again.
 *
 * @param images how many there are: with batch and seed that decides which of them come next
 * @param crc32c checksum of all pixels, then all labels; empty in a checkpoint of an older version
 */
record Fingerprint(int images, OptionalLong crc32c) {
    static Fingerprint of(LabelledImages images) {
        CRC32C sum = new CRC32C();
        sum.update(images.pixels());
        sum.update(images.labels());
        return new Fingerprint(images.count(), OptionalLong.of(sum.getValue()));
    }

    /** Returns whether both may be of the same images, as far as they tell. */
    boolean matches(Fingerprint other) {
        return images == other.images && (crc32c.isEmpty() || other.crc32c.isEmpty() || crc32c.equals(other.crc32c));
    }
}
