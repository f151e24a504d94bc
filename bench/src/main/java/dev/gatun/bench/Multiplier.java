package dev.gatun.bench;

import java.util.function.LongSupplier;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Chains of fused multiply-adds in registers, on one thread: what arithmetic can do at most. A pass gives its operations, two a multiply-add. */
final class Multiplier implements LongSupplier {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int ACCUMULATORS = 12;
    /** Operations of a round: a multiply-add in each lane of each chain. */
    private static final int ROUND = 2 * ACCUMULATORS * SPECIES.length();
    private final int rounds;
    private float sink;

    /** @param operations of a pass, about */
    Multiplier(double operations) {
        rounds = (int) Math.ceil(operations / ROUND);
    }

    @Override
    public long getAsLong() {
        sink += chains(rounds, .75f, .25f);
        return (long) rounds * ROUND;
    }

    /** 12 chains a = a·x + y: a latency of 4 cycles at 2 a cycle needs 8. They go to y/(1 - x) = 1, so nothing overflows or becomes denormal. */
    private static float chains(int rounds, float x, float y) {
        FloatVector vx = FloatVector.broadcast(SPECIES, x);
        FloatVector vy = FloatVector.broadcast(SPECIES, y);
        FloatVector a0 = vx;
        FloatVector a1 = vy;
        FloatVector a2 = vx;
        FloatVector a3 = vy;
        FloatVector a4 = vx;
        FloatVector a5 = vy;
        FloatVector a6 = vx;
        FloatVector a7 = vy;
        FloatVector a8 = vx;
        FloatVector a9 = vy;
        FloatVector a10 = vx;
        FloatVector a11 = vy;
        for (int i = 0; i < rounds; i++) {
            a0 = a0.fma(vx, vy);
            a1 = a1.fma(vx, vy);
            a2 = a2.fma(vx, vy);
            a3 = a3.fma(vx, vy);
            a4 = a4.fma(vx, vy);
            a5 = a5.fma(vx, vy);
            a6 = a6.fma(vx, vy);
            a7 = a7.fma(vx, vy);
            a8 = a8.fma(vx, vy);
            a9 = a9.fma(vx, vy);
            a10 = a10.fma(vx, vy);
            a11 = a11.fma(vx, vy);
        }
        return a0.add(a1).add(a2).add(a3).add(a4).add(a5).add(a6).add(a7).add(a8).add(a9).add(a10).add(a11).lane(0);
    }
}
