package dev.gatun.testkit;

import dev.gatun.TensorType;
import dev.gatun.spi.Arguments;
import dev.gatun.spi.Backend;
import dev.gatun.spi.BackendProvider;
import dev.gatun.spi.Buffer;
import dev.gatun.spi.DelegatingBackend;
import dev.gatun.spi.DelegatingKernel;
import dev.gatun.spi.Executable;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import dev.gatun.spi.Memory;
import dev.gatun.spi.Program;
import dev.gatun.spi.StepExecutable;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Another backend, each of whose kernels sees every buffer exactly as long as it must be, between two guards, and results and workspace full of what
 * guards are full of. A kernel that writes outside of its buffers fails; one that lets what it reads there, or what was in its results before, into
 * its results gives others than without guards. Row-major buffers begin at the next element behind a 64-byte boundary, as the memory of users may.
 */
final class GuardedBackend implements DelegatingBackend {
    private static final int GUARD = 256;

    private final Backend inner;
    private final byte pattern;

    /** Guards {@code inner}, which stays its opener's to close. @param pattern what guards are full of: 0xFF is NaN in every floating type */
    GuardedBackend(Backend inner, byte pattern) {
        this.inner = inner;
        this.pattern = pattern;
    }

    /** Returns a provider of this backend. */
    BackendProvider provider() {
        return new Single(this);
    }

    /** The provider of one backend that is open already. */
    record Single(Backend backend) implements BackendProvider {
        @Override
        public String name() {
            return backend.name();
        }

        @Override
        public int priority() {
            return -1;
        }

        @Override
        public Availability probe() {
            return new Availability.Usable(backend.description(), "none", "1");
        }

        @Override
        public Backend open() {
            return backend;
        }
    }

    @Override
    public Backend backend() {
        return inner;
    }

    @Override
    public String name() {
        return inner.name() + " with guards";
    }

    @Override
    public Optional<Kernel> compile(KernelRequest request) {
        return inner.compile(request).map(k -> new Guarded(k, request));
    }

    /** Step by step: guards are put around each launch. */
    @Override
    public Executable link(Program program) {
        return new StepExecutable(program, memory());
    }

    @Override
    public void close() {
        // The guarded backend is its opener's.
    }

    /** A buffer that a kernel is given instead of the plan's. @param outer the whole with its guards */
    private record Place(Buffer outer, Buffer inside, long before) { }

    private final class Guarded implements DelegatingKernel {
        private final Kernel kernel;
        private final KernelRequest request;

        Guarded(Kernel kernel, KernelRequest request) {
            this.kernel = kernel;
            this.request = request;
        }

        @Override
        public Kernel kernel() {
            return kernel;
        }

        @Override
        public void launch(Arguments arguments) {
            Memory memory = inner.memory();
            int operands = request.inputs().size();
            int results = request.outputs().size();
            Map<Long, Place> known = new HashMap<>();
            List<Place> places = new ArrayList<>();
            for (int i = 0; i < arguments.size(); i++) {
                // A result in place of an operand has its address: it must stay so.
                Buffer given = arguments.buffer(i);
                long bytes = bytes(i);
                Place place = bytes == 0 ? place(bytes, i) : known.get(given.address());
                if (place == null) {
                    place = place(bytes, i);
                    known.put(given.address(), place);
                }
                if (i < operands) {
                    memory.copy(given, place.inside(), bytes);
                }
                places.add(place);
            }
            Buffer[] table = places.stream().map(Place::inside).toArray(Buffer[]::new);
            int[] slots = new int[table.length];
            for (int i = 0; i < slots.length; i++) {
                slots[i] = i;
            }
            kernel.launch(new Arguments(table, slots));
            for (int i = operands; i < operands + results; i++) {
                memory.copy(places.get(i).inside(), arguments.buffer(i), bytes(i));
            }
            places.stream().distinct().forEach(this::check);
        }

        private Place place(long bytes, int i) {
            Memory memory = inner.memory();
            long before = GUARD + shift(i);
            long all = before + bytes + GUARD;
            Buffer outer = memory.allocate(all);
            memory.upload(MemorySegment.ofArray(new byte[Math.toIntExact(all)]).fill(pattern), outer);
            return new Place(outer, outer.slice(before, bytes), before);
        }

        private void check(Place place) {
            long bytes = place.inside().bytes();
            MemorySegment all = MemorySegment.ofArray(new byte[Math.toIntExact(place.before() + bytes + GUARD)]);
            inner.memory().download(place.outer(), all);
            inner.memory().free(place.outer());
            for (long i = 0; i < all.byteSize(); i++) {
                boolean inside = i >= place.before() && i < place.before() + bytes;
                if (!inside && all.get(ValueLayout.JAVA_BYTE, i) != pattern) {
                    throw new AssertionError(kernel.name() + " wrote " + (i < place.before() ? place.before() - i + " bytes before"
                            : i - place.before() - bytes + 1 + " bytes behind") + " a buffer of " + bytes + " bytes; operands " + request.inputs()
                            + ", results " + request.outputs());
                }
            }
        }

        private long bytes(int i) {
            return isWorkspace(i) ? kernel.workspaceBytes() : layout(i).bytes(type(i));
        }

        private long shift(int i) {
            return isWorkspace(i) || !layout(i).equals(Layout.PLAIN) ? 0 : type(i).dtype().bytes();
        }

        private boolean isWorkspace(int i) {
            return i >= request.inputs().size() + request.outputs().size();
        }

        private TensorType type(int i) {
            int operands = request.inputs().size();
            return i < operands ? request.inputs().get(i) : request.outputs().get(i - operands);
        }

        private Layout layout(int i) {
            int operands = request.inputs().size();
            List<Layout> layouts = i < operands ? kernel.inputLayouts() : kernel.outputLayouts();
            return layouts.isEmpty() ? Layout.PLAIN : layouts.get(i < operands ? i : i - operands);
        }
    }
}
