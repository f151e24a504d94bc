package dev.gatun.reference;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.graph.TypeRules;
import dev.gatun.op.Op;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Small tensors for the tests of the loops, and the way to run an op on them. */
final class Tensors {
    private Tensors() {
    }

    /** Returns a tensor of undefined content. */
    static Elements empty(TensorType type) {
        return Elements.of(type, MemorySegment.ofArray(new byte[(int) type.bytes()]));
    }

    /** Returns a vector of floating {@code values}. */
    static Elements vector(DType dtype, double... values) {
        return doubles(TensorType.of(dtype, values.length), values);
    }

    /** Returns a vector of integer {@code values}. */
    static Elements vector(DType dtype, long... values) {
        return longs(TensorType.of(dtype, values.length), values);
    }

    static Elements doubles(TensorType type, double... values) {
        Elements e = empty(type);
        IntStream.range(0, values.length).forEach(i -> e.set(i, values[i]));
        return e;
    }

    static Elements longs(TensorType type, long... values) {
        Elements e = empty(type);
        IntStream.range(0, values.length).forEach(i -> e.setLong(i, values[i]));
        return e;
    }

    /** Returns 0, 1, 2, ... in the given shape. */
    static Elements counting(DType dtype, int... dims) {
        TensorType type = TensorType.of(dtype, dims);
        return longs(type, LongStream.range(0, type.elements()).toArray());
    }

    static double[] doubles(Elements e) {
        return LongStream.range(0, e.size()).mapToDouble(e::get).toArray();
    }

    static long[] longs(Elements e) {
        return LongStream.range(0, e.size()).map(e::getLong).toArray();
    }

    /** Returns all results of {@code op}, whose types the type rules give. */
    static Elements[] runAll(Op op, Elements... in) {
        List<TensorType> inputs = Stream.of(in).map(Elements::type).toList();
        List<TensorType> outputs = TypeRules.infer(op, inputs);
        Elements[] out = outputs.stream().map(Tensors::empty).toArray(Elements[]::new);
        ReferenceKernels.loop(op, inputs, outputs).run(in, out);
        return out;
    }

    /** Returns the first result of {@code op}. */
    static Elements run(Op op, Elements... in) {
        return runAll(op, in)[0];
    }
}
