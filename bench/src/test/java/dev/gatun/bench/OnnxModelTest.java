package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import dev.gatun.Shape;
import dev.gatun.bench.Blueprint.Weights;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written is read by protobuf's own parser; field numbers are those of onnx.proto3. */
class OnnxModelTest {
    @TempDir
    private Path folder;

    private static UnknownFieldSet message(UnknownFieldSet of, int field) throws InvalidProtocolBufferException {
        return UnknownFieldSet.parseFrom(of.getField(field).getLengthDelimitedList().getFirst());
    }

    private static List<String> texts(UnknownFieldSet of, int field) {
        return of.getField(field).getLengthDelimitedList().stream().map(ByteString::toStringUtf8).toList();
    }

    private UnknownFieldSet graph(Path file) throws IOException {
        UnknownFieldSet model = UnknownFieldSet.parseFrom(Files.readAllBytes(file));
        assertEquals(List.of(8L), model.getField(1).getVarintList());
        assertEquals(List.of(17L), message(model, 8).getField(2).getVarintList());
        return message(model, 7);
    }

    @Test
    void aNetworkIsNodesWithNamedWeights() throws IOException {
        Path file = folder.resolve("lenet.onnx");
        OnnxModel.write(file, BlueprintReader.of(Networks.layer("lenet"), Networks.input("lenet", 2), false));
        UnknownFieldSet graph = graph(file);
        UnknownFieldSet convolution = message(graph, 1);
        assertEquals(List.of("x", "w0", "w1"), texts(convolution, 1));
        assertEquals(List.of("Conv"), texts(convolution, 4));
        UnknownFieldSet weights = message(graph, 5);
        assertEquals(List.of("w0"), texts(weights, 8));
        int count = weights.getField(1).getVarintList().stream().mapToInt(Long::intValue).reduce(1, (a, b) -> a * b);
        assertEquals(4 * count, weights.getField(9).getLengthDelimitedList().getFirst().size());
        assertEquals(List.of("x"), texts(message(graph, 11), 1));
        assertEquals(List.of("y"), texts(message(graph, 12), 1));
    }

    @Test
    void gatesOfAnLstmAreInTheOrderOfOnnx() throws IOException {
        Path file = folder.resolve("lstm.onnx");
        // One hidden unit, one input: gates i, f, g, o are 1, 2, 3, 4; ONNX has i, o, f, c.
        Weights w = new Weights(Shape.of(4, 1), new float[] {1, 2, 3, 4});
        Weights b = new Weights(Shape.of(4), new float[] {1, 2, 3, 4});
        OnnxModel.writeLstm(file, 3, 2, w, w, b, b);
        UnknownFieldSet graph = graph(file);
        assertEquals(List.of("LSTM"), texts(message(graph, 1), 4));
        float[] gates = new float[4];
        message(graph, 5).getField(9).getLengthDelimitedList().getFirst().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer()
                .get(gates);
        assertEquals("[1.0, 4.0, 2.0, 3.0]", Arrays.toString(gates));
    }
}
