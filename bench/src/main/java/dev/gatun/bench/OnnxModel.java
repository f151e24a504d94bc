package dev.gatun.bench;

import dev.gatun.Shape;
import dev.gatun.bench.Blueprint.Node;
import dev.gatun.bench.Blueprint.Piece;
import dev.gatun.bench.Blueprint.Weights;
import dev.gatun.op.Convolution.Geometry;
import dev.gatun.op.Ints;
import dev.gatun.op.Pooling.Divisor;
import dev.gatun.op.Pooling.Window;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An ONNX model of opset 17 with one float32 input {@code x} and one output {@code y}. Field numbers are those of onnx.proto3.
 */
final class OnnxModel {
    private static final int FLOAT = 1;
    private static final int IR_VERSION = 8;
    private static final int OPSET = 17;
    private final Message graph = new Message();
    private int constants;

    private OnnxModel() {
    }

    /** Writes a network. */
    static void write(Path file, Blueprint network) throws IOException {
        OnnxModel model = new OnnxModel();
        for (int i = 1; i < network.nodes().size(); i++) {
            model.piece(network, i);
        }
        model.finish(file, network.input().shape(), network.result().shape());
    }

    /**
     * Writes one LSTM layer, {@code [T, N, I]} to {@code [T, 1, N, H]}. ONNX stacks gates as i, o, f, c, Gatun and PyTorch as i, f, g, o.
     *
     * @param wIh {@code [4·H, I]}
     * @param wHh {@code [4·H, H]}
     * @param bIh {@code [4·H]}
     * @param bHh {@code [4·H]}
     */
    static void writeLstm(Path file, int T, int N, Weights wIh, Weights wHh, Weights bIh, Weights bHh) throws IOException {
        OnnxModel model = new OnnxModel();
        int H = wHh.shape().dim(1);
        int I = wIh.shape().dim(1);
        float[] bias = new float[8 * H];
        System.arraycopy(gates(bIh.data()), 0, bias, 0, 4 * H);
        System.arraycopy(gates(bHh.data()), 0, bias, 4 * H, 4 * H);
        List<String> inputs = List.of("x", model.constant(new Weights(Shape.of(1, 4 * H, I), gates(wIh.data()))),
                model.constant(new Weights(Shape.of(1, 4 * H, H), gates(wHh.data()))), model.constant(new Weights(Shape.of(1, 8 * H), bias)));
        model.node("LSTM", inputs, "y", List.of(integer("hidden_size", H)));
        model.finish(file, Shape.of(T, N, I), Shape.of(T, 1, N, H));
    }

    /** i, f, g, o to i, o, f, g. */
    private static float[] gates(float[] stacked) {
        int size = stacked.length / 4;
        float[] other = new float[stacked.length];
        int[] from = {0, 3, 1, 2};
        for (int g = 0; g < 4; g++) {
            System.arraycopy(stacked, from[g] * size, other, g * size, size);
        }
        return other;
    }

    private void piece(Blueprint network, int i) {
        Node node = network.nodes().get(i);
        List<String> in = node.inputs().stream().map(n -> n == 0 ? "x" : "t" + n).toList();
        String out = i == network.nodes().size() - 1 ? "y" : "t" + i;
        switch (node.piece()) {
            case Piece.Conv c -> node("Conv", with(in, c.w(), c.b()), out, geometry(c.geometry(), c.w().shape()));
            case Piece.Activation a -> {
                switch (a.function()) {
                    case RELU -> node("Relu", in, out, List.of());
                    case LEAKY_RELU -> node("LeakyRelu", in, out, List.of(real("alpha", a.slope())));
                    case TANH -> node("Tanh", in, out, List.of());
                }
            }
            case Piece.Sum _ -> node("Add", in, out, List.of());
            case Piece.MaxPool p -> node("MaxPool", in, out, window(p.window()));
            case Piece.AvgPool p -> {
                List<Message> attributes = new ArrayList<>(window(p.window()));
                attributes.add(integer("count_include_pad", p.divisor() == Divisor.PADDED ? 1 : 0));
                node("AveragePool", in, out, attributes);
            }
            case Piece.Dense d -> node("Gemm", with(in, d.w(), d.b()), out, List.of(integer("transB", 1)));
            case Piece.Concat _ -> node("Concat", in, out, List.of(integer("axis", 1)));
            case Piece.Flatten _ -> node("Flatten", in, out, List.of(integer("axis", 1)));
            case Piece.Input _, Piece.Deconv _, Piece.BatchNorm _ ->
                throw new IllegalArgumentException("onnx: " + node.piece().getClass().getSimpleName() + " has no place in a frozen network");
        }
    }

