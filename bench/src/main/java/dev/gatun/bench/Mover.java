package dev.gatun.bench;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** One thread's part of what memory is made to move. A pass gives its bytes, each place once. */
final class Mover implements LongSupplier {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final long PIECE = 1 << 18;
    /** Bytes of a vector. */
    static final int STEP = SPECIES.vectorByteSize();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    /** How a {@link Traffic} comes about. */
    enum Way {
        READ(Traffic.READ), READ_IN_STREAMS(Traffic.READ), COPY_BY_LOOP(Traffic.COPY), COPY_BY_JDK(Traffic.COPY), TRIAD(Traffic.TRIAD);

        private final Traffic traffic;

        Way(Traffic traffic) {
            this.traffic = traffic;
        }

        /** Returns all ways to a traffic. */
        static List<Way> to(Traffic traffic) {
            return Arrays.stream(values()).filter(way -> way.traffic == traffic).toList();
        }
    }

    private final Way way;
    private final List<MemorySegment> blocks;
    private final int sweeps;
    private float sink;

    /** @param blocks three of the same size, in whole vectors @param sweeps over the blocks that are a pass */
    Mover(Way way, List<MemorySegment> blocks, int sweeps) {
        this.way = way;
        this.blocks = blocks;
        this.sweeps = sweeps;
    }

    @Override
    public long getAsLong() {
        MemorySegment a = blocks.get(0);
        for (int s = 0; s < sweeps; s++) {
            sweep(a, blocks.get(1));
        }
        return sweeps * way.traffic.operands() * a.byteSize();
    }

    private void sweep(MemorySegment a, MemorySegment b) {
        if (way == Way.COPY_BY_JDK) {
            MemorySegment.copy(a, 0, b, 0, a.byteSize());
        } else {
            for (long from = 0; from < a.byteSize(); from += PIECE) {
                piece(a, b, from, Math.min(a.byteSize(), from + PIECE));
            }
        }
    }

    private void piece(MemorySegment a, MemorySegment b, long from, long to) {
        switch (way) {
            case READ -> sink += read(a, from, to);
            case READ_IN_STREAMS -> sink += readStreams(a, from, (to - from) / (4 * STEP) * STEP);
            case COPY_BY_LOOP -> copy(a, b, from, to);
            case COPY_BY_JDK -> MemorySegment.copy(a, from, b, from, to - from);
            case TRIAD -> triad(a, b, blocks.get(2), from, to);
        }
    }

    private static float read(MemorySegment a, long from, long to) {
        FloatVector sum0 = FloatVector.zero(SPECIES);
        FloatVector sum1 = sum0;
        for (long i = from; i < to - STEP; i += 2 * STEP) {
            sum0 = sum0.add(FloatVector.fromMemorySegment(SPECIES, a, i, ORDER));
            sum1 = sum1.add(FloatVector.fromMemorySegment(SPECIES, a, i + STEP, ORDER));
        }
        return sum0.add(sum1).lane(0);
    }

    /** Reads four parts of {@code part} bytes each at once: prefetchers follow each for itself. */
    private static float readStreams(MemorySegment a, long from, long part) {
        FloatVector sum0 = FloatVector.zero(SPECIES);
        FloatVector sum1 = sum0;
        FloatVector sum2 = sum0;
        FloatVector sum3 = sum0;
        for (long i = from; i < from + part; i += STEP) {
            sum0 = sum0.add(FloatVector.fromMemorySegment(SPECIES, a, i, ORDER));
            sum1 = sum1.add(FloatVector.fromMemorySegment(SPECIES, a, i + part, ORDER));
            sum2 = sum2.add(FloatVector.fromMemorySegment(SPECIES, a, i + 2 * part, ORDER));
            sum3 = sum3.add(FloatVector.fromMemorySegment(SPECIES, a, i + 3 * part, ORDER));
        }
        return sum0.add(sum1).add(sum2.add(sum3)).lane(0);
    }

    private static void copy(MemorySegment a, MemorySegment b, long from, long to) {
        for (long i = from; i < to; i += STEP) {
            FloatVector.fromMemorySegment(SPECIES, a, i, ORDER).intoMemorySegment(b, i, ORDER);
        }
    }

    private static void triad(MemorySegment a, MemorySegment b, MemorySegment c, long from, long to) {
        FloatVector s = FloatVector.broadcast(SPECIES, 3);
        for (long i = from; i < to; i += STEP) {
            FloatVector.fromMemorySegment(SPECIES, b, i, ORDER).fma(s, FloatVector.fromMemorySegment(SPECIES, a, i, ORDER)).intoMemorySegment(c, i, ORDER);
        }
    }
}
