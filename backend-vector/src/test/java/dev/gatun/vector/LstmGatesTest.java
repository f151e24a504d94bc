package dev.gatun.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("every-width")
class LstmGatesTest {
    private static final float[] EXTREMES = {0f, -0f, Float.MIN_VALUE, -Float.MIN_VALUE, 1e-30f, -1e-30f, .25f, -.25f, 9f, -9f, 10f, -10f, 11f, 20f, -20f, 60f,
            -60f, 86.9f, -86.9f, 1e10f, -1e10f, Float.MAX_VALUE, -Float.MAX_VALUE, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN,
            Float.intBitsToFloat(0x7fc00001), Float.intBitsToFloat(0xffffffff)};

    /** i, f, g, o before their functions, and the cell before the step. */
    private record Sample(float i, float f, float g, float o, float c) {
        double newCell() {
            return sigmoid(f) * c + sigmoid(i) * Math.tanh(g);
        }

        double newState(float cell) {
            return sigmoid(o) * Math.tanh(cell);
        }
    }

    private static double sigmoid(double x) {
        return x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x));
    }

    @Test
    void gatesThatAreKeptOrNotAreThoseOfTheFormulas() {
        List<Sample> samples = samples();
        for (boolean kept : new boolean[] {true, false}) {
            Slots slots = new Slots(samples);
            slots.step(kept);
            for (int k = 0; k < samples.size(); k++) {
                Sample s = samples.get(k);
                assertNear(s.newCell(), slots.get(5, k), Math.abs(s.c) + 1, s + " cell");
                assertNear(s.newState(slots.get(5, k)), slots.get(6, k), 1, s + " state");
                if (kept) {
                    assertClose(sigmoid(s.i), slots.get(0, k), s + " i");
                    assertClose(sigmoid(s.f), slots.get(1, k), s + " f");
                    assertClose(Math.tanh(s.g), slots.get(2, k), s + " g");
                    assertClose(sigmoid(s.o), slots.get(3, k), s + " o");
                }
            }
        }
    }

    @Test
    void tanhIsAccurateNearZeroAndOneFarFromIt() {
        List<Sample> samples = samples();
        Slots slots = new Slots(samples);
        LstmGates.tanh(slots.at(2), slots.at(5), slots.size);
        for (int k = 0; k < samples.size(); k++) {
            assertClose(Math.tanh(samples.get(k).g), slots.get(5, k), "tanh " + samples.get(k).g);
        }
    }

    /** Within 8 units in the last place, or what lies below the smallest normal number; special values are the same. */
    private static void assertClose(double expected, float actual, String what) {
        if (expected == 0 || Math.abs(expected) == 1) {
            assertEquals((float) expected, actual, what);
        } else {
            assertNear(expected, actual, Math.abs(expected), what);
        }
    }

    /** Within 8 roundings of numbers of the size {@code scale}. */
    private static void assertNear(double expected, float actual, double scale, String what) {
        boolean alike = Double.isNaN(expected) || Double.isInfinite((float) expected) ? Float.compare((float) expected, actual) == 0
                : Math.abs(expected - actual) <= 8 * 0x1p-24 * scale + Float.MIN_NORMAL;
        assertTrue(alike, what + ": expected " + expected + ", was " + actual);
    }

    private static List<Sample> samples() {
        List<Sample> samples = new ArrayList<>();
        for (float x : EXTREMES) {
            for (float other : EXTREMES) {
                samples.add(new Sample(x, .5f, other, 1, .75f));
                samples.add(new Sample(.5f, x, 1, -1, other));
                samples.add(new Sample(2, 1, other, x, -.5f));
            }
        }
        var random = new Random(7);
        while (samples.size() < 6000 || samples.size() % Simd.LANES != 0) {
            samples.add(new Sample(some(random), some(random), some(random), some(random), some(random)));
        }
        return samples;
    }

    private static float some(Random random) {
        return (float) (random.nextGaussian() * Math.exp(random.nextGaussian() * 2));
    }

    /** i, f, g, o, the cell before, the cell, the state, then what the formulas need besides. */
    private static final class Slots {
        private final int size;
        private final long memory;

        Slots(List<Sample> samples) {
            size = samples.size();
            memory = Arena.global().allocate(9L * size * Float.BYTES + 64, 64).address();
            for (int k = 0; k < size; k++) {
                Sample s = samples.get(k);
                put(0, k, s.i);
                put(1, k, s.f);
                put(2, k, s.g);
                put(3, k, s.o);
                put(4, k, s.c);
            }
        }

        void step(boolean kept) {
            LstmGates.fall(at(0), at(7), 2 * size);
            LstmGates.rise(at(2), at(6), size);
            if (kept) {
                LstmGates.keepCell(at(0), at(7), at(6), at(4), at(5), size);
            } else {
                LstmGates.cell(at(0), at(7), at(6), at(4), at(5), size);
            }
            LstmGates.fall(at(3), at(7), size);
            LstmGates.rise(at(5), at(6), size);
            if (kept) {
                LstmGates.keepState(at(3), at(7), at(6), at(5), at(6), size);
            } else {
                LstmGates.state(at(3), at(7), at(6), at(5), at(6), size);
            }
        }

        long at(int slot) {
            return memory + (long) Float.BYTES * slot * size;
        }

        float get(int slot, int k) {
            return Native.getFloat(at(slot) + (long) Float.BYTES * k);
        }

        private void put(int slot, int k, float value) {
            Native.putFloat(at(slot) + (long) Float.BYTES * k, value);
        }
    }
}
