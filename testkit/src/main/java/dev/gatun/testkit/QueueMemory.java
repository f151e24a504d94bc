package dev.gatun.testkit;

import dev.gatun.spi.Buffer;
import dev.gatun.spi.HostBuffer;
import dev.gatun.spi.Memory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Memory behind a queue, as a GPU's behind a stream: buffers have addresses that mean nothing to the processor, work runs later on a thread of its own, in
 * order, and its failure is reported by the next wait. Freed blocks are overwritten, so that a read of freed memory shows.
 */
public final class QueueMemory implements Memory, AutoCloseable {
    private static final ThreadLocal<List<Runnable>> CAPTURED = new ThreadLocal<>();

    private final ExecutorService queue = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("queue-memory").factory());
    private final AtomicReference<RuntimeException> failure = new AtomicReference<>();
    private final AtomicLong used = new AtomicLong();
    private final AtomicLong next = new AtomicLong(1L << 40);

    /** A block of device memory; {@code data} is for work on the queue only. */
    private record Block(long address, MemorySegment data) implements Buffer {
        @Override
        public long bytes() {
            return data.byteSize();
        }

        @Override
        public Block slice(long offset, long bytes) {
            return new Block(address + offset, data.asSlice(offset, bytes));
        }
    }

    @Override
    public boolean isHost() {
        return false;
    }

    @Override
    public Buffer allocate(long bytes) {
        used.addAndGet(bytes);
        return new Block(next.getAndAdd(bytes + 256), Arena.ofAuto().allocate(Math.max(1, bytes), 64).asSlice(0, bytes).fill((byte) 0x7f));
    }

    @Override
    public void free(Buffer buffer) {
        used.addAndGet(-buffer.bytes());
        enqueue(() -> host(buffer).segment().fill((byte) 0x7f));
    }

    @Override
    public void upload(MemorySegment source, Buffer target) {
        MemorySegment staged = Arena.ofAuto().allocate(Math.max(1, source.byteSize()), 64).asSlice(0, source.byteSize()).copyFrom(source);
        enqueue(() -> host(target).segment().asSlice(0, staged.byteSize()).copyFrom(staged));
    }

    @Override
    public void download(Buffer source, MemorySegment target) {
        MemorySegment staged = Arena.ofAuto().allocate(Math.max(1, target.byteSize()), 64).asSlice(0, target.byteSize());
        enqueue(() -> staged.copyFrom(host(source).segment().asSlice(0, staged.byteSize())));
        synchronize();
        target.copyFrom(staged);
    }

    @Override
    public void copy(Buffer source, Buffer target, long bytes) {
        enqueue(() -> host(target).segment().asSlice(0, bytes).copyFrom(host(source).segment().asSlice(0, bytes)));
    }

    @Override
    public void synchronize() {
        Future<?> marker = queue.submit(() -> { });
        try {
            marker.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
        RuntimeException failed = failure.getAndSet(null);
        if (failed != null) {
            throw failed;
        }
    }

    @Override
    public long usedBytes() {
        return used.get();
    }

    /** Runs {@code launches}, whose work is collected and queued as one piece, as a captured graph is. */
    void capture(Runnable launches) {
        List<Runnable> work = new ArrayList<>();
        CAPTURED.set(work);
        try {
            launches.run();
        } finally {
            CAPTURED.remove();
        }
        enqueue(() -> work.forEach(Runnable::run));
    }

    /** Queues work. */
    void enqueue(Runnable work) {
        List<Runnable> captured = CAPTURED.get();
        if (captured != null) {
            captured.add(work);
            return;
        }
        queue.execute(() -> {
            try {
                work.run();
            } catch (RuntimeException e) {
                failure.compareAndSet(null, e);
            }
        });
    }

    /** Returns the data behind a device address, for work on the queue. */
    static HostBuffer host(Buffer buffer) {
        return HostBuffer.of(((Block) buffer).data());
    }

    @Override
    public void close() {
        queue.shutdown();
    }
}
