package dev.gatun.models.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class DigitsTest {
    @Test
    void sameSeedDrawsTheSameBytesForEver() {
        var crc = new CRC32();
        crc.update(Digits.draw(1, 0, 100).pixels());
        assertEquals("779ef183", Long.toHexString(crc.getValue()), "digits changed: models trained on them before are no longer comparable");
    }

    @Test
    void imageDoesNotDependOnWhatElseIsDrawn() {
        LabelledImages all = Digits.draw(5, 0, 40);
        LabelledImages some = Digits.draw(5, 13, 9);
        assertArrayEquals(all.slice(13, 22).pixels(), some.pixels());
        assertArrayEquals(all.slice(13, 22).labels(), some.labels());
    }

    @Test
    void otherSeedsAndOtherNumbersAreOtherImages() {
        byte[] image = Digits.draw(5, 20, 1).pixels();
        assertFalse(Arrays.equals(image, Digits.draw(6, 20, 1).pixels()));
        assertFalse(Arrays.equals(image, Digits.draw(5, 30, 1).pixels()), "both are a 0");
    }

    @Test
    void labelsGoRoundTheTenDigits() {
        assertArrayEquals(new byte[] {8, 9, 0, 1, 2}, Digits.draw(0, 28, 5).labels());
    }

    @Test
    void scaleIsThatOfTheImages() {
        byte[] pixels = Digits.draw(3, 0, 2_000).pixels();
        double sum = 0;
        double squares = 0;
        for (byte pixel : pixels) {
            double p = Byte.toUnsignedInt(pixel) / 255.0;
            sum += p;
            squares += p * p;
        }
        double mean = sum / pixels.length;
        assertEquals(Digits.SCALE.mean(), mean, .005);
        assertEquals(Digits.SCALE.deviation(), Math.sqrt(squares / pixels.length - mean * mean), .005);
    }

    @Test
    void inkStaysAwayFromTheBorder() {
        // Noise alone stays below 24 * 510 / 147.79 = 83; ink on the border is brighter than that.
        LabelledImages images = Digits.draw(9, 0, 2_000);
        int cut = 0;
        for (int i = 0; i < images.count(); i++) {
            for (int p = 0; p < 28; p++) {
                int base = i * 784;
                for (int edge : new int[] {base + p, base + 27 * 28 + p, base + 28 * p, base + 28 * p + 27}) {
                    cut += Byte.toUnsignedInt(images.pixels()[edge]) > 84 ? 1 : 0;
                }
            }
        }
        assertTrue(cut < 100, cut + " pixels of ink on the borders of 2000 images");
    }

    @Test
    void negativeNumbersAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> Digits.draw(0, -1, 1));
        assertThrows(IllegalArgumentException.class, () -> Digits.draw(0, 0, -1));
    }

    @Test
    void tenThousandImagesTakeLessThanTenSeconds() {
        // .4 s on the machine where this was written.
        Assertions.assertTimeout(Duration.ofSeconds(10), () -> Digits.draw(2, 0, 10_000));
    }
}
