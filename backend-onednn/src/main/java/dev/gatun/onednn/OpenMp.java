package dev.gatun.onednn;

import dev.gatun.vector.Workers;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The OpenMP runtime that oneDNN was built with, by the interface that compilers use: it sets how many threads the {@link Runner} has, and lets Java tasks run
 * on the very threads that oneDNN's primitives run on. Those spin between primitives; a second pool would take their processors away.
 *
 * <p>Tasks that do not come from the runner come from programs that call no primitive. They are shared out by their caller and threads of Java's own, in a
 * {@linkplain Runner#inTurn turn} in which oneDNN rests.
 */
final class OpenMp implements Workers.Team, AutoCloseable {
    private final int threads;
    private final Runner runner;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment stub;
    private final Functions functions;
    private volatile Workers.Task task;
    private Optional<Workers> helpers = Optional.empty();         // started by the first who needs them, in its turn

    /** The runtime's functions. @param parallel GNU's entry point, which LLVM's runtime has too */
    private record Functions(MethodHandle setThreads, MethodHandle threadNumber, MethodHandle teamSize, MethodHandle parallel) {
        @SuppressWarnings("restricted")
        static Optional<Functions> find() {
            SymbolLookup symbols = SymbolLookup.loaderLookup();
            Linker linker = Linker.nativeLinker();
            var number = FunctionDescriptor.of(ValueLayout.JAVA_INT);
            var parallel = FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
            return symbols.find("omp_set_num_threads").flatMap(set -> symbols.find("omp_get_thread_num").flatMap(get ->
                    symbols.find("omp_get_num_threads").flatMap(size -> symbols.find("GOMP_parallel").map(start -> new Functions(
                            linker.downcallHandle(set, FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT)), linker.downcallHandle(get, number),
                            linker.downcallHandle(size, number), linker.downcallHandle(start, parallel))))));
        }
    }

    private OpenMp(int threads, Functions functions) {
        this.threads = threads;
        this.functions = functions;
        this.stub = stub();
        this.runner = new Runner(() -> limitThreads(threads));
    }

    /**
     * Starts a runner whose parallel regions have {@code threads} threads.
     *
     * @throws IllegalStateException if the library uses another runtime than OpenMP
     */
    static OpenMp start(int threads) {
        return new OpenMp(threads, Functions.find().orElseThrow(() -> new IllegalStateException("this copy of oneDNN does not use OpenMP's threads; "
                + "take the one that comes with Gatun, or one built with DNNL_CPU_RUNTIME=OMP")));
    }

    @SuppressWarnings("restricted")
    private MemorySegment stub() {
        try {
            MethodHandle part = MethodHandles.lookup().findVirtual(OpenMp.class, "part", MethodType.methodType(void.class, MemorySegment.class));
            return Linker.nativeLinker().upcallStub(part.bindTo(this), FunctionDescriptor.ofVoid(ValueLayout.ADDRESS), arena);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("part is a method of this class", e);
        }
    }

    private void limitThreads(int limit) {
        try {
            functions.setThreads.invokeExact(limit);
        } catch (Throwable e) {
            throw new AssertionError("C functions throw nothing", e);
        }
    }

    /** Returns the thread that owns the pool. */
    Runner runner() {
        return runner;
    }

    @Override
    public int threads() {
        return threads;
    }

    /**
     * Returns what {@code maker} makes: primitives of one thread, which start no other and may be executed on any. Only on the runner's thread, under whose
     * limit primitives are made.
     */
    <T> T alone(Supplier<T> maker) {
        limitThreads(1);
        try {
            return maker.get();
        } finally {
            limitThreads(threads);
        }
    }

    @Override
    public void fork(Workers.Task shared) {
        if (runner.isCurrent()) {
            forkHere(shared);
        } else {
            runner.inTurn(() -> startedHelpers().run(shared));
        }
    }

    private Workers startedHelpers() {
        if (helpers.isEmpty()) {
            helpers = Optional.of(new Workers(threads));
        }
        return helpers.get();
    }

    private void forkHere(Workers.Task shared) {
        task = shared;
        try {
            functions.parallel.invokeExact(stub, MemorySegment.NULL, threads, 0);
        } catch (Throwable e) {
            throw new AssertionError("C functions throw nothing", e);
        } finally {
            task = null;
        }
    }

    /** What each thread of the team calls. An exception that left it would end the process: tasks of {@link Workers} keep theirs. */
    private void part(MemorySegment nothing) {
        try {
            task.run((int) functions.threadNumber.invokeExact(), (int) functions.teamSize.invokeExact());
        } catch (Throwable e) {
            throw new AssertionError("C functions and tasks of a team throw nothing", e);
        }
    }

    /** Ends the runner, and with it its pool. */
    @Override
    public void close() {
        runner.close();
        helpers.ifPresent(Workers::close);
        arena.close();
    }
}
