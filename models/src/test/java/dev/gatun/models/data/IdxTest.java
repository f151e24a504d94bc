package dev.gatun.models.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxTest {
    @TempDir
    private Path folder;

    private static final byte[] TWO_BY_THREE = HexFormat.of().parseHex("00000802" + "00000002" + "00000003" + "0001027f80ff");

    private Path file(byte[] content) throws IOException {
        return Files.write(folder.resolve("digits-idx2-ubyte"), content);
    }

    private static byte[] gzip(byte[] content) throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(packed)) {
            out.write(content);
        }
        return packed.toByteArray();
    }

    /** Returns what is wrong with a file of these bytes, after checking that the message begins with the file's name. */
    private String fault(byte[] content) throws IOException {
        Path file = file(content);
        String message = assertThrows(MalformedFileException.class, () -> Idx.read(file)).getMessage();
        assertTrue(message.startsWith(file + ": "), message);
        assertEquals(1, message.lines().count(), message);
        return message.substring(file.toString().length() + 2);
    }

    private static byte[] header(int type, int... dims) {
        var buffer = ByteBuffer.allocate(4 + 4 * dims.length).put((byte) 0).put((byte) 0).put((byte) type).put((byte) dims.length);
        Arrays.stream(dims).forEach(buffer::putInt);
        return buffer.array();
    }

    @Test
    void plainAndPackedFilesGiveTheSame() throws IOException {
        for (byte[] content : List.of(TWO_BY_THREE, gzip(TWO_BY_THREE))) {
            Idx idx = Idx.read(file(content));
            assertEquals(List.of(2, 3), idx.dims());
            assertArrayEquals(new byte[] {0, 1, 2, 0x7F, (byte) 0x80, (byte) 0xFF}, idx.elements());
        }
    }

    @Test
    void anAxisMayBeEmpty() throws IOException {
        assertEquals(List.of(0, 28, 28), Idx.read(file(header(8, 0, 28, 28))).dims());
    }

    @Test
    void missingFileIsNamed() {
        Path absent = folder.resolve("absent");
        assertEquals(absent.toString(), assertThrows(NoSuchFileException.class, () -> Idx.read(absent)).getFile());
    }

    @Test
    void folderIsNoFile() {
        assertEquals(folder + ": it is not a file", assertThrows(MalformedFileException.class, () -> Idx.read(folder)).getMessage());
    }

    @Test
    void everyShorterFileIsCutShort() throws IOException {
        for (int length = 0; length < TWO_BY_THREE.length; length++) {
            assertTrue(fault(Arrays.copyOf(TWO_BY_THREE, length)).startsWith("it is cut short"), "length " + length);
        }
    }

    @Test
    void everyShorterPackedFileIsRefused() throws IOException {
        byte[] packed = gzip(TWO_BY_THREE);
        for (int length = 0; length < packed.length; length++) {
            assertFalse(fault(Arrays.copyOf(packed, length)).isBlank(), "length " + length);
        }
    }

    @Test
    void bytesBehindTheElementsAreRefused() throws IOException {
        byte[] longer = Arrays.copyOf(TWO_BY_THREE, TWO_BY_THREE.length + 1);
        assertEquals("it goes on behind the 6 elements of 2 x 3", fault(longer));
        assertEquals("it goes on behind the 6 elements of 2 x 3", fault(gzip(longer)));
    }

    @Test
    void otherFilesAndOtherElementTypesAreToldApart() throws IOException {
        assertEquals("it is no IDX file: its first bytes are 504b 03 04", fault(HexFormat.of().parseHex("504b03040000")));
        assertEquals("it is no IDX file: its first bytes are 0000 00 00", fault(new byte[50]));
        assertEquals("its elements have the IDX type 0x0d, but must be unsigned bytes (0x08)", fault(header(0x0D, 1)));
    }

    @Test
    void sizesAreHeldAgainstTheFileBeforeMemoryIsTaken() throws IOException {
        assertEquals("it is cut short: 60000 x 28 x 28 needs 47040000 elements, the file cannot hold more than 0", fault(header(8, 60_000, 28, 28)));
        assertTrue(fault(gzip(header(8, 60_000, 28, 28))).startsWith("it is cut short: 60000 x 28 x 28 needs 47040000 elements, the file cannot"));
        assertEquals("2147483647 x 2147483647 x 2147483647 x 2147483647 is more than the 1073741824 elements that are read",
                fault(header(8, Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE)));
        assertEquals("the size 4294967295 of an axis is too large", fault(header(8, -1, 1)));
        // The product is 0 in 64 bits.
        assertEquals("65536 x 65536 x 65536 x 65536 is more than the 1073741824 elements that are read",
                fault(header(8, 65_536, 65_536, 65_536, 65_536)));
    }

    @Test
    void whatUnpacksToMoreThanTheHeaderSaysIsNotUnpacked() throws IOException {
        byte[] bomb = Arrays.copyOf(header(8, 2, 3), 50_000_000);
        byte[] packed = gzip(bomb);
        assertTrue(packed.length < 60_000);
        assertEquals("it goes on behind the 6 elements of 2 x 3", fault(packed));
    }

    @Test
    void anyDamageToAPackedFileIsNoticedOrHarmless() throws IOException {
        byte[] packed = gzip(TWO_BY_THREE);
        var random = new Random(1);
        int refused = 0;
        for (int round = 0; round < 2_000; round++) {
            byte[] damaged = packed.clone();
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            try {
                // The checksum covers the content, so what is accepted is right: a bit of the time stamp, say, was hit.
                assertArrayEquals(Arrays.copyOfRange(TWO_BY_THREE, 12, 18), Idx.read(file(damaged)).elements());
            } catch (MalformedFileException noticed) {
                refused++;
            }
        }
        assertTrue(refused > 1_000, "only " + refused + " of 2000 were noticed");
    }

    @Test
    void anyDamageToAPlainHeaderIsRefusedInOneSentence() throws IOException {
        var random = new Random(2);
        for (int round = 0; round < 2_000; round++) {
            byte[] damaged = TWO_BY_THREE.clone();
            damaged[random.nextInt(12)] ^= (byte) (1 << random.nextInt(8));
            assertFalse(fault(damaged).isBlank());
        }
    }
}
