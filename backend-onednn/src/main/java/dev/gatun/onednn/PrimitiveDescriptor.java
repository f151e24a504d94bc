package dev.gatun.onednn;

import dev.gatun.ffi.dnnl.Dnnl;
import dev.gatun.spi.NativeException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.function.Predicate;

/** An implementation that oneDNN offers for an operation, and what it wants its operands to look like. Lives in the block in which a kernel is made. */
final class PrimitiveDescriptor implements AutoCloseable {
    private final MemorySegment handle;
    private final String name;

    private PrimitiveDescriptor(MemorySegment handle) {
        this.handle = handle;
        this.name = name(handle);
    }

    /** Calls one of the functions {@code dnnl_..._primitive_desc_create}. */
    interface Creation {
        int create(MemorySegment result, Arena arena);
    }

    /**
     * Returns the fastest implementation, or empty if there is none but plain loops, which oneDNN calls {@code ref}: then kernels of the vector backend are
     * faster.
     *
     * @param request what the arguments of {@code function} say, for the message of a failure
     * @throws NativeException if the arguments are wrong, which is our mistake
     */
    static Optional<PrimitiveDescriptor> create(String function, Object request, Creation creation) {
        return create(function, request, _ -> true, creation);
    }

    /** Returns the fastest implementation likewise, of those whose name {@code isRight} accepts. */
    static Optional<PrimitiveDescriptor> create(String function, Object request, Predicate<String> isRight, Creation creation) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(ValueLayout.ADDRESS);
            int status = creation.create(result, arena);
            if (status == Status.UNIMPLEMENTED) {
                return Optional.empty();
            }
            Status.check(status, function, request);
            MemorySegment handle = result.get(ValueLayout.ADDRESS, 0);
            try {
                if (!advance(handle, name -> !name.contains("ref") && isRight.test(name))) {
                    Dnnl.dnnl_primitive_desc_destroy(handle);
                    return Optional.empty();
                }
                return Optional.of(new PrimitiveDescriptor(handle));
            } catch (NativeException e) {
                Dnnl.dnnl_primitive_desc_destroy(handle);
                throw e;
            }
        }
    }

    /** Moves on to the first implementation whose name {@code isWanted} accepts. @return whether there is one */
    private static boolean advance(MemorySegment handle, Predicate<String> isWanted) {
        boolean wanted = isWanted.test(name(handle));
        while (!wanted && Dnnl.dnnl_primitive_desc_next_impl(handle) == Status.SUCCESS) {
            wanted = isWanted.test(name(handle));
        }
        return wanted;
    }

    @SuppressWarnings("restricted")
    private static String name(MemorySegment handle) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(ValueLayout.ADDRESS);
            Status.check(Dnnl.dnnl_primitive_desc_query(handle, Dnnl.dnnl_query_impl_info_str(), 0, result), "dnnl_primitive_desc_query", "impl_info_str");
            return result.get(ValueLayout.ADDRESS, 0).reinterpret(Long.MAX_VALUE).getString(0);
        }
    }

    /** Returns the name of the implementation, e.g. {@code brgconv:avx512_core}. */
    String name() {
        return name;
    }

    /** Returns the native object. */
    MemorySegment handle() {
        return handle;
    }

    /** Returns how the operand or result {@code argument}, one of the constants {@code DNNL_ARG_...}, must lie. */
    Descriptor argument(int argument) {
        return Descriptor.copyOf(Dnnl.dnnl_primitive_desc_query_md(handle, Dnnl.dnnl_query_exec_arg_md(), argument));
    }

    /** Returns the primitive, compiled. The caller destroys it. */
    MemorySegment primitive() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(ValueLayout.ADDRESS);
            Status.check(Dnnl.dnnl_primitive_create(result, handle), "dnnl_primitive_create", name);
            return result.get(ValueLayout.ADDRESS, 0);
        }
    }

    @Override
    public void close() {
        Dnnl.dnnl_primitive_desc_destroy(handle);
    }
}
