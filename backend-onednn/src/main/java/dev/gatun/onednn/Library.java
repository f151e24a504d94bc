package dev.gatun.onednn;

import dev.gatun.Precision;
import dev.gatun.ffi.Located;
import dev.gatun.ffi.NativeLibrary;
import dev.gatun.ffi.dnnl.Dnnl;
import dev.gatun.ffi.dnnl.dnnl_version_t;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * oneDNN, loaded once a process, with its one engine and its one stream, neither of which has a state: they are shared by all backends that are opened, and
 * live as long as the process.
 *
 * @param version of the library that was found
 * @param engine the processor; other engines are never asked for: looking for a GPU without an OpenCL loader blocks the process for ever
 * @param stream where primitives are executed: at once, on the calling thread and the OpenMP pool of that thread
 */
record Library(String version, MemorySegment engine, MemorySegment stream) {
    /** What is looked for. */
    static final NativeLibrary FILE = new NativeLibrary("oneDNN", "onednn", List.of("libdnnl.so.3"),
            Optional.of(new NativeLibrary.Bundle("org.bytedeco:dnnl", Library.class, "org/bytedeco/dnnl/PLATFORM", List.of("linux-x86_64"), "libdnnl.so.3",
                    List.of("libgomp.so.1"))), List.of());

    private static final int MAJOR = 3;

    /** The bindings were made from this minor version's header; a library may be newer. */
    private static final int MINOR = 11;

    private static final String WANTED = MAJOR + "." + MINOR + " or a later " + MAJOR + ".x";

    /** @param bits those of all sets within it, and its own */
    private record InstructionSet(int bits, String name) { }

    /** From the largest to the smallest. AVX10.1 is another name of AVX-512 with FP16. */
    private static final List<InstructionSet> SETS = List.of(
            new InstructionSet(Dnnl.dnnl_cpu_isa_avx10_2_512_amx_2(), "avx10.2 with amx"),
            new InstructionSet(Dnnl.dnnl_cpu_isa_avx10_2_512(), "avx10.2"),
            new InstructionSet(Dnnl.dnnl_cpu_isa_avx512_core_amx_fp16(), "avx512 with vnni, bf16, fp16 and amx of fp16"),
            new InstructionSet(Dnnl.dnnl_cpu_isa_avx512_core_amx(), "avx512 with vnni, bf16, fp16 and amx"),
            new InstructionSet(Dnnl.dnnl_cpu_isa_avx512_core_fp16(), "avx512 with vnni, bf16 and fp16"),
            new InstructionSet(Dnnl.dnnl_cpu_isa_avx512_core_bf16(), "avx512 with vnni and bf16"),
            new InstructionSet(Dnnl.dnnl_cpu_isa_avx512_core_vnni(), "avx512 with vnni"),
            new InstructionSet(Dnnl.dnnl_cpu_isa_avx512_core(), "avx512"),
            new InstructionSet(Dnnl.dnnl_cpu_isa_avx2_vnni_2(), "avx2 with vnni and conversions"),
            new InstructionSet(Dnnl.dnnl_cpu_isa_avx2_vnni(), "avx2 with vnni"),
            new InstructionSet(Dnnl.dnnl_cpu_isa_avx2(), "avx2"),
            new InstructionSet(Dnnl.dnnl_cpu_isa_avx(), "avx"),
            new InstructionSet(Dnnl.dnnl_cpu_isa_sse41(), "sse4.1"));

    private static Library loaded;

    /**
     * Returns the library, which is loaded now if it was not before.
     *
     * @throws IllegalStateException if there is none or it is another version, with the reason and the remedy
     */
    static synchronized Library load() {
        if (loaded == null) {
            loaded = switch (FILE.locate()) {
                case Located.Missing missing -> throw refusal(missing);
                case Located.Found found -> load(found);
            };
        }
        return loaded;
    }

    private static IllegalStateException refusal(Located.Missing missing) {
        return new IllegalStateException("backend onednn cannot be used: " + missing.reason() + "; " + missing.remedy());
    }

    /**
     * Returns how long OpenMP's threads spin for their next work: by default for milliseconds, which takes the processors away from everybody else; this is
     * enough for the time between two primitives. A policy that the user has set counts: the runtime would forget it where a number is given.
     */
    private static Map<String, String> environment() {
        return System.getenv("OMP_WAIT_POLICY") == null ? Map.of("GOMP_SPINCOUNT", "10000") : Map.of();
    }

    private static Library load(Located.Found found) {
        found.load(environment()).ifPresent(missing -> {
            throw refusal(missing);
        });
        // Looked for by hand: the bindings fail for good where they miss a function.
        if (SymbolLookup.loaderLookup().find("dnnl_version").isEmpty()) {
            throw refusal(found.mismatch(WANTED, "another library"));
        }
        MemorySegment v = dnnl_version_t.reinterpret(Dnnl.dnnl_version(), Arena.global(), null);
        String version = dnnl_version_t.major(v) + "." + dnnl_version_t.minor(v) + "." + dnnl_version_t.patch(v);
        if (!isUsable(dnnl_version_t.major(v), dnnl_version_t.minor(v))) {
            throw refusal(found.mismatch(WANTED, version));
        }
        Linking.start();
        return of(version);
    }

    /** Returns whether the bindings fit a library of that version. */
    static boolean isUsable(int major, int minor) {
        return major == MAJOR && minor >= MINOR;
    }

    private static Library of(String version) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(ValueLayout.ADDRESS);
            Status.check(Dnnl.dnnl_engine_create(result, Dnnl.dnnl_cpu(), 0), "dnnl_engine_create", "cpu", 0);
            MemorySegment engine = result.get(ValueLayout.ADDRESS, 0);
            Status.check(Dnnl.dnnl_stream_create(result, engine, Dnnl.dnnl_stream_default_flags()), "dnnl_stream_create", "cpu");
            return new Library(version, engine, result.get(ValueLayout.ADDRESS, 0));
        }
    }

    /** Returns whether kernels may be generated for all of {@code instructions}, one of oneDNN's sets. */
    static boolean has(int instructions) {
        return has(Dnnl.dnnl_get_effective_cpu_isa(), instructions);
    }

    /** Returns the instruction set that kernels are generated for. */
    static String instructions() {
        return name(Dnnl.dnnl_get_effective_cpu_isa());
    }

    /** Returns the name of the largest set of instructions that is known and in {@code isa}. */
    static String name(int isa) {
        return SETS.stream().filter(set -> has(isa, set.bits)).map(InstructionSet::name).findFirst()
                .orElseGet(() -> "instruction set 0x" + Integer.toHexString(isa));
    }

    /**
     * Returns why there are no kernels for {@code precision}, or nothing: BF16 can be computed where vectors have 512 bits, by float32 instructions if need be,
     * F16 only by a processor that multiplies it. @param isa what the processor can do, as a set of bits
     */
    static Optional<String> whyNot(Precision precision, int isa) {
        return switch (precision) {
            case F32, INT8 -> Optional.empty();
            case BF16 -> has(isa, Dnnl.dnnl_cpu_isa_avx512_core()) ? Optional.empty() : Optional.of("this processor has no AVX-512, choose F32 or INT8");
            case F16 -> has(isa, Dnnl.dnnl_cpu_isa_avx512_core_fp16()) ? Optional.empty()
                    : Optional.of("this processor has no AVX512-FP16, choose " + (has(isa, Dnnl.dnnl_cpu_isa_avx512_core()) ? "BF16" : "F32"));
        };
    }

    /** Returns whether all of {@code bits} are in {@code isa}. */
    static boolean has(int isa, int bits) {
        return (isa & bits) == bits;
    }
}
