package dev.gatun.vector;

import dev.gatun.spi.HostMemory.Block;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Large blocks in pages of 2 MiB, where the system grants them: Linux with transparent huge pages on request. Weights and arenas of a network are read from
 * end to end; with pages of 4 KiB a processor looks up an address every 64 lines (ResNet-50: 39 ms instead of 34.6).
 *
 * <p>Anywhere else, and where native access is denied, blocks come from arenas as usual.
 */
final class HugePages {
    /** The size of a page. */
    static final long PAGE = 2 << 20;

    /** From this size on blocks are mapped, from {@link #PAGE} on in huge pages. */
    static final long MAPPED = 128 << 10;

    private static final Path SETTING = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
    private static final int MADV_HUGEPAGE = 14;
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
    private static final long MAP_FAILED = -1;

    private HugePages() {
    }

    /** The three functions of the C library, found when the first large block is wanted. */
    private record Library(MethodHandle mmap, MethodHandle munmap, MethodHandle madvise) {
        static final Optional<Library> FOUND = isGranted() ? find() : Optional.empty();

        private static boolean isGranted() {
            try {
                return System.getProperty("os.name", "").equals("Linux") && !Files.readString(SETTING).contains("[never]");
            } catch (IOException e) {
                return false;                                     // no such kernel, or not for us
            }
        }

        @SuppressWarnings("restricted")
        private static Optional<Library> find() {
            try {
                Linker linker = Linker.nativeLinker();
                SymbolLookup c = linker.defaultLookup();
                ValueLayout.OfLong size = ValueLayout.JAVA_LONG;
                ValueLayout.OfInt number = ValueLayout.JAVA_INT;
                return Optional.of(new Library(
                        linker.downcallHandle(c.findOrThrow("mmap"), FunctionDescriptor.of(size, size, size, number, number, number, size)),
                        linker.downcallHandle(c.findOrThrow("munmap"), FunctionDescriptor.of(number, size, size)),
                        linker.downcallHandle(c.findOrThrow("madvise"), FunctionDescriptor.of(number, size, size, number))));
            } catch (RuntimeException e) {
                return Optional.empty();                          // a C library without them, or native access is denied
            }
        }

        /** Maps the block itself: what malloc gives back may stay in the process for ever, and weights come and go by the hundred megabytes. */
        @SuppressWarnings("restricted")
        Optional<Block> allocate(long bytes) {
            long margin = bytes < PAGE ? 0 : PAGE;
            long size = bytes < PAGE ? bytes : Math.ceilDiv(bytes, PAGE) * PAGE;
            try {
                long mapped = (long) mmap.invokeExact(0L, size + margin, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
                if (mapped == MAP_FAILED) {
                    return Optional.empty();
                }
                long block = margin == 0 ? mapped : Math.ceilDiv(mapped, PAGE) * PAGE;
                unmap(mapped, block - mapped);
                unmap(block + size, mapped + margin - block);
                // Whole pages only, if any: the last bytes need not cost a page. Advice that is not taken does no harm.
                int ignored = (int) madvise.invokeExact(block, bytes / PAGE * PAGE, MADV_HUGEPAGE);
                return Optional.of(new Block(MemorySegment.ofAddress(block).reinterpret(bytes), () -> unmap(block, size)));
            } catch (Throwable e) {
                throw new AssertionError("C functions throw nothing", e);
            }
        }

        private void unmap(long address, long bytes) {
            if (bytes == 0) {
                return;
            }
            try {
                int ignored = (int) munmap.invokeExact(address, bytes);
            } catch (Throwable e) {
                throw new AssertionError("C functions throw nothing", e);
            }
        }
    }

    /**
     * Returns a block of {@code bytes} bytes, in huge pages if it is large and the system grants them, with undefined content; aligned to 64 bytes at least.
     */
    static Block allocate(long bytes) {
        Optional<Block> mapped = bytes < MAPPED ? Optional.empty() : Library.FOUND.flatMap(library -> library.allocate(bytes));
        return mapped.orElseGet(() -> Block.ofArena(bytes));
    }

    /** Returns whether large blocks are asked for in huge pages here. */
    static boolean areGranted() {
        return Library.FOUND.isPresent();
    }
}
