package dev.gatun.ffi;

import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;

/**
 * A file in a jar. Its length and checksum stand in the jar's directory, so that they cost nothing to know.
 *
 * @param name the file's own name, without folders
 * @param bytes its length
 * @param crc its CRC-32
 */
record BundledFile(String name, long bytes, long crc, URL url) {
    /** Returns the library and its companions, the library last; empty if no jar has the library. */
    static List<BundledFile> of(NativeLibrary.Bundle bundle, Platform platform, UnaryOperator<String> properties) throws IOException {
        Optional<URL> library = find(bundle, bundle.resource(platform, bundle.file()), properties);
        if (library.isEmpty()) {
            return List.of();
        }
        var files = new ArrayList<BundledFile>();
        for (String companion : bundle.companions()) {
            // From the same jar, whatever else lies on the class path.
            String url = library.get().toString();
            URL beside = URI.create(url.substring(0, url.lastIndexOf('/') + 1) + companion).toURL();
            try {
                files.add(of(beside));
            } catch (FileNotFoundException e) {
                throw new IOException("there is no " + beside, e);
            }
        }
        files.add(of(library.get()));
        return files;
    }

    private static Optional<URL> find(NativeLibrary.Bundle bundle, String resource, UnaryOperator<String> properties) throws IOException {
        URL url = bundle.near().getResource("/" + resource);
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        if (url == null && context != null) {
            url = context.getResource(resource);
        }
        return url == null ? onModulePath(resource, properties) : Optional.of(url);
    }

    /** Looks where class loaders do not: in jars on the module path that no module requires. Whoever only carries files is required by none. */
    private static Optional<URL> onModulePath(String resource, UnaryOperator<String> properties) throws IOException {
        for (String element : Objects.requireNonNullElse(properties.apply("jdk.module.path"), "").split(File.pathSeparator)) {
            Path path = Path.of(element).toAbsolutePath();
            for (Path jar : Files.isDirectory(path) ? Names.expand(path.resolve("*.jar")) : List.of(path)) {
                URL url = URI.create("jar:" + jar.toUri() + "!/" + resource).toURL();
                if (Files.isRegularFile(jar) && isThere(url)) {
                    return Optional.of(url);
                }
            }
        }
        return Optional.empty();
    }

    private static boolean isThere(URL url) {
        try (var _ = open(url)) {
            return true;
        } catch (IOException e) {
            return false; // JarURLConnection has no other way to say so
        }
    }

    private static BundledFile of(URL url) throws IOException {
        String name = url.getPath().substring(url.getPath().lastIndexOf('/') + 1);
        var connection = url.openConnection();
        connection.setUseCaches(false); // a cached jar stays open
        if (connection instanceof JarURLConnection jar) {
            try (var _ = jar.getJarFile()) {
                var entry = jar.getJarEntry();
                if (entry != null && entry.getCrc() >= 0 && entry.getSize() >= 0) {
                    return new BundledFile(name, entry.getSize(), entry.getCrc(), url);
                }
            }
        }
        // Not in a jar, but in a folder of classes or in a run-time image.
        var sum = new CRC32();
        try (var in = new CheckedInputStream(open(url), sum)) {
            return new BundledFile(name, in.transferTo(OutputStream.nullOutputStream()), sum.getValue(), url);
        }
    }

    /** Opens its content. */
    InputStream open() throws IOException {
        return open(url);
    }

    private static InputStream open(URL url) throws IOException {
        var connection = url.openConnection();
        connection.setUseCaches(false);
        return connection.getInputStream();
    }
}
