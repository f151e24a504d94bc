package dev.gatun.models.data;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * The content of an IDX file of unsigned bytes, the format of MNIST: two zero bytes, the element type, the number of axes, the size of each axis (32
 * bits, big-endian), then the elements in row-major order. Whether it is packed with gzip is seen from its first bytes, not from its name.
 *
 * <p>Files are not trusted: the sizes are held against the length of the file before memory is taken for them. Source: Y. LeCun, "The MNIST
 * database".
 *
 * @param dims the size of each axis
 * @param elements the bytes, each to be read as unsigned
 */
public record Idx(List<Integer> dims, byte[] elements) {
    /** More is not taken for one file, so that a file made to fill the memory is refused. */
    private static final long LARGEST = 1L << 30;

    private static final int UNSIGNED_BYTE = 0x08;
    private static final List<Integer> OTHER_TYPES = List.of(0x09, 0x0B, 0x0C, 0x0D, 0x0E);
    /** Deflate cannot pack more bytes than these in one. */
    private static final long DEFLATE_RATIO = 1032;
    private static final int GZIP_MAGIC = 0x1F8B;

    /** @throws IllegalArgumentException if the sizes do not multiply to the number of elements */
    public Idx {
        dims = List.copyOf(dims);
        long count = dims.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
        if (count != elements.length) {
            throw new IllegalArgumentException("idx: the sizes " + dims + " do not multiply to the " + elements.length + " elements");
        }
    }

    /**
     * Reads a file.
     *
     * @throws MalformedFileException if it is no IDX file of unsigned bytes, or is cut short, or goes on behind its elements
     * @throws IOException if it cannot be read
     */
    public static Idx read(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString());
        }
        if (!Files.isRegularFile(file)) {
            throw new MalformedFileException(file, "it is not a file");
        }
        long length = Files.size(file);
        try (var raw = new BufferedInputStream(Files.newInputStream(file))) {
            raw.mark(2);
            boolean packed = (raw.read() << 8 | raw.read()) == GZIP_MAGIC;
            raw.reset();
            return packed ? read(file, new GZIPInputStream(raw), length * DEFLATE_RATIO) : read(file, raw, length);
        } catch (EOFException cut) {
            throw new MalformedFileException(file, "it is cut short");
        } catch (ZipException damaged) {
            throw new MalformedFileException(file, "its compressed data is damaged (" + damaged.getMessage() + ")");
        }
    }

    /** @param longest how many bytes {@code in} gives at most */
    private static Idx read(Path file, InputStream in, long longest) throws IOException {
        var data = new DataInputStream(in);
        int zeros = data.readUnsignedShort();
        int type = data.readUnsignedByte();
        int rank = data.readUnsignedByte();
        if (zeros != 0 || type != UNSIGNED_BYTE && !OTHER_TYPES.contains(type)) {
            throw new MalformedFileException(file, "it is no IDX file: its first bytes are " + String.format("%04x %02x %02x", zeros, type, rank));
        }
        if (type != UNSIGNED_BYTE) {
            throw new MalformedFileException(file, String.format("its elements have the IDX type 0x%02x, but must be unsigned bytes (0x08)", type));
        }
        Integer[] dims = new Integer[rank];
        for (int axis = 0; axis < rank; axis++) {
            dims[axis] = data.readInt();
        }
        int count = count(file, dims, longest - 4 - 4L * rank);
        byte[] elements = data.readNBytes(count);
        if (elements.length < count) {
            throw new MalformedFileException(file, "it is cut short: " + sizes(dims) + " needs " + count + " elements, the file has "
                    + elements.length);
        }
        if (data.read() >= 0) {
            throw new MalformedFileException(file, "it goes on behind the " + count + " elements of " + sizes(dims));
        }
        return new Idx(Arrays.asList(dims), elements);
    }

    private static int count(Path file, Integer[] dims, long longest) throws MalformedFileException {
        long count = 1;
        for (int size : dims) {
            if (size < 0) {
                throw new MalformedFileException(file, "the size " + Integer.toUnsignedString(size) + " of an axis is too large");
            }
            // Both factors are below 2^31 wherever this goes on, so the product cannot overflow.
            count *= size;
            if (count > LARGEST) {
                throw new MalformedFileException(file, sizes(dims) + " is more than the " + LARGEST + " elements that are read");
            }
        }
        if (count > longest) {
            throw new MalformedFileException(file, "it is cut short: " + sizes(dims) + " needs " + count
                    + " elements, the file cannot hold more than " + Math.max(0, longest));
        }
        return (int) count;
    }

    private static String sizes(Integer[] dims) {
        return dims.length == 0 ? "a single element" : Arrays.stream(dims).map(String::valueOf).collect(Collectors.joining(" x "));
    }
}
