package dev.gatun.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A tensor of a test: its type and its elements as doubles, row-major. */
record Values(TensorType type, double[] data) {
    Values {
        assertEquals(type.elements(), data.length, () -> "elements of " + type);
    }

    /** Returns an F64 tensor. */
    static Values of(Shape shape, double... data) {
        return new Values(new TensorType(DType.F64, shape), data);
    }

    /** Returns an F64 tensor of numbers in [-1, 1). */
    static Values random(long seed, int... dims) {
        Shape shape = Shape.of(dims);
        return of(shape, new SplittableRandom(seed).doubles(shape.elements(), -1, 1).toArray());
    }

    Shape shape() {
        return type.shape();
    }

    /** Returns these elements as another type, which must hold them. */
    Values as(DType dtype) {
        return new Values(type.with(dtype), data);
    }

    /** Returns the sum of products with a tensor of the same shape. */
    double dot(Values other) {
        assertEquals(shape(), other.shape());
        return IntStream.range(0, data.length).mapToDouble(i -> data[i] * other.data[i]).sum();
    }

    /** Returns this with the vector {@code bias} added along {@code axis}. */
    Values plus(Values bias, int axis) {
        long inner = shape().elements(axis + 1, shape().rank());
        return new Values(type, IntStream.range(0, data.length).mapToDouble(i -> data[i] + bias.data[(int) (i / inner % shape().dim(axis))]).toArray());
    }

    /** Returns this times the vector {@code scale} along {@code axis}. */
    Values times(Values scale, int axis) {
        long inner = shape().elements(axis + 1, shape().rank());
        return new Values(type, IntStream.range(0, data.length).mapToDouble(i -> data[i] * scale.data[(int) (i / inner % shape().dim(axis))]).toArray());
    }

    /** Runs a loop into segments filled with garbage, so that an element that it does not write is seen. */
    static List<Values> run(Loop loop, List<TensorType> out, Values... in) {
        Elements[] operands = Stream.of(in).map(Values::elements).toArray(Elements[]::new);
        Elements[] results = out.stream().map(Values::garbage).toArray(Elements[]::new);
        loop.run(operands, results);
        return Stream.of(results).map(Values::read).toList();
    }

    private Elements elements() {
        Elements elements = garbage(type);
        for (int i = 0; i < data.length; i++) {
            elements.set(i, data[i]);
        }
        return elements;
    }

    private static Elements garbage(TensorType type) {
        return Elements.of(type, MemorySegment.ofArray(new byte[Math.toIntExact(type.bytes())]).fill((byte) 0x5A));
    }

    private static Values read(Elements elements) {
        return new Values(elements.type(), IntStream.range(0, Math.toIntExact(elements.type().elements())).mapToDouble(elements::get).toArray());
    }

    /** Asserts that each element is within {@code relative}·|expected| + {@code absolute} of that of {@code expected}, and the shapes are equal. */
    void assertNear(Values expected, double relative, double absolute, String what) {
        assertEquals(expected.shape(), shape(), what);
        for (int i = 0; i < data.length; i++) {
            double e = expected.data[i];
            if (!(Math.abs(data[i] - e) <= relative * Math.abs(e) + absolute)) {
                fail(what + ": element " + i + " of " + type + " is " + data[i] + ", expected " + e);
            }
        }
    }

    /** Asserts that the elements are exactly these; NaN equals NaN. */
    void assertExactly(double... expected) {
        assertEquals(Arrays.toString(expected), Arrays.toString(data));
    }
}
