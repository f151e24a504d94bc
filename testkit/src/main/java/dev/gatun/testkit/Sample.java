package dev.gatun.testkit;

import dev.gatun.DType;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** The operands of one run of a case: types and row-major data on the heap. */
record Sample(List<TensorType> types, List<MemorySegment> data) {
    /** Returns operands of {@code c} with the elements that {@code seed} gives. */
    static Sample of(Case c, DType dtype, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<TensorType> types = c.inputs().stream().map(i -> i.type(dtype)).toList();
        List<MemorySegment> data = new ArrayList<>();
        for (Input input : c.inputs()) {
            TensorType type = input.type(dtype);
            MemorySegment segment = empty(type);
            for (long i = 0; i < type.elements(); i++) {
                if (type.dtype().isFloating()) {
                    Numbers.write(type.dtype(), segment, i, input.domain().real(random));
                } else {
                    long v = input.fixed().isPresent() ? input.domain().integer(random) : Domain.anyInteger(random, type.dtype());
                    Numbers.writeBits(type.dtype(), segment, i, v);
                }
            }
            data.add(segment);
        }
        return new Sample(types, data);
    }

    /** Returns row-major memory for a tensor, zeroed. */
    static MemorySegment empty(TensorType type) {
        return MemorySegment.ofArray(new byte[Math.toIntExact(type.bytes())]);
    }

    /** Returns operands of which floating elements are one of {@code values}, with the given probability. */
    Sample sprinkled(double[] values, double probability, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return mapped(x -> random.nextDouble() < probability ? values[random.nextInt(values.length)] : x);
    }

    /** Returns whether no element is infinite or NaN. */
    boolean isFinite() {
        return IntStream.range(0, types.size()).allMatch(k -> !types.get(k).dtype().isFloating() || LongStream.range(0, types.get(k).elements())
                .allMatch(i -> Double.isFinite(Numbers.read(types.get(k).dtype(), data.get(k), i))));
    }

    /** Returns new tensors with these elements. */
    Tensor[] tensors() {
        return IntStream.range(0, types.size()).mapToObj(i -> Tensor.of(types.get(i), data.get(i))).toArray(Tensor[]::new);
    }

    /** Changes floating elements. */
    private Sample mapped(DoubleUnaryOperator change) {
        List<MemorySegment> changed = new ArrayList<>();
        for (int k = 0; k < types.size(); k++) {
            TensorType type = types.get(k);
            if (!type.dtype().isFloating()) {
                changed.add(data.get(k));
                continue;
            }
            MemorySegment segment = empty(type);
            for (long i = 0; i < type.elements(); i++) {
                Numbers.write(type.dtype(), segment, i, change.applyAsDouble(Numbers.read(type.dtype(), data.get(k), i)));
            }
            changed.add(segment);
        }
        return new Sample(types, changed);
    }
}
