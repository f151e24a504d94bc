package dev.gatun.testkit;

import dev.gatun.CompiledFunction;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.spi.Backend;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a run gave: types and row-major data on the heap. */
record Outcome(List<TensorType> types, List<MemorySegment> data) {
    /** Compiles a case for {@code backend} and calls it once. */
    static Outcome of(Backend backend, Case c, Sample sample) {
        try (CompiledFunction f = CompiledFunction.of(backend, c.function())) {
            return call(f, sample);
        }
    }

    /** Compiles a case whose operands but the first are constants, and calls it once. */
    static Outcome ofFrozen(Backend backend, Case c, Sample sample) {
        Tensor[] operands = sample.tensors();
        List<Tensor> constants = List.of(operands).subList(1, operands.length);
        try (CompiledFunction f = CompiledFunction.of(backend, in -> {
            List<Tensor> all = new ArrayList<>(in);
            all.addAll(constants);
            return c.function().apply(all);
        })) {
            return taken(f.call(operands[0]));
        } finally {
            for (Tensor t : operands) {
                t.close();
            }
        }
    }

    /** Calls a compiled case. */
    static Outcome call(CompiledFunction f, Sample sample) {
        Tensor[] operands = sample.tensors();
        try {
            return taken(f.call(operands));
        } finally {
            for (Tensor t : operands) {
                t.close();
            }
        }
    }

    /** Takes the values of {@code results}, which are closed. */
    static Outcome taken(List<Tensor> results) {
        List<TensorType> types = new ArrayList<>();
        List<MemorySegment> data = new ArrayList<>();
        for (Tensor t : results) {
            MemorySegment segment = Sample.empty(t.type());
            t.copyTo(segment);
            types.add(t.type());
            data.add(segment);
        }
        results.forEach(Tensor::close);
        return new Outcome(types, data);
    }

    /** Returns where this differs from {@code other} in a bit, if it does. */
    Optional<String> differenceInBits(Outcome other) {
        if (!types.equals(other.types)) {
            return Optional.of("results are " + types + " and " + other.types);
        }
        for (int k = 0; k < data.size(); k++) {
            long at = data.get(k).mismatch(other.data.get(k));
            if (at >= 0) {
                TensorType type = types.get(k);
                long i = at / type.dtype().bytes();
                return Optional.of("element " + i + " of result " + k + " " + type + " is " + Numbers.text(type.dtype(), data.get(k), i) + " and "
                        + Numbers.text(type.dtype(), other.data.get(k), i));
            }
        }
        return Optional.empty();
    }
}
