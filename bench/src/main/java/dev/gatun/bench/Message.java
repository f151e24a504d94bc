package dev.gatun.bench;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * One protobuf message, put together field by field, without a schema. A {@link ByteString} is a rope: the gigabyte of weights of a large network is copied
 * nowhere, neither into the messages around them nor together.
 */
final class Message {
    private final List<ByteString> parts = new ArrayList<>();

    /** Writes one field or a part of it. */
    private interface Field {
        void writeTo(CodedOutputStream out) throws IOException;
    }

    /** Appends an integer. */
    Message number(int field, long value) {
        return encoded(out -> out.writeInt64(field, value));
    }

    /** Appends a float. */
    Message real(int field, float value) {
        return encoded(out -> out.writeFloat(field, value));
    }

    /** Appends a text. */
    Message text(int field, String value) {
        return encoded(out -> out.writeString(field, value));
    }

    /** Appends bytes, which must not be changed afterwards. */
    Message bytes(int field, byte[] value) {
        return delimited(field, UnsafeByteOperations.unsafeWrap(value));
    }

    /** Appends a message that is complete. */
    Message message(int field, Message value) {
        return delimited(field, value.bytes());
    }

    /** Returns the message as it is written to a file. */
    ByteString bytes() {
        return ByteString.copyFrom(parts);
    }

    private Message delimited(int field, ByteString value) {
        encoded(out -> {
            out.writeTag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt32NoTag(value.size());
        });
        parts.add(value);
        return this;
    }

    private Message encoded(Field field) {
        ByteString.Output bytes = ByteString.newOutput();
        try {
            CodedOutputStream out = CodedOutputStream.newInstance(bytes);
            field.writeTo(out);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("a stream in memory failed", e);
        }
        parts.add(bytes.toByteString());
        return this;
    }
}
