package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class ProtobufTest {
    /** The examples of the specification of the wire format. */
    @Test
    void fieldsAreWrittenAsTheSpecificationShows() throws IOException {
        assertEquals("089601", hex(new Protobuf().number(1, 150)));
        assertEquals("120774657374696e67", hex(new Protobuf().text(2, "testing")));
        assertEquals("1a03089601", hex(new Protobuf().message(3, new Protobuf().number(1, 150))));
    }

    @Test
    void floatsAndLargeNumbersKeepTheirBits() throws IOException {
        assertEquals("150000803f", hex(new Protobuf().real(2, 1)));
        assertEquals("a20100", hex(new Protobuf().bytes(20, new byte[0])));
        assertEquals("08ffffffffffffffffff01", hex(new Protobuf().number(1, -1)));
    }

    private static String hex(Protobuf message) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        message.writeTo(bytes);
        return HexFormat.of().formatHex(bytes.toByteArray());
    }
}
