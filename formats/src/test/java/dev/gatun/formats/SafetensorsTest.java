package dev.gatun.formats;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.DType;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SafetensorsTest {
    @TempDir
    Path folder;

    @Test
    void readsWhatPythonWrote() throws Exception {
        Safetensors file = Safetensors.load(Path.of(SafetensorsTest.class.getResource("loss_mse.safetensors").toURI()));

        assertEquals("loss_mse", file.metadata().get("case"));
        assertEquals(List.of("labels", "class_weight", "grad_x", "target", "x", "y"), List.copyOf(file.names()));
        assertEquals(TensorType.of(DType.I64, 9), file.type("labels"));
        float[] x = file.tensor("x").toFloatArray();
        float[] target = file.tensor("target").toFloatArray();
        double mean = 0;
        for (int i = 0; i < x.length; i++) {
            mean += Math.pow(x[i] - target[i], 2) / x.length;
        }
        assertEquals(mean, file.tensor("y").toFloatArray()[0], 1e-6 * mean);
        for (long label : file.tensor("labels").toLongArray()) {
            assertTrue(label >= 0 && label < 6, "label " + label);
        }
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void everyElementTypeSurvivesSavingAndLoading(DType dtype) throws IOException {
        Path path = folder.resolve("x.safetensors");
        for (int[] dims : List.of(new int[] {}, new int[] {0, 3}, new int[] {1}, new int[] {3, 5, 2})) {
            TensorType type = TensorType.of(dtype, dims);
            byte[] bytes = new byte[(int) type.bytes()];
            new Random(dims.length).nextBytes(bytes);
            if (dtype == DType.BOOL) {
                for (int i = 0; i < bytes.length; i++) {
                    bytes[i] &= 1;
                }
            }
            Safetensors.save(path, tensors("x", Tensor.of(type, MemorySegment.ofArray(bytes))), Map.of());

            Safetensors read = Safetensors.load(path);
            assertEquals(type, read.type("x"));
            byte[] back = new byte[bytes.length];
            read.tensor("x").copyTo(MemorySegment.ofArray(back));
            assertArrayEquals(bytes, back);
        }
    }

    @Test
    void namesAndMetadataComeBackInTheirOrderWhateverTheBytesDo() throws IOException {
        Path path = folder.resolve("x.safetensors");
        SequencedMap<String, Tensor> tensors = tensors("flag", Tensor.of(new boolean[] {true, false, true}));
        tensors.put("größe \"1\"", Tensor.of(new double[] {1, 2}));
        tensors.put("a", Tensor.of(new float[] {3, 4, 5}));
        SequencedMap<String, String> metadata = new LinkedHashMap<>();
        metadata.put("z", "{\"nested\": [1, 2]}");
        metadata.put("a", "two\nlines");
        Safetensors.save(path, tensors, metadata);

        Safetensors read = Safetensors.load(path);
        assertEquals(List.copyOf(tensors.keySet()), List.copyOf(read.names()));
        assertEquals(List.copyOf(metadata.entrySet()), List.copyOf(read.metadata().entrySet()));
        assertArrayEquals(new boolean[] {true, false, true}, read.tensor("flag").toBooleanArray());
        assertArrayEquals(new double[] {1, 2}, read.tensor("größe \"1\"").toDoubleArray());
        assertArrayEquals(new float[] {3, 4, 5}, read.tensor("a").toFloatArray());
    }

    @Test
    void bytesLieByFallingElementSizeBehindAHeaderOfWholeWords() throws IOException {
        Path path = folder.resolve("x.safetensors");
        SequencedMap<String, Tensor> tensors = tensors("b", Tensor.of(new boolean[] {true}));
        tensors.put("d", Tensor.of(new double[] {7}));
        Safetensors.save(path, tensors, Map.of());

        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
        long header = bytes.getLong(0);
        assertEquals(0, header % 8);
        assertEquals(7.0, bytes.getDouble((int) (8 + header)));
        assertEquals(1, bytes.get((int) (8 + header + 8)));
        assertEquals(8 + header + 9, bytes.limit());
    }

    @Test
    void aFileWithoutTensorsIsValid() throws IOException {
        Path path = folder.resolve("x.safetensors");
        Safetensors.save(path, new LinkedHashMap<>(), Map.of("only", "text"));
        assertEquals(Map.of("only", "text"), Safetensors.load(path).metadata());
        assertTrue(Safetensors.load(path).names().isEmpty());
    }

    @Test
    void anUnknownNameIsRefusedWithTheFileAndTheName() throws IOException {
        Path path = folder.resolve("x.safetensors");
        Safetensors.save(path, tensors("x", Tensor.of(new float[] {1})), Map.of());
        String message = assertThrows(IllegalArgumentException.class, () -> Safetensors.load(path).tensor("w")).getMessage();
        assertEquals(path + " has no tensor \"w\"", message);
    }

    @Test
    void theNameOfTheMetadataCannotBeATensor() {
        Path path = folder.resolve("x.safetensors");
        assertThrows(IllegalArgumentException.class, () -> Safetensors.save(path, tensors("__metadata__", Tensor.of(new float[] {1})), Map.of()));
        assertTrue(Files.notExists(path));
    }

    @Test
    void namesMayBeLong() throws IOException {
        Path path = folder.resolve("x.safetensors");
        String name = "n".repeat(50_001);
        Safetensors.save(path, tensors(name, Tensor.of(new float[] {1})), Map.of("k".repeat(60_000), "v"));
        assertEquals(List.of(name), List.copyOf(Safetensors.load(path).names()));
    }

    @Test
    void whatCouldNotBeReadAgainIsNotWrittenOverAGoodFile() throws IOException {
        Path path = folder.resolve("x.safetensors");
        Safetensors.save(path, tensors("x", Tensor.of(new float[] {1, 2})), Map.of());
        Map<String, String> nothing = new LinkedHashMap<>();
        nothing.put("k", null);
        for (Map<String, String> metadata : List.of(nothing, Map.of("k", "v".repeat(100_000_000)))) {
            assertThrows(IllegalArgumentException.class, () -> Safetensors.save(path, tensors("x", Tensor.of(new float[] {3})), metadata));
        }
        assertArrayEquals(new float[] {1, 2}, Safetensors.load(path).tensor("x").toFloatArray());
    }

    @Test
    void aFailedSaveLeavesTheOldFileAndNoPart() throws IOException {
        Path path = folder.resolve("x.safetensors");
        Safetensors.save(path, tensors("x", Tensor.of(new float[] {1, 2})), Map.of());
        SequencedMap<String, Tensor> tensors = tensors("good", Tensor.of(new float[] {1}));
        Tensor closed = Tensor.of(new float[] {1});
        tensors.put("closed", closed);
        closed.close();

        assertThrows(IllegalStateException.class, () -> Safetensors.save(path, tensors, Map.of()));

        assertArrayEquals(new float[] {1, 2}, Safetensors.load(path).tensor("x").toFloatArray());
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(path), files.toList());
        }
    }

    @Test
    void aTensorStaysWhenItsFileIsReplaced() throws IOException {
        Path path = folder.resolve("x.safetensors");
        Safetensors.save(path, tensors("x", Tensor.of(new float[] {1, 2})), Map.of());
        Safetensors old = Safetensors.load(path);
        Safetensors.save(path, tensors("x", Tensor.of(new float[] {3, 4})), Map.of());
        assertArrayEquals(new float[] {1, 2}, old.tensor("x").toFloatArray());
        assertArrayEquals(new float[] {3, 4}, Safetensors.load(path).tensor("x").toFloatArray());
    }

    @Test
    void anInterruptedThreadReadsOnAndSoDoAllOthers() throws IOException {
        Path path = folder.resolve("x.safetensors");
        Safetensors.save(path, tensors("x", Tensor.of(new float[] {1, 2})), Map.of());
        Safetensors file = Safetensors.load(path);
        Thread.currentThread().interrupt();
        try {
            assertArrayEquals(new float[] {1, 2}, file.tensor("x").toFloatArray());
            assertEquals(1, Safetensors.load(path).names().size());
            assertTrue(Thread.currentThread().isInterrupted());
        } finally {
            Thread.interrupted();
        }
        assertArrayEquals(new float[] {1, 2}, file.tensor("x").toFloatArray());
    }

    @Test
    void aTensorOfManyPartsComesBackWhole() throws IOException {
        Path path = folder.resolve("x.safetensors");
        Tensor x = Tensor.arange(DType.F32, 300_001);
        Safetensors.save(path, tensors("x", x), Map.of());
        assertArrayEquals(x.toFloatArray(), Safetensors.load(path).tensor("x").toFloatArray());
    }

    @Test
    void aFileInsideOfAZipIsReadToo() throws IOException {
        Path path = folder.resolve("x.safetensors");
        Safetensors.save(path, tensors("x", Tensor.of(new float[] {1, 2})), Map.of());
        try (FileSystem zip = FileSystems.newFileSystem(folder.resolve("x.zip"), Map.of("create", "true"))) {
            Path inside = Files.copy(path, zip.getPath("/inside.safetensors"));
            assertArrayEquals(new float[] {1, 2}, Safetensors.load(inside).tensor("x").toFloatArray());
        }
    }

    @Test
    void missingFilesAndFoldersAreNamed() {
        Path missing = folder.resolve("missing.safetensors");
        assertEquals(missing + ": there is no such file", assertThrows(IOException.class, () -> Safetensors.load(missing)).getMessage());
        assertEquals(folder + " is a folder, not a file", assertThrows(IOException.class, () -> Safetensors.load(folder)).getMessage());
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aPipeIsRefusedInsteadOfWaitingForItsWriter() throws Exception {
        Path pipe = folder.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        assertEquals(pipe + " is a pipe or a device, not a file", assertThrows(IOException.class, () -> Safetensors.load(pipe)).getMessage());
        assertThrows(IOException.class, () -> Npy.load(pipe));
    }

    static SequencedMap<String, Tensor> tensors(String name, Tensor tensor) {
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put(name, tensor);
        return tensors;
    }

}
