package dev.gatun.testkit;

import dev.gatun.Producer;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.op.Movement;
import dev.gatun.spi.Arguments;
import dev.gatun.spi.Backend;
import dev.gatun.spi.HostBuffer;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Runs what was recorded op by op, each with the reference's loop for it: no planner, so that its mistakes show. On request every intermediate result
 * is moved by a digit, up or down, which shows how much the rounding of intermediate results matters.
 */
final class Interpreter {
    private final Backend reference;
    private final double epsilon;
    private final SplittableRandom random;
    private final Arena arena;
    private final Map<Producer, List<MemorySegment>> results = new IdentityHashMap<>();

    private Interpreter(Backend reference, double epsilon, long seed, Arena arena) {
        this.reference = reference;
        this.epsilon = epsilon;
        this.random = new SplittableRandom(seed);
        this.arena = arena;
    }

    /** Runs a case as it is. */
    static Outcome run(Backend reference, Case c, Sample sample) {
        return run(reference, c, sample, 0, 0);
    }

    /** Runs a case whose floating operands and intermediate results, F64 ones, are moved by {@code epsilon} of their size, up or down. */
    static Outcome run(Backend reference, Case c, Sample sample, double epsilon, long seed) {
        Sample moved = epsilon == 0 ? sample : sample.moved(epsilon, seed);
        List<Tensor> operands = List.of(moved.tensors());
        try (Arena arena = Arena.ofConfined()) {
            Interpreter i = new Interpreter(reference, epsilon, seed, arena);
            List<Tensor> wanted = c.function().apply(operands);
            List<MemorySegment> data = wanted.stream().map(t -> {
                MemorySegment copy = Sample.empty(t.type());
                return copy.copyFrom(i.value(t));
            }).toList();
            return new Outcome(wanted.stream().map(Tensor::type).toList(), data);
        } finally {
            operands.forEach(Tensor::close);
        }
    }

    private MemorySegment value(Tensor t) {
        if (t.producer().isEmpty()) {
            MemorySegment segment = allocate(t.type());
            t.copyTo(segment);
            return segment;
        }
        Producer p = t.producer().get();
        List<MemorySegment> known = results.get(p);
        if (known == null) {
            known = compute(p);
            results.put(p, known);
        }
        return known.get(t.index());
    }

    private List<MemorySegment> compute(Producer p) {
        List<TensorType> in = p.inputs().stream().map(Tensor::type).toList();
        KernelRequest request = new KernelRequest.Single(p.op(), in, p.types(), Collections.nCopies(in.size(), Layout.PLAIN),
                Collections.nCopies(in.size(), false));
        Kernel kernel = reference.compile(request).orElseThrow();
        List<MemorySegment> operands = new ArrayList<>();
        for (int i = 0; i < in.size(); i++) {
            // What is already rounded is not rounded again: only results of arithmetic move, and only on their way to the next op.
            MemorySegment value = value(p.inputs().get(i));
            boolean computed = p.inputs().get(i).producer().filter(q -> !(q.op() instanceof Movement)).isPresent();
            operands.add(computed && epsilon != 0 ? moved(in.get(i), value) : value);
        }
        List<MemorySegment> computed = p.types().stream().map(this::allocate).toList();
        HostBuffer[] table = IntStream.range(0, in.size() + computed.size())
                .mapToObj(i -> HostBuffer.of(i < in.size() ? operands.get(i) : computed.get(i - in.size()))).toArray(HostBuffer[]::new);
        kernel.launch(new Arguments(table, IntStream.range(0, table.length).toArray()));
        return computed;
    }

    private MemorySegment moved(TensorType type, MemorySegment value) {
        if (!type.dtype().isFloating()) {
            return value;
        }
        MemorySegment moved = allocate(type);
        for (long i = 0; i < type.elements(); i++) {
            double x = Numbers.read(type.dtype(), value, i);
            Numbers.write(type.dtype(), moved, i, x * (random.nextBoolean() ? 1 + epsilon : 1 - epsilon));
        }
        return moved;
    }

    private MemorySegment allocate(TensorType type) {
        return arena.allocate(Math.max(1, type.bytes()), 64).asSlice(0, type.bytes());
    }
}
