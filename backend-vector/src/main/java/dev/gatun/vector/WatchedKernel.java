package dev.gatun.vector;

import com.sun.management.ThreadMXBean;
import dev.gatun.spi.Arguments;
import dev.gatun.spi.DelegatingKernel;
import dev.gatun.spi.Kernel;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A kernel under observation. Compiled well it leaves nothing on the heap; compiled badly it keeps its vectors there, gives the same results 10 to 100 times
 * slower, and nothing else tells. So a launch now and then is looked at, and if one after the other left garbage, long after the kernel should have been
 * compiled, that is said once in the life of the JVM.
 */
final class WatchedKernel implements DelegatingKernel {
    private static final System.Logger LOG = System.getLogger("dev.gatun");

    /** Launches between two looks, a power of two: the first come when the compilers are long done with the kernel. */
    private static final int EVERY = 256;

    /** Bytes that no launch leaves, since none leaves any; small kernels that keep their vectors on the heap leave some 10 KB on the caller's thread. */
    private static final long GARBAGE = 4 << 10;

    /** So many looks in a row must find garbage. */
    private static final int LOOKS = 4;

    /** Time in which the compilers, busy with all of a large application, must have come round to the kernel. */
    private static final long PATIENCE_NANOS = 30_000_000_000L;

    private static final AtomicBoolean SAID = new AtomicBoolean();

    private final Kernel kernel;
    private final long patienceNanos;
    private final AtomicBoolean said;
    private int launches;                       // threads may overwrite each other's count: a look comes sooner or later
    private int bad;
    private long since;

    private WatchedKernel(Kernel kernel, long patienceNanos, AtomicBoolean said) {
        this.kernel = kernel;
        this.patienceNanos = patienceNanos;
        this.said = said;
    }

    static Kernel of(Kernel kernel) {
        return of(kernel, PATIENCE_NANOS, SAID);
    }

    /** {@link #of(Kernel)} with less patience. @param said whether something has been said */
    static Kernel of(Kernel kernel, long patienceNanos, AtomicBoolean said) {
        return new WatchedKernel(kernel, patienceNanos, said);
    }

    @Override
    public Kernel kernel() {
        return kernel;
    }

    @Override
    public void launch(Arguments arguments) {
        if ((++launches & EVERY - 1) == 0 && !said.get()) {
            look(arguments);
        } else {
            kernel.launch(arguments);
        }
    }

    private void look(Arguments arguments) {
        long before = Heap.THREADS.getCurrentThreadAllocatedBytes();
        kernel.launch(arguments);
        long bytes = Heap.THREADS.getCurrentThreadAllocatedBytes() - before;
        if (bytes <= GARBAGE) {
            bad = 0;
            return;
        }
        long now = System.nanoTime();
        if (bad++ == 0) {
            since = now;
        }
        if (bad >= LOOKS && now - since >= patienceNanos && said.compareAndSet(false, true)) {
            LOG.log(System.Logger.Level.WARNING, "The kernel {0} leaves {1} bytes on the heap a launch: the JIT compiler has not made machine "
                    + "code of its vectors, and it runs many times slower than it should. Does other code of this JVM use vectors of another shape, "
                    + "or do flags limit the compilers (-XX:TieredStopAtLevel, -Xint, a small code cache)? Otherwise start the JVM again.",
                    kernel.name(), bytes);
        }
    }

    /** Who counts what a thread allocates: loaded by the first look, and asked for once, since to find it leaves kilobytes itself. */
    private static final class Heap {
        static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    }
}
