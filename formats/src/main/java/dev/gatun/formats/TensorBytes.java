package dev.gatun.formats;

import dev.gatun.DType;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** The elements of a tensor as files hold them: checked and brought to the machine's byte order when read, little-endian when written. */
final class TensorBytes {
    /** {@link ByteBuffer} views end at 2 GiB, so larger tensors are written in parts. */
    private static final long PART_BYTES = 1L << 30;

    private TensorBytes() {
    }

    /** Where bytes come from. */
    @FunctionalInterface
    interface Source {
        /** Fills {@code target}. */
        void read(MemorySegment target) throws IOException;
    }

    /**
     * Returns a tensor of row-major bytes.
     *
     * @param name what messages call it
     * @throws FormatException if it is BOOL and a byte is neither 0 nor 1
     * @throws IOException if they cannot be read
     */
    static Tensor read(Path file, String name, TensorType type, ByteOrder order, Source source) throws IOException {
        return Tensor.written(type, bytes -> {
            source.read(bytes);
            if (type.dtype() == DType.BOOL) {
                requireTruth(file, name, bytes);
            }
            if (order != ByteOrder.nativeOrder()) {
                reverse(bytes, type.dtype().bytes());
            }
        });
    }

    private static void requireTruth(Path file, String name, MemorySegment bytes) throws FormatException {
        for (long i = 0; i < bytes.byteSize(); i++) {
            byte b = bytes.get(ValueLayout.JAVA_BYTE, i);
            if (b != 0 && b != 1) {
                throw new FormatException(file, name + " is bool, but its byte " + i + " is " + b + ", neither 0 nor 1");
            }
        }
    }

    /** Writes the elements of {@code tensor}, row-major and little-endian. */
    static void write(FileChannel channel, Tensor tensor) throws IOException {
        TensorType type = tensor.type();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment staging = arena.allocate(Math.max(1, type.bytes()), type.dtype().bytes()).asSlice(0, type.bytes());
            tensor.copyTo(staging);
            if (ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN) {
                reverse(staging, type.dtype().bytes());
            }
            for (long at = 0; at < type.bytes(); at += PART_BYTES) {
                writeAll(channel, staging.asSlice(at, Math.min(PART_BYTES, type.bytes() - at)).asByteBuffer());
            }
        }
    }

    /** Writes all of {@code bytes}, however many calls that takes. */
    static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Reverses the bytes of each element. @param size the bytes of an element */
    private static void reverse(MemorySegment data, int size) {
        for (long at = 0; at < data.byteSize(); at += size) {
            for (int i = 0, j = size - 1; i < j; i++, j--) {
                byte b = data.get(ValueLayout.JAVA_BYTE, at + i);
                data.set(ValueLayout.JAVA_BYTE, at + i, data.get(ValueLayout.JAVA_BYTE, at + j));
                data.set(ValueLayout.JAVA_BYTE, at + j, b);
            }
        }
    }
}
