package dev.gatun.formats;

import dev.gatun.Tensor;
import dev.gatun.TensorType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * One tensor in a file, in NumPy's .npy format: the bytes {@code 93 "NUMPY"}, the version (1.0, 2.0 or 3.0), the length of the header (2 bytes, from
 * version 2 on 4), the {@linkplain NpyHeader header}, the elements. All element types but BF16 have a counterpart in NumPy.
 */
public final class Npy {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int ALIGNMENT = 64;
    /** As NumPy's own limit for files that are not trusted. */
    private static final int MAX_HEADER = 10_000;

    private Npy() {
    }

    /**
     * Reads a file, in either byte order, row-major or column-major.
     *
     * @throws FormatException if it is not a valid .npy file, or its element type is none of ours
     * @throws IOException if it cannot be read
     */
    public static Tensor load(Path file) throws IOException {
        MemorySegment all = InputFile.map(file);
        int prefix = MAGIC.length + 2;
        if (all.byteSize() < prefix || !Arrays.equals(all.asSlice(0, MAGIC.length).toArray(ValueLayout.JAVA_BYTE), MAGIC)) {
            throw new FormatException(file, "does not begin as a .npy file does");
        }
        int major = all.get(ValueLayout.JAVA_BYTE, MAGIC.length);
        if (major < 1 || major > 3 || all.get(ValueLayout.JAVA_BYTE, MAGIC.length + 1) != 0) {
            throw new FormatException(file, "has version " + major + "." + all.get(ValueLayout.JAVA_BYTE, MAGIC.length + 1)
                    + " of the .npy format; read are 1.0, 2.0 and 3.0");
        }
        int start = prefix + (major == 1 ? 2 : 4);
        if (all.byteSize() < start) {
            throw new FormatException(file, "is truncated: it ends before its header");
        }
        long length = major == 1 ? Short.toUnsignedLong(all.get(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), prefix))
                : Integer.toUnsignedLong(all.get(ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), prefix));
        if (length > MAX_HEADER) {
            throw new FormatException(file, "claims a header of " + length + " bytes; more than " + MAX_HEADER + " are not read");
        }
        if (length > all.byteSize() - start) {
            throw new FormatException(file, "is truncated: its header takes " + length + " bytes, but only " + (all.byteSize() - start) + " follow");
        }
        byte[] text = all.asSlice(start, length).toArray(ValueLayout.JAVA_BYTE);
        NpyHeader header = NpyHeader.parse(file, new String(text, major == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1));
        MemorySegment data = all.asSlice(start + length);
        if (data.byteSize() != header.type().bytes()) {
            throw new FormatException(file, "is " + header.type() + ", which takes " + header.type().bytes() + " bytes, but " + data.byteSize()
                    + " follow the header" + (data.byteSize() < header.type().bytes() ? ": it is truncated" : ""));
        }
        return tensor(file, header, data);
    }

    private static Tensor tensor(Path file, NpyHeader header, MemorySegment data) throws IOException {
        TensorType type = header.type();
        if (!header.fortran() || type.shape().rank() < 2) {
            return TensorBytes.read(file, "the tensor", type, header.order(), bytes -> bytes.copyFrom(data));
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment rows = arena.allocate(Math.max(1, type.bytes()), type.dtype().bytes()).asSlice(0, type.bytes());
            copyFromColumns(data, type, rows);
            return TensorBytes.read(file, "the tensor", type, header.order(), bytes -> bytes.copyFrom(rows));
        }
    }

    /** Copies elements that lie with the first axis fastest to {@code rows}, where the last is. */
    private static void copyFromColumns(MemorySegment data, TensorType type, MemorySegment rows) {
        int bytes = type.dtype().bytes();
        int[] dims = type.shape().dims();
        int[] place = new int[dims.length];
        long from = 0;
        for (long to = 0; to < type.elements(); to++) {
            MemorySegment.copy(data, from * bytes, rows, to * bytes, bytes);
            // The next place in row-major order, and where it lies: axis i has the stride d0 d1 ... d(i-1).
            long stride = type.elements();
            for (int i = dims.length - 1; i >= 0; i--) {
                stride /= dims[i];
                from += stride;
                if (++place[i] < dims[i]) {
                    break;
                }
                place[i] = 0;
                from -= stride * dims[i];
            }
        }
    }

    /**
     * Writes a file as a whole or not at all: version 1.0, little-endian, row-major. A tensor that is not evaluated yet is.
     *
     * @throws IllegalArgumentException if the element type is BF16, which NumPy lacks
     * @throws IOException if that fails; no partial file is left, and one that was there is as it was
     */
    public static void save(Path file, Tensor tensor) throws IOException {
        TensorType type = tensor.type();
        String kind = NpyHeader.kind(type.dtype()).orElseThrow(() -> new IllegalArgumentException(
                "npy: NumPy has no " + type.dtype().label() + "; write cast(DType.F32) first"));
        String text = NpyHeader.text(type, kind);
        int prefix = MAGIC.length + 4;
        int padded = Math.ceilDiv(prefix + text.length() + 1, ALIGNMENT) * ALIGNMENT - prefix;
        ByteBuffer head = ByteBuffer.allocate(prefix + padded).order(ByteOrder.LITTLE_ENDIAN)
                .put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) padded)
                .put((text + " ".repeat(padded - text.length() - 1) + "\n").getBytes(StandardCharsets.US_ASCII)).flip();
        AtomicFile.write(file, channel -> {
            TensorBytes.writeAll(channel, head);
            TensorBytes.write(channel, tensor);
        });
    }
}
