package dev.gatun.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector width that every kernel of this backend is compiled for: the widest that the machine prefers, or the one that
 * {@code -Dgatun.vector.bits=128|256|512} forces (the tests run every kernel at each width).
 *
 * <p>All values are constants of the JIT compiler: a kernel must name them directly and never carry a species in a variable.
 */
public final class Simd {
    /** The species of all float32 kernels. */
    public static final VectorSpecies<Float> F32 = floats(System.getProperty("gatun.vector.bits", ""));

    /** Lanes of a float32 vector: 4, 8 or 16. */
    public static final int LANES = F32.length();

    /** Bytes of a vector, as a stride. */
    public static final long BYTES = F32.vectorByteSize();

    /** True if 32 vector registers can be counted on (AVX-512, NEON, SVE, RVV); AVX2 and SSE have 16. */
    public static final boolean MANY_REGISTERS = F32.vectorBitSize() >= 512 || !isX86(System.getProperty("os.arch", ""));

    private Simd() {
    }

    private static VectorSpecies<Float> floats(String bits) {
        return switch (bits) {
            // Preferred may be 64 bits (no vector unit) or up to 2048 (SVE): kernels are written for 4, 8 and 16 lanes.
            case "" -> floats(String.valueOf(Math.clamp(FloatVector.SPECIES_PREFERRED.vectorBitSize(), 128, 512)));
            case "128" -> FloatVector.SPECIES_128;
            case "256" -> FloatVector.SPECIES_256;
            case "512" -> FloatVector.SPECIES_512;
            default -> throw new IllegalArgumentException("gatun.vector.bits=" + bits + ": the vector width must be 128, 256 or 512");
        };
    }

    private static boolean isX86(String arch) {
        return arch.equals("amd64") || arch.equals("x86_64") || arch.equals("x86") || arch.equals("i386");
    }
}