    private List<String> with(List<String> inputs, Weights w, Optional<Weights> b) {
        List<String> all = new ArrayList<>(inputs);
        all.add(constant(w));
        b.ifPresent(bias -> all.add(constant(bias)));
        return all;
    }

    private static List<Message> geometry(Geometry g, Shape w) {
        return List.of(integers("kernel_shape", Ints.of(w.dim(2), w.dim(3))), integers("strides", g.strides()),
                integers("pads", pads(g.padBefore(), g.padAfter())), integers("dilations", g.dilations()), integer("group", g.groups()));
    }

    private static List<Message> window(Window w) {
        return List.of(integers("kernel_shape", w.kernel()), integers("strides", w.strides()), integers("pads", pads(w.padBefore(), w.padAfter())),
                integer("ceil_mode", w.ceilMode() ? 1 : 0));
    }

    private static Ints pads(Ints before, Ints after) {
        return Ints.of(before.get(0), before.get(1), after.get(0), after.get(1));
    }

    /** TensorProto: dims 1, data_type 2, name 8, raw_data 9. */
    private String constant(Weights weights) {
        String name = "w" + constants++;
        Message tensor = new Message();
        for (int d : weights.shape().dims()) {
            tensor.number(1, d);
        }
        ByteBuffer data = ByteBuffer.allocate(weights.data().length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        data.asFloatBuffer().put(weights.data());
        tensor.number(2, FLOAT).text(8, name).bytes(9, data.array());
        graph.message(5, tensor);
        return name;
    }

    /** NodeProto: input 1, output 2, op_type 4, attribute 5. */
    private void node(String type, List<String> inputs, String output, List<Message> attributes) {
        Message node = new Message();
        inputs.forEach(name -> node.text(1, name));
        node.text(2, output).text(4, type);
        attributes.forEach(a -> node.message(5, a));
        graph.message(1, node);
    }

    /** AttributeProto: name 1, f 2, i 3, ints 8, type 20 (1 float, 2 integer, 7 integers). */
    private static Message integer(String name, long value) {
        return new Message().text(1, name).number(3, value).number(20, 2);
    }

    private static Message real(String name, double value) {
        return new Message().text(1, name).real(2, (float) value).number(20, 1);
    }

    private static Message integers(String name, Ints values) {
        Message attribute = new Message().text(1, name);
        for (int v : values.toArray()) {
            attribute.number(8, v);
        }
        return attribute.number(20, 7);
    }

    /** GraphProto: node 1, name 2, initializer 5, input 11, output 12. ModelProto: ir_version 1, graph 7, opset_import 8. */
    private void finish(Path file, Shape x, Shape y) throws IOException {
        graph.text(2, "network").message(11, value("x", x)).message(12, value("y", y));
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            new Message().number(1, IR_VERSION).message(7, graph).message(8, new Message().text(1, "").number(2, OPSET)).bytes().writeTo(out);
        }
    }

    /** ValueInfoProto: name 1, type 2; of it tensor_type 1: elem_type 1, shape 2; of it dim 1: dim_value 1. */
    private static Message value(String name, Shape shape) {
        Message dims = new Message();
        for (int d : shape.dims()) {
            dims.message(1, new Message().number(1, d));
        }
        return new Message().text(1, name).message(2, new Message().message(1, new Message().number(1, FLOAT).message(2, dims)));
    }
}
