package dev.gatun.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

/**
 * Native floats between two guards: {@link #check} finds out whether anybody wrote outside. They start at an address that only floats are
 * aligned to. The collector frees them: keep the object, not its address, and call {@link #check} at the end.
 */
public final class Floats {
    private static final int GUARD = 64 + 17;
    private static final int CANARY = 0x7fc0dead;   // a NaN, so that reading a guard into a result shows too

    private final MemorySegment all;
    private final int length;

    public Floats(long length) {
        this.length = Math.toIntExact(length);
        all = Arena.ofAuto().allocate((length + 2 * GUARD) * Float.BYTES, 64);
        for (int i = 0; i < GUARD; i++) {
            all.setAtIndex(ValueLayout.JAVA_INT, i, CANARY);
            all.setAtIndex(ValueLayout.JAVA_INT, GUARD + length + i, CANARY);
        }
    }

    /** Returns {@code length} floats between -1 and 1. */
    public static Floats random(long length, long seed) {
        var floats = new Floats(length);
        var random = new SplittableRandom(seed);
        for (int i = 0; i < floats.length; i++) {
            floats.set(i, (float) (2 * random.nextDouble() - 1));
        }
        return floats;
    }

    /** Returns {@code length} floats that no kernel may read: NaN. */
    public static Floats unset(long length) {
        var floats = new Floats(length);
        for (int i = 0; i < floats.length; i++) {
            floats.set(i, Float.NaN);
        }
        return floats;
    }

    /** Returns memory for {@code bytes} bytes of workspace, full of NaN, aligned to 64. */
    public static MemorySegment workspace(long bytes) {
        MemorySegment segment = Arena.ofAuto().allocate(bytes + 256, 64);
        segment.fill((byte) 0xff);
        return segment;
    }

    /** Fails if a kernel wrote behind its {@code bytes} bytes of workspace. */
    public static void checkWorkspace(MemorySegment segment, long bytes) {
        for (long i = bytes; i < segment.byteSize(); i++) {
            assertEquals((byte) 0xff, segment.get(ValueLayout.JAVA_BYTE, i), "byte " + (i - bytes) + " behind the workspace was written");
        }
    }

    public long address() {
        return all.address() + GUARD * (long) Float.BYTES;
    }

    public int length() {
        return length;
    }

    public float get(long i) {
        return all.getAtIndex(ValueLayout.JAVA_FLOAT, GUARD + i);
    }

    public void set(long i, float value) {
        all.setAtIndex(ValueLayout.JAVA_FLOAT, GUARD + i, value);
    }

    public int bits(long i) {
        return all.getAtIndex(ValueLayout.JAVA_INT, GUARD + i);
    }

    public Floats copy() {
        var copy = new Floats(length);
        MemorySegment.copy(all, 0, copy.all, 0, all.byteSize());
        return copy;
    }

    /** Fails if a guard was written. */
    public void check() {
        for (int i = 0; i < GUARD; i++) {
            if (all.getAtIndex(ValueLayout.JAVA_INT, i) != CANARY) {
                fail("wrote " + (GUARD - i) + " floats before the buffer");
            }
            if (all.getAtIndex(ValueLayout.JAVA_INT, GUARD + length + i) != CANARY) {
                fail("wrote " + (i + 1) + " floats behind the buffer of " + length);
            }
        }
    }

    public void assertSameBits(Floats other, String message) {
        for (int i = 0; i < length; i++) {
            if (bits(i) != other.bits(i)) {
                fail(message + ": element " + i + " is " + get(i) + " and " + other.get(i));
            }
        }
    }
}
