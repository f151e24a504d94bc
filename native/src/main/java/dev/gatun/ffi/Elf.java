package dev.gatun.ffi;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The head of a Linux library: for which processor it is. Source: System V ABI, "ELF Header". */
final class Elf {
    /** e_ident [16], e_type u16, e_machine u16. */
    static final int HEAD = 20;
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
    static Optional<String> whyNot(Path file, Platform platform) {
        int machine = machine(platform);
        if (machine == 0) {
            return Optional.empty();
        }
        try (var in = Files.newInputStream(file)) {
            ByteBuffer head = ByteBuffer.wrap(in.readNBytes(HEAD)).order(ByteOrder.LITTLE_ENDIAN);
            if (head.remaining() < HEAD || head.getInt(0) != MAGIC) {
                return Optional.of("is no library");
            }
            return head.get(4) == CLASS_64 && head.getShort(18) == machine ? Optional.empty()
                    : Optional.of("is a library for another processor than " + platform);
        } catch (IOException e) {
            return Optional.of("cannot be read: " + LibraryCache.words(e));
        }
    }
}
