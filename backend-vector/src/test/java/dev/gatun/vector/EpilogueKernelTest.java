package dev.gatun.vector;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Contraction;
import dev.gatun.op.Convolution;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Elementwise.Binary;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Elementwise.Unary;
import dev.gatun.op.Elementwise.UnaryFunction;
import dev.gatun.op.Elementwise.Where;
import dev.gatun.op.Fused;
import dev.gatun.op.Fused.Instruction;
import dev.gatun.op.Ints;
import dev.gatun.op.Op;
import dev.gatun.spi.KernelRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("every-width")
class EpilogueKernelTest {
    private static void check(Class<?> kernel, Op root, Fused.Region region, Operand a, Operand b, Operand... rest) {
        Operand product = Requests.reference(root, List.of(new TensorType(DType.F32, region.shape())), a, b).getFirst();
        Operand[] regionOperands = Stream.concat(Stream.of(product), Stream.of(rest)).toArray(Operand[]::new);
        List<Operand> expected = Requests.reference(region, regionOperands);
        Operand[] operands = Stream.concat(Stream.of(a, b), Stream.of(rest)).toArray(Operand[]::new);
        List<TensorType> inputs = Stream.of(operands).map(Operand::type).toList();
        var request = new KernelRequest.Epilogue(new Fused.Epilogue(root, 2, region), inputs, expected.stream().map(Operand::type).toList(),
                Requests.plain(inputs), Collections.nCopies(inputs.size(), false));
        assertInstanceOf(kernel, Requests.ALONE.unwatched(request).orElseThrow());
        List<Operand> actual = Requests.run(request, operands);
        for (int r = 0; r < expected.size(); r++) {
            // Up to 27 products of numbers below 4 are summed: 27 · 16 · 2⁻²³.
            actual.get(r).assertNear(expected.get(r), 1e-5, 5e-5, request + " result " + r);
        }
    }

    private static Fused.Region region(Shape shape, int inputs, List<Integer> results, Instruction... code) {
        return new Fused.Region(shape, inputs, new ArrayList<>(List.of(code)), results);
    }

    private static Instruction floats(Elementwise op, Integer... arguments) {
        return new Instruction(op, List.of(arguments), DType.F32);
    }

    @Test
    void aRegionThatIsNoBiasAndReluRunsOverTheProductInPlace() {
        var tanh = region(Shape.of(19, 37), 1, List.of(1), floats(new Unary(UnaryFunction.TANH), 0));
        check(EpilogueKernel.class, new Contraction.MatMul(false, true), tanh, Operand.random(1, 19, 23), Operand.random(2, 37, 23));
        var leaky = region(Shape.of(2, 5, 7, 9), 4, List.of(7), floats(new Binary(BinaryFunction.ADD), 0, 1),
                new Instruction(new Binary(BinaryFunction.GT), List.of(4, 2), DType.BOOL), floats(new Binary(BinaryFunction.MUL), 4, 3),
                floats(new Where(), 5, 4, 6));
        var conv = new Convolution.Conv(new Convolution.Geometry(Ints.of(1, 1), Ints.of(1, 1), Ints.of(1, 1), Ints.of(1, 1), 1));
        check(EpilogueKernel.class, conv, leaky, Operand.random(1, 2, 3, 7, 9), Operand.random(2, 5, 3, 3, 3), Operand.random(3, 5, 1, 1),
                Operand.floats(new int[0], 0), Operand.floats(new int[0], 0.2));
    }

    @Test
    void theProductMovesToTheWorkspaceWhereNoResultCanTakeItsPlace() {
        var positive = region(Shape.of(19, 37), 2, List.of(2), new Instruction(new Binary(BinaryFunction.GT), List.of(0, 1), DType.BOOL));
        // No element of the product is so near to 1000 that its error decides.
        check(EpilogueKernel.class, new Contraction.MatMul(false, false), positive, Operand.random(1, 19, 3), Operand.random(2, 3, 37),
                Operand.floats(new int[0], 1000));
        var kept = region(Shape.of(19, 37), 1, List.of(0, 1), floats(new Unary(UnaryFunction.ABS), 0));
        check(EpilogueKernel.class, new Contraction.MatMul(true, false), kept, Operand.random(1, 23, 19), Operand.random(2, 23, 37));
    }

    @Test
    void biasResidualAndReluAreTakenIntoTheProduct() {
        var dense = region(Shape.of(19, 37), 3, List.of(5), floats(new Binary(BinaryFunction.ADD), 0, 1), floats(new Binary(BinaryFunction.ADD), 2, 3),
                floats(new Unary(UnaryFunction.RELU), 4));
        check(MatMulKernel.class, new Contraction.MatMul(false, true), dense, Operand.random(1, 19, 23), Operand.random(2, 37, 23), Operand.random(3, 37),
                Operand.random(4, 19, 37));
    }
}
