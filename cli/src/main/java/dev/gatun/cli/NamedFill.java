package dev.gatun.cli;

import dev.gatun.DType;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.nn.Module;
import dev.gatun.nn.Parameter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.SequencedMap;

/**
 * Numbers that follow from a name alone, so that a golden need not store the parameters of its network: element i of the tensor called {@code name}
 * is
 *
 * <pre>
 * lo + (hi - lo) · u,    u = ⌊splitmix64(fnv1a64(name) + (i + 1) · 0x9E3779B97F4A7C15) / 2⁴⁰⌋ / 2²⁴
 * </pre>
 *
 * <p>Sources: Steele, Lea and Flood 2014 (splitmix64); Fowler, Noll and Vo (FNV-1a).
 */
final class NamedFill {
    private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

    private NamedFill() {
    }

    /** The interval from which a tensor is filled. */
    record Range(double lo, double hi) {
        /** That of inputs. */
        static final Range INPUT = new Range(-1, 1);
        /** That of mixing factors. */
        static final Range UNIT = new Range(0, 1);
    }

    /** Returns an F32 tensor filled by {@code name}. */
    static Tensor tensor(String name, Range range, int... dims) {
        TensorType type = TensorType.of(DType.F32, dims);
        long seed = fnv1a64(name);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(Math.max(1, type.bytes()), Float.BYTES).asSlice(0, type.bytes());
            for (long i = 0; i < type.elements(); i++) {
                double u = (splitmix64(seed + (i + 1) * GOLDEN_RATIO) >>> 40) / (double) (1 << 24);
                data.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (range.lo + (range.hi - range.lo) * u));
            }
            return Tensor.of(type, data);
        }
    }

    /** Fills all parameters and buffers of {@code module} by their full names; integers become 0. */
    static void fill(Module module) {
        SequencedMap<String, Parameter> parameters = module.parameters();
        parameters.forEach((name, parameter) -> {
            TensorType type = parameter.type();
            parameter.set(type.dtype().isInteger() ? Tensor.of(type, MemorySegment.ofArray(new byte[(int) type.bytes()]))
                    : tensor(name, range(name, type, parameters), type.shape().dims()));
        });
    }

    private static Range range(String name, TensorType type, SequencedMap<String, Parameter> all) {
        String module = name.substring(0, name.lastIndexOf('.') + 1);
        String local = name.substring(module.length());
        if (local.equals("running_var")) {
            return new Range(.75, 1.25);
        }
        if (local.equals("weight") && all.containsKey(module + "running_var")) {
            return new Range(.9, 1.1);
        }
        if (local.equals("running_mean") || type.shape().rank() < 2) {
            return new Range(-.1, .1);
        }
        double bound = Math.sqrt(6.0 / type.shape().elements(1, type.shape().rank()));
        return new Range(-bound, bound);
    }

    private static long splitmix64(long x) {
        long z = (x ^ x >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    private static long fnv1a64(String text) {
        long hash = 0xCBF29CE484222325L;
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ b & 0xFF) * 0x100000001B3L;
        }
        return hash;
    }
}
