package dev.gatun.ffi;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/** Files that look like libraries, and jars that carry such. */
final class Fakes {
    static final Platform LINUX = new Platform("linux", "x86_64");
    static final String RESOURCES = "org/example/nat/linux-x86_64/";

    private Fakes() {
    }

    /** Returns the head of a library for x86-64 that has no segments, and that text after it. */
    static byte[] library(String text) {
        return library(Elf.machine(LINUX), text);
    }

    static byte[] library(int machine, String text) {
        byte[] tail = text.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(Elf.HEAD + tail.length).order(ByteOrder.LITTLE_ENDIAN)
                .put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1}).position(16).putShort((short) 3).putShort((short) machine).position(Elf.HEAD).put(tail).array();
    }

    /** Writes a library there, with the folders above it. */
    static Path write(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        return Files.write(file, library(file.toString()));
    }

    static Path jar(Path jar, Map<String, byte[]> files) throws IOException {
        try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (var file : files.entrySet()) {
                out.putNextEntry(new JarEntry(file.getKey()));
                out.write(file.getValue());
                out.closeEntry();
            }
        }
        return jar;
    }

    /** Returns a jar with {@code libnat.so.3}, of so many bytes that writing them takes a while, and its companion {@code libhelp.so.1}. */
    static Path jar(Path jar, int bytes) throws IOException {
        return jar(jar, Map.of(RESOURCES + "libnat.so.3", library("n".repeat(bytes)), RESOURCES + "libhelp.so.1", library("help")));
    }

    static NativeLibrary nat(String... folders) {
        return new NativeLibrary("Nat", "nat", List.of("libnat.so.3", "libnat.so"), Optional.empty(), List.of(folders));
    }

    static NativeLibrary bundled() {
        return new NativeLibrary("Nat", "nat", List.of("libnat.so.3", "libnat.so"), Optional.of(new NativeLibrary.Bundle("org.example:nat:3:linux-x86_64",
                Fakes.class, "org/example/nat/PLATFORM", List.of("linux-x86_64"), "libnat.so.3", List.of("libhelp.so.1"))), List.of());
    }

    /** Returns a user's own custody below that folder. */
    static Custody below(Path folder) throws IOException {
        return new Custody(Custody.own().owners(), folder.toRealPath());
    }
}
