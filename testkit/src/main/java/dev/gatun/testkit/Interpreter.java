package dev.gatun.testkit;

import dev.gatun.DType;
import dev.gatun.Producer;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Op;
import dev.gatun.op.Random;
import dev.gatun.op.Recurrent;
import dev.gatun.op.Source;
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
 * Runs what was recorded op by op, each with the reference's loop for it: no planner, so that its mistakes show. What is recorded in any floating type
 * can be computed in F64, with the constants that its own type gives; and with values that are a little off, which shows how much rounding matters.
 */
final class Interpreter {
    private final Backend reference;
    private final boolean widens;
    private final Disturbance disturbance;
    private final SplittableRandom random;
    private final Arena arena;
    private final Map<Producer, List<MemorySegment>> results = new IdentityHashMap<>();
    private final Map<Tensor, MemorySegment> leaves = new IdentityHashMap<>();
    /** What reads give of the values that are off, each of which is off in one direction. */
    private final Map<MemorySegment, MemorySegment> reads = new IdentityHashMap<>();

    private Interpreter(Backend reference, boolean widens, Disturbance disturbance, long seed, Arena arena) {
        this.reference = reference;
        this.widens = widens;
        this.disturbance = disturbance;
        this.random = new SplittableRandom(seed);
        this.arena = arena;
    }

    /** Runs a case in the types in which it is recorded. */
    static Outcome run(Backend reference, Case c, Sample sample) {
        return run(reference, c, sample, false, new Disturbance.Everywhere(0), 0);
    }

    /** Runs a case in F64. */
    static Outcome inF64(Backend reference, Case c, Sample sample) {
        return inF64(reference, c, sample, new Disturbance.Everywhere(0), 0);
    }

    /** Runs a case in F64 with values that are off, in directions that {@code seed} gives. */
    static Outcome inF64(Backend reference, Case c, Sample sample, Disturbance disturbance, long seed) {
        return run(reference, c, sample, true, disturbance, seed);
    }

    private static Outcome run(Backend reference, Case c, Sample sample, boolean widens, Disturbance disturbance, long seed) {
        List<Tensor> operands = List.of(sample.tensors());
        try (Arena arena = Arena.ofConfined()) {
            Interpreter i = new Interpreter(reference, widens, disturbance, seed, arena);
            List<Tensor> wanted = c.function().apply(operands);
            List<MemorySegment> data = wanted.stream().map(t -> Sample.empty(i.type(t.type())).copyFrom(i.value(t))).toList();
            return new Outcome(wanted.stream().map(t -> i.type(t.type())).toList(), data);
        } finally {
            operands.forEach(Tensor::close);
        }
    }

    /** Returns the type in which values of {@code recorded} are computed here. */
    private TensorType type(TensorType recorded) {
        return widens && recorded.dtype().isFloating() ? recorded.with(DType.F64) : recorded;
    }

