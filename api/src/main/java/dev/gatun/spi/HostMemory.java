package dev.gatun.spi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Native memory of this process, shared by all host backends. Freed blocks are kept by size for the next request, so that a steady-state call takes
 * nothing from the system: at most as many bytes as were in use at one time, or 256 MiB, else those of the size that was not asked for the longest go back;
 * {@link #trim} gives all back. Blocks are aligned to 64 bytes, sizes rounded up to an eighth of their power of two.
 */
public final class HostMemory implements Memory {
    private static final HostMemory SHARED = new HostMemory();
    private static final long ALIGNMENT = 64;

    /** Blocks below this are kept even if they are discarded: it is not worth the while. */
    private static final long SMALL = 128 << 10;

    /** Bytes in use from which on the collector is asked to find tensors that nobody holds: the heap alone would not tell it. */
    private static final long NUDGE = 1L << 30;

    /** Bytes that are kept in any case. */
    private static final long KEPT = 256L << 20;

    /** Where fresh blocks come from. */
    @FunctionalInterface
    public interface Source {
        /** Returns {@code bytes} bytes of native memory, aligned to 64 bytes at least, with undefined content. */
        Block allocate(long bytes);
    }

    /** Native memory, and what gives it back to the system. */
    public record Block(MemorySegment segment, Runnable release) {
        /** Returns a block of an arena of its own. Giving it back waits for all threads of the process, for a millisecond when it is busy. */
        public static Block ofArena(long bytes) {
            Arena arena = Arena.ofShared();
            try {
                return new Block(arena.allocate(bytes, ALIGNMENT), arena::close);
            } catch (OutOfMemoryError | IllegalArgumentException e) {
                arena.close();
                throw e;
            }
        }
    }

    private volatile Source source = Block::ofArena;

    /** What gives each block back that is in use or kept. */
    private final Map<HostBuffer, Runnable> releases = new IdentityHashMap<>();
    /** By size, the one that was not asked for and not given back for the longest first. */
    private final LinkedHashMap<Long, ArrayDeque<HostBuffer>> free = new LinkedHashMap<>(16, .75f, true);
    private long used;
    /** The most that was in use since {@link #trim}. */
    private long mostUsed;
    private long kept;
    private long nudgeAt = NUDGE;

    /** Makes a memory of its own; backends use {@link #shared}. */
    public HostMemory() {
    }

    /** Returns the memory that all host backends of this process share. */
    public static HostMemory shared() {
        return SHARED;
    }

    /** Takes fresh blocks from {@code other} from now on: a backend may know memory that is faster to read than the arena's. */
    public void takeFrom(Source other) {
        source = other;
    }

    @Override
    public boolean isHost() {
        return true;
    }

    @Override
    public HostBuffer allocate(long bytes) {
        long size = rounded(bytes);
        if (bytes < 0 || size < bytes) {
            throw refusal(bytes);                                 // the sum of what somebody wants, or its rounding, is no long any more
        }
        nudge(bytes);
        return take(size);
    }

    /** Asks for a collection when much more is in use than after the last one; cleaners then free what unreachable tensors held. */
    private void nudge(long bytes) {
        synchronized (this) {
            if (used + bytes < nudgeAt) {
                return;
            }
            nudgeAt = Long.MAX_VALUE;
        }
        System.gc();
        long deadline = System.nanoTime() + 50_000_000;
        long before = usedBytes();
        while (System.nanoTime() < deadline && usedBytes() == before) {
            Thread.onSpinWait();
        }
        synchronized (this) {
            nudgeAt = Math.max(NUDGE, 2 * used);
        }
    }

    private synchronized HostBuffer take(long size) {
        ArrayDeque<HostBuffer> blocks = free.get(size);
        if (blocks != null && !blocks.isEmpty()) {
            kept -= size;
            use(size);
            return blocks.pop();
        }
        HostBuffer buffer;
        try {
            buffer = fresh(size);
        } catch (OutOfMemoryError e) {
            trim();
            buffer = fresh(size);
        }
        use(size);
        return buffer;
    }

    private void use(long size) {
        used += size;
        mostUsed = Math.max(mostUsed, used);
    }

    private HostBuffer fresh(long size) {
        try {
            Block block = source.allocate(size);
            HostBuffer buffer = HostBuffer.of(block.segment());
            releases.put(buffer, block.release());
            return buffer;
        } catch (OutOfMemoryError | IllegalArgumentException e) {
            throw refusal(size);
        }
    }

    private OutOfMemoryError refusal(long bytes) {
        return new OutOfMemoryError("host memory: cannot get " + bytes + " bytes; " + usedBytes()
                + " bytes are in use (close tensors and predictors that are not needed, or raise -XX:MaxDirectMemorySize)");
    }

    @Override
    public synchronized void discard(Buffer buffer) {
        HostBuffer host = own(buffer);
        if (host.bytes() < SMALL) {
            free(host);
            return;
        }
        used -= host.bytes();
        releases.remove(host).run();
    }

    private HostBuffer own(Buffer buffer) {
        HostBuffer host = (HostBuffer) buffer;
        if (!releases.containsKey(host)) {
            throw new IllegalArgumentException("host memory: the buffer at " + host.address() + " is not one of this memory's");
        }
        return host;
    }

    @Override
    public synchronized void free(Buffer buffer) {
        HostBuffer host = own(buffer);
        long size = host.bytes();
        used -= size;
        kept += size;
        free.computeIfAbsent(size, s -> new ArrayDeque<>()).push(host);
        while (kept > Math.max(KEPT, mostUsed)) {
            release(free.pollFirstEntry());
        }
    }

    /** Gives all kept blocks back to the system. */
    public synchronized void trim() {
        while (!free.isEmpty()) {
            release(free.pollFirstEntry());
        }
        mostUsed = used;
    }

    private void release(Map.Entry<Long, ArrayDeque<HostBuffer>> ofOneSize) {
        ofOneSize.getValue().forEach(b -> releases.remove(b).run());
        kept -= ofOneSize.getKey() * ofOneSize.getValue().size();
    }

    /** Returns the bytes of freed blocks that are kept for the next request. */
    public synchronized long keptBytes() {
        return kept;
    }

    @Override
    public void upload(MemorySegment source, Buffer target) {
        MemorySegment.copy(source, 0, ((HostBuffer) target).segment(), 0, source.byteSize());
    }

    @Override
    public void download(Buffer source, MemorySegment target) {
        MemorySegment.copy(((HostBuffer) source).segment(), 0, target, 0, target.byteSize());
    }

    @Override
    public void copy(Buffer source, Buffer target, long bytes) {
        MemorySegment.copy(((HostBuffer) source).segment(), 0, ((HostBuffer) target).segment(), 0, bytes);
    }

    @Override
    public void synchronize() {
        // Host kernels have finished when their launch returns.
    }

    @Override
    public synchronized long usedBytes() {
        return used;
    }

    /** Rounds up so that sizes close to each other share blocks: to 64 bytes, above 1 KiB to an eighth of the power of two below; less if that overflows. */
    static long rounded(long bytes) {
        long unit = bytes <= 1024 ? ALIGNMENT : Math.max(ALIGNMENT, Long.highestOneBit(bytes - 1) / 8);
        return Math.max(ALIGNMENT, Math.ceilDiv(bytes, unit) * unit);
    }
}
