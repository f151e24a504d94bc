package dev.gatun.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** One protobuf message, put together field by field; large ones are not copied into those around them. Source: the protocol buffers wire format. */
final class Protobuf {
    private static final int VARINT = 0;
    private static final int LENGTH = 2;
    private static final int FIXED32 = 5;
    private final List<byte[]> parts = new ArrayList<>();
    private long size;

    /** Appends an integer. */
    Protobuf number(int field, long value) {
        return tag(field, VARINT).varint(value);
    }

    /** Appends a float. */
    Protobuf real(int field, float value) {
        return tag(field, FIXED32).part(ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN).putFloat(value).array());
    }

    /** Appends a text. */
    Protobuf text(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    /** Appends bytes, which must not be changed afterwards. */
    Protobuf bytes(int field, byte[] value) {
        return tag(field, LENGTH).varint(value.length).part(value);
    }

    /** Appends a message that is complete. */
    Protobuf message(int field, Protobuf value) {
        tag(field, LENGTH).varint(value.size);
        value.parts.forEach(this::part);
        return this;
    }

    /** Writes the message. */
    void writeTo(OutputStream out) throws IOException {
        for (byte[] part : parts) {
            out.write(part);
        }
    }

    private Protobuf tag(int field, int type) {
        return varint((long) field << 3 | type);
    }

    private Protobuf part(byte[] bytes) {
        parts.add(bytes);
        size += bytes.length;
        return this;
    }

    /** Seven bits a byte, the lowest first. */
    private Protobuf varint(long value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            bytes.write((int) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        bytes.write((int) rest);
        return part(bytes.toByteArray());
    }
}