    private MemorySegment value(Tensor t) {
        if (t.producer().isEmpty()) {
            MemorySegment leaf = leaves.get(t);
            if (leaf == null) {
                MemorySegment segment = allocate(t.type());
                t.copyTo(segment);
                leaf = disturbed(type(t.type()), widened(t.type(), segment), disturbance.ofOperand());
                leaves.put(t, leaf);
            }
            return leaf;
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
        if (p.op() instanceof Source || p.op() instanceof Random) {
            // A constant is the nearest number of its own type, and numbers are drawn bit by bit.
            List<MemorySegment> drawn = launch(p.op(), p.inputs().stream().map(Tensor::type).toList(), p.inputs().stream().map(this::value).toList(),
                    p.types());
            return IntStream.range(0, drawn.size()).mapToObj(k -> widened(p.types().get(k), drawn.get(k))).toList();
        }
        Op op = p.op() instanceof Elementwise.Cast cast && cast.to().isFloating() && widens ? new Elementwise.Cast(DType.F64) : p.op();
        List<MemorySegment> operands = new ArrayList<>();
        for (Tensor t : p.inputs()) {
            double part = disturbance.ofRead(p, t);
            MemorySegment value = value(t);
            operands.add(part == 0 ? value : reads.computeIfAbsent(value, v -> disturbed(type(t.type()), v, part)));
        }
        List<TensorType> in = p.inputs().stream().map(t -> type(t.type())).toList();
        List<TensorType> out = p.types().stream().map(this::type).toList();
        double ofState = op instanceof Recurrent.Rnn ? disturbance.ofState(p.inputs().getFirst()) : 0;
        return op instanceof Recurrent.Rnn rnn && ofState != 0 ? unrolled(rnn, in, operands, out, ofState) : launch(op, in, operands, out);
    }

    /** Runs a recurrent layer step by step, each a layer of its own, with its state off by {@code part} in between. */
    private List<MemorySegment> unrolled(Recurrent.Rnn op, List<TensorType> in, List<MemorySegment> operands, List<TensorType> out, double part) {
        int T = in.getFirst().shape().dim(0);
        int results = out.size();
        int states = op.cell().isLstm() ? 2 : 1; // h and c: operands from 5 on, results from 1 on
        int lengths = op.cell().lengths() ? in.size() - 1 : -1;
        List<TensorType> inOfStep = new ArrayList<>(in);
        inOfStep.set(0, in.getFirst().with(in.getFirst().shape().with(0, 1)));
        List<TensorType> outOfStep = IntStream.range(0, results).mapToObj(k -> isState(k, states) ? out.get(k) : out.get(k).with(out.get(k).shape().with(0, 1)))
                .toList();
        List<MemorySegment> all = out.stream().map(this::allocate).toList();
        List<MemorySegment> read = new ArrayList<>(operands);
        for (int k = 0; k < states; k++) {
            all.get(1 + k).copyFrom(operands.get(5 + k));
        }
        for (int step = 0; step < T; step++) {
            int t = op.reverse() ? T - 1 - step : step;
            read.set(0, place(operands.getFirst(), t, T));
            if (lengths >= 0) {
                read.set(lengths, oneIfLonger(in.get(lengths), operands.get(lengths), t));
            }
            List<MemorySegment> computed = launch(new Recurrent.Rnn(op.cell(), false, op.reserve()), inOfStep, read, outOfStep);
            for (int k = 0; k < results; k++) {
                (isState(k, states) ? all.get(k) : place(all.get(k), t, T)).copyFrom(computed.get(k));
            }
            for (int k = 0; k < states; k++) {
                read.set(5 + k, disturbed(in.get(5 + k), computed.get(1 + k), part));
            }
        }
        return all;
    }

    private static boolean isState(int result, int states) {
        return result >= 1 && result <= states;
    }

    /** Returns step t of T. */
    private static MemorySegment place(MemorySegment steps, int t, int T) {
        long size = steps.byteSize() / T;
        return steps.asSlice(t * size, size);
    }

    /** Returns 1 for each sample that has a step t, else 0. */
    private MemorySegment oneIfLonger(TensorType type, MemorySegment lengths, int t) {
        MemorySegment ones = allocate(type);
        for (long n = 0; n < type.elements(); n++) {
            Numbers.writeBits(type.dtype(), ones, n, Numbers.bits(type.dtype(), lengths, n) > t ? 1 : 0);
        }
        return ones;
    }

    private List<MemorySegment> launch(Op op, List<TensorType> in, List<MemorySegment> operands, List<TensorType> out) {
        KernelRequest request = new KernelRequest.Single(op, in, out, Collections.nCopies(in.size(), Layout.PLAIN),
                Collections.nCopies(in.size(), false));
        Kernel kernel = reference.compile(request).orElseThrow();
        List<MemorySegment> computed = out.stream().map(this::allocate).toList();
        HostBuffer[] table = IntStream.range(0, in.size() + computed.size())
                .mapToObj(i -> HostBuffer.of(i < in.size() ? operands.get(i) : computed.get(i - in.size()))).toArray(HostBuffer[]::new);
        kernel.launch(new Arguments(table, IntStream.range(0, table.length).toArray()));
        return computed;
    }

    private MemorySegment widened(TensorType recorded, MemorySegment data) {
        TensorType wide = type(recorded);
        if (wide.equals(recorded)) {
            return data;
        }
        MemorySegment copy = allocate(wide);
        for (long i = 0; i < wide.elements(); i++) {
            Numbers.write(DType.F64, copy, i, Numbers.read(recorded.dtype(), data, i));
        }
        return copy;
    }

    private MemorySegment disturbed(TensorType type, MemorySegment value, double part) {
        if (part == 0 || !type.dtype().isFloating()) {
            return value;
        }
        MemorySegment moved = allocate(type);
        for (long i = 0; i < type.elements(); i++) {
            double x = Numbers.read(type.dtype(), value, i);
            Numbers.write(type.dtype(), moved, i, x * (1 + part * disturbance.direction(random)));
        }
        return moved;
    }

    private MemorySegment allocate(TensorType type) {
        return arena.allocate(Math.max(1, type.bytes()), 64).asSlice(0, type.bytes());
    }
}
