package dev.gatun.onednn;

import dev.gatun.ffi.dnnl.Dnnl;
import dev.gatun.ffi.dnnl.dnnl_exec_arg_t;
import dev.gatun.spi.Buffer;
import dev.gatun.vector.Native;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * A primitive with a memory object for each of its arguments and the table of them: an execution is one call into the library. An operand that the primitive
 * overwrites is no argument; where it does not lie in the result's memory, it is copied there first.
 */
final class BoundPrimitive implements AutoCloseable {
    private final PrimitiveKernel kernel;
    private final MemorySegment primitive;
    private final MemorySegment stream;
    private final List<Operand> operands;
    private final MemorySegment table;
    private final MemorySegment[] memories;
    private final long[] addresses;
    private final int overwritten;
    private final int count;

    /** Makes the memory objects, which have no memory yet. */
    BoundPrimitive(PrimitiveKernel kernel) {
        this.kernel = kernel;
        this.primitive = kernel.primitive();
        this.stream = kernel.session().library().stream();
        this.operands = kernel.arguments();
        // A shared arena of its own would stop all threads of the JVM when it is closed, once for each primitive.
        Arena arena = Arena.ofAuto();
        this.overwritten = kernel.overwritten();
        this.count = operands.size() - (overwritten == PrimitiveKernel.NONE ? 0 : 1);
        this.table = dnnl_exec_arg_t.allocateArray(count, arena);
        this.memories = new MemorySegment[operands.size()];
        this.addresses = new long[operands.size()];
        try {
            createMemories(arena);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private void createMemories(Arena arena) {
        MemorySegment result = arena.allocate(ValueLayout.ADDRESS);
        int entries = 0;
        for (int i = 0; i < memories.length; i++) {
            if (i == overwritten) {
                continue;
            }
            Operand o = operands.get(i);
            int status = Dnnl.dnnl_memory_create(result, o.view().handle(), kernel.session().library().engine(), MemorySegment.NULL);
            Status.check(status, "dnnl_memory_create", o.view());
            memories[i] = result.get(ValueLayout.ADDRESS, 0);
            MemorySegment entry = dnnl_exec_arg_t.asSlice(table, entries++);
            dnnl_exec_arg_t.arg(entry, o.argument());
            dnnl_exec_arg_t.memory(entry, memories[i]);
        }
    }

    /**
     * Says where argument {@code i} lies.
     *
     * @throws IllegalArgumentException if the buffer is smaller than the primitive will read or write
     */
    void set(int i, Buffer buffer) {
        set(i, buffer, 0);
    }

    /** Says that argument {@code i} lies {@code offset} bytes behind the beginning of a buffer. @throws IllegalArgumentException as above */
    void set(int i, Buffer buffer, long offset) {
        long bytes = operands.get(i).view().bytes();
        if (buffer.bytes() - offset < bytes) {
            throw new IllegalArgumentException(kernel.name() + ": argument " + i + " needs " + bytes + " bytes, but its buffer has "
                    + (buffer.bytes() - offset));
        }
        set(i, buffer.address() + offset);
    }

    /** Says that argument {@code i} lies at an address in memory that the caller has laid out by the sizes of the same operands. */
    void set(int i, long address) {
        if (address != addresses[i] && i != overwritten) {
            Status.check(Dnnl.dnnl_memory_set_data_handle(memories[i], MemorySegment.ofAddress(address)), "dnnl_memory_set_data_handle", kernel.name(), i);
        }
        addresses[i] = address;
    }

    /** Runs the primitive; only on the runner's thread. */
    void execute() {
        kernel.session().checkOpen();
        if (overwritten != PrimitiveKernel.NONE) {
            moveOverwritten();
        }
        int status = Dnnl.dnnl_primitive_execute(primitive, stream, count, table);
        if (status != Status.SUCCESS) {
            throw Status.failure(status, "dnnl_primitive_execute", kernel.name());
        }
    }

    private void moveOverwritten() {
        long from = addresses[overwritten];
        long to = addresses[kernel.firstResult()];
        if (from != to) {
            MemorySegment.copy(Native.ALL, from, Native.ALL, to, operands.get(overwritten).view().bytes());
        }
    }

    /** Returns how many arguments there are, one that is overwritten among them. */
    int size() {
        return operands.size();
    }

    /** Returns what {@link #close} does, without a reference to the kernel. */
    Runnable release() {
        MemorySegment[] made = memories;
        return () -> destroy(made);
    }

    /** Destroys the memory objects; the memory is somebody else's. */
    @Override
    public void close() {
        destroy(memories);
    }

    private static void destroy(MemorySegment[] memories) {
        for (MemorySegment memory : memories) {
            if (memory != null) {                            // an operand that is overwritten has none, nor what follows one that could not be made
                Dnnl.dnnl_memory_destroy(memory);
            }
        }
    }
}
