package dev.gatun.ffi;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * The head of a Linux library: for which processor it is, and up to which byte the file must go. Source: System V ABI, "ELF Header" and "Program Header".
 *
 * <pre>
 * head    = e_ident [16] e_type u16 e_machine u16 e_version u32 e_entry u64 e_phoff u64 e_shoff u64
 *           e_flags u32 e_ehsize u16 e_phentsize u16 e_phnum u16 e_shentsize u16 e_shnum u16 e_shstrndx u16
 * segment = p_type u32 p_flags u32 p_offset u64 p_vaddr u64 p_paddr u64 p_filesz u64 p_memsz u64 p_align u64
 * </pre>
 */
final class Elf {
    static final int HEAD = 64;
    private static final int UP_TO_MACHINE = 20;
    private static final int SEGMENT = 56;
    private static final int MAGIC = 0x464c457f; // 7f 'E' 'L' 'F', little endian
    private static final byte CLASS_64 = 2;

    private Elf() {
    }

    /** Returns e_machine of that platform; 0 where it is not known. */
    static int machine(Platform platform) {
        return switch (platform.toString()) {
            case "linux-x86_64" -> 62;
            case "linux-arm64" -> 183;
            default -> 0;
        };
    }

    /** Returns why that file cannot be loaded on that platform, as the end of a sentence; empty if nothing speaks against it. */
    static Optional<String> whyNot(Path path, Platform platform) {
        int machine = machine(platform);
        if (machine == 0) {
            return Optional.empty();
        }
        try (var file = FileChannel.open(path, StandardOpenOption.READ)) {
            ByteBuffer head = read(file, 0, HEAD);
            if (head.limit() < UP_TO_MACHINE || head.getInt(0) != MAGIC) {
                return Optional.of("is no library");
            }
            if (head.get(4) != CLASS_64 || head.getShort(18) != machine) {
                return Optional.of("is a library for another processor than " + platform);
            }
            // The loader maps segments without asking where the file ends: to touch one behind the end kills the process (SIGBUS).
            return isWhole(file, head) ? Optional.empty() : Optional.of("is truncated");
        } catch (IOException e) {
            return Optional.of("cannot be read: " + LibraryCache.words(e));
        }
    }

    /** Returns whether both tables and all segments end in the file. */
    private static boolean isWhole(FileChannel file, ByteBuffer head) throws IOException {
        long size = file.size();
        if (head.limit() < HEAD) {
            return false;
        }
        long table = head.getLong(32);
        int stride = Short.toUnsignedInt(head.getShort(54));
        int segments = Short.toUnsignedInt(head.getShort(56));
        long sections = (long) Short.toUnsignedInt(head.getShort(58)) * Short.toUnsignedInt(head.getShort(60));
        if (!isInside(table, (long) stride * segments, size) || !isInside(head.getLong(40), sections, size)) {
            return false;
        }
        ByteBuffer entries = read(file, table, stride * segments);
        for (int i = 0; i < segments && stride >= SEGMENT; i++) {
            if (!isInside(entries.getLong(i * stride + 8), entries.getLong(i * stride + 32), size)) {
                return false;
            }
        }
        return true;
    }

    /** Returns whether 0 <= offset <= offset + bytes <= size, for any numbers that a file may hold. */
    private static boolean isInside(long offset, long bytes, long size) {
        return bytes == 0 || offset >= 0 && bytes > 0 && bytes <= size && offset <= size - bytes;
    }

    /** Returns up to {@code bytes} bytes from {@code offset}, fewer where the file ends. */
    private static ByteBuffer read(FileChannel file, long offset, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining() && file.read(buffer, offset + buffer.position()) >= 0) {
            continue;
        }
        return buffer.flip();
    }
}
