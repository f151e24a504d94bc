package dev.gatun.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.Backends;
import dev.gatun.CompiledFunction;
import dev.gatun.DType;
import dev.gatun.Precision;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.nn.Conv;
import dev.gatun.nn.Pass;
import dev.gatun.op.Convolution;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Fused;
import dev.gatun.op.Ints;
import dev.gatun.spi.Backend;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Convolutions that add a residual to their result: in its memory where nobody else needs it, else in memory of their own. */
class ResidualTest {
    private static final Backend BACKEND = Backends.open("onednn");
    private static final Backend REFERENCE = Backends.open("reference");
    private static final TensorType X = TensorType.of(DType.F32, 2, 32, 9, 7);
    private static final Convolution.Geometry POINTWISE = new Convolution.Geometry(Ints.of(1, 1), Ints.of(0, 0), Ints.of(0, 0), Ints.of(1, 1), 1);

    private final Conv first = Conv.conv2d(32, 32, 1);
    private final Conv second = Conv.conv2d(32, 32, 1);

    ResidualTest() {
        first.initialize(1);
        second.initialize(2);
    }

    @AfterAll
    static void close() {
        BACKEND.close();
        REFERENCE.close();
    }

    private static Tensor random() {
        Random random = new Random(3);
        float[] values = new float[(int) X.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensor.of(values, X.shape().dims());
    }

    /** Returns y = relu(second(r) + r), where r = relu(first(x)), and r as well if {@code keeps}. */
    private List<Tensor> block(Tensor x, boolean keeps) {
        Tensor r = first.forward(x, Pass.inference()).relu();
        Tensor y = second.forward(r, Pass.inference()).add(first.forward(r, Pass.inference()).relu()).relu();
        return keeps ? List.of(y, r) : List.of(y);
    }

    /** Returns y = second(x) + x: the residual is the caller's. */
    private List<Tensor> atInput(Tensor x) {
        return List.of(second.forward(x, Pass.inference()).add(x));
    }

    private List<float[]> numbers(Backend backend, Precision precision, Tensor x) {
        List<float[]> all = new ArrayList<>();
        for (UnaryOperator<List<Tensor>> body : List.<UnaryOperator<List<Tensor>>>of(in -> block(in.getFirst(), false), in -> block(in.getFirst(), true),
                in -> atInput(in.getFirst()))) {
            try (CompiledFunction f = CompiledFunction.of(backend, body).precision(precision)) {
                for (int call = 0; call < 2; call++) {
                    f.call(x).forEach(t -> all.add(t.toFloatArray()));
                }
            }
        }
        return all;
    }

    @Test
    void sumsAreRightWhereverTheResidualLies() {
        Tensor x = random();
        List<float[]> expected = numbers(REFERENCE, Precision.F32, x);
        for (Precision precision : List.of(Precision.F32, Precision.BF16)) {
            List<float[]> results = numbers(BACKEND, precision, x);
            double tolerance = precision == Precision.F32 ? 1e-5 : 0.03;
            for (int i = 0; i < expected.size(); i++) {
                double largest = 0;
                for (float value : expected.get(i)) {
                    largest = Math.max(largest, Math.abs(value));
                }
                for (int k = 0; k < expected.get(i).length; k++) {
                    assertEquals(expected.get(i)[k], results.get(i)[k], tolerance * largest, precision + ", result " + i + ", element " + k);
                }
            }
        }
        x.close();
    }

    @Test
    void aNarrowConvolutionTakesOverTheResidualsMemory() {
        TensorType x = X.with(DType.BF16);
        TensorType w = TensorType.of(DType.BF16, 32, 32, 1, 1);
        TensorType bias = TensorType.of(DType.F32, 32, 1, 1);
        var widen = new Elementwise.Cast(DType.F32);
        var add = new Elementwise.Binary(BinaryFunction.ADD);
        var code = List.of(instruction(widen, 0), instruction(add, 3, 1), instruction(widen, 2), instruction(add, 4, 5),
                new Fused.Instruction(new Elementwise.Cast(DType.BF16), List.of(6), DType.BF16));
        var fused = new Fused.Epilogue(new Convolution.Conv(POINTWISE), 2, new Fused.Region(x.shape(), 3, code, List.of(7)));
        Kernel kernel = BACKEND.compile(new KernelRequest.Epilogue(fused, List.of(x, w, bias, x), List.of(x), Collections.nCopies(4, Layout.PLAIN),
                List.of(false, true, true, false))).orElseThrow();
        assertTrue(kernel.inPlace(3, 0), kernel.name());
        assertFalse(kernel.inPlace(0, 0) || kernel.inPlace(2, 0), kernel.name());
    }

    private static Fused.Instruction instruction(Elementwise op, Integer... arguments) {
        return new Fused.Instruction(op, List.of(arguments), DType.F32);
    }
}
