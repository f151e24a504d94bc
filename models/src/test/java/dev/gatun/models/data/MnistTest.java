package dev.gatun.models.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MnistTest {
    @TempDir
    private Path folder;

    private void images(String name, int count, int height, int width) throws IOException {
        var buffer = ByteBuffer.allocate(16 + count * height * width).putInt(0x803).putInt(count).putInt(height).putInt(width);
        while (buffer.hasRemaining()) {
            buffer.put((byte) buffer.position());
        }
        Files.write(folder.resolve(name), buffer.array());
    }

    private void labels(String name, int... labels) throws IOException {
        var buffer = ByteBuffer.allocate(8 + labels.length).putInt(0x801).putInt(labels.length);
        for (int label : labels) {
            buffer.put((byte) label);
        }
        Files.write(folder.resolve(name), buffer.array());
    }

    private void small() throws IOException {
        images("train-images-idx3-ubyte", 3, 28, 28);
        labels("train-labels-idx1-ubyte", 7, 0, 9);
        images("t10k-images.idx3-ubyte", 2, 28, 28);
        labels("t10k-labels.idx1-ubyte", 1, 2);
    }

    private String fault() {
        return assertThrows(MalformedFileException.class, () -> Mnist.load(folder)).getMessage();
    }

    @Test
    void imagesAndLabelsComeFromTheFourFiles() throws IOException {
        small();
        Mnist mnist = Mnist.load(folder);
        assertEquals(3, mnist.train().count());
        assertArrayEquals(new byte[] {7, 0, 9}, mnist.train().labels());
        assertArrayEquals(new byte[] {1, 2}, mnist.test().labels());
        assertEquals(16 + 784, Byte.toUnsignedInt(mnist.train().pixels()[784]) + 768, "the second image begins behind the first");
    }

    @Test
    void missingFilesAreListed() throws IOException {
        small();
        Files.delete(folder.resolve("train-labels-idx1-ubyte"));
        Files.delete(folder.resolve("t10k-images.idx3-ubyte"));
        assertEquals(folder + ": MNIST is not here: there is no train-labels-idx1-ubyte, no t10k-images-idx3-ubyte, neither as it is nor as .gz",
                assertThrows(FileNotFoundException.class, () -> Mnist.load(folder)).getMessage());
    }

    @Test
    void missingFolderAndFileInsteadOfFolderAreNamed() throws IOException {
        assertThrows(NoSuchFileException.class, () -> Mnist.load(folder.resolve("absent")));
        Path file = Files.createFile(folder.resolve("file"));
        assertThrows(NotDirectoryException.class, () -> Mnist.load(file));
    }

    @Test
    void labelAboveNineIsNamedByItsPlace() throws IOException {
        small();
        labels("train-labels-idx1-ubyte", 7, 0, 10);
        assertTrue(fault().endsWith("train-labels-idx1-ubyte: label 2 is 10, but must be 0 to 9"), fault());
        labels("train-labels-idx1-ubyte", 255, 0, 1);
        assertTrue(fault().endsWith("train-labels-idx1-ubyte: label 0 is 255, but must be 0 to 9"), fault());
    }

    @Test
    void countsOfImagesAndLabelsMustBeEqual() throws IOException {
        small();
        labels("t10k-labels.idx1-ubyte", 1, 2, 3);
        assertTrue(fault().endsWith("t10k-labels.idx1-ubyte: it has 3 labels for the 2 images of t10k-images.idx3-ubyte"), fault());
    }

    @Test
    void wrongSizesAreRefused() throws IOException {
        small();
        images("train-images-idx3-ubyte", 3, 28, 27);
        assertTrue(fault().endsWith("train-images-idx3-ubyte: its sizes are [3, 28, 27], but must be [N, 28, 28]"), fault());
        small();
        images("t10k-labels.idx1-ubyte", 2, 1, 1);
        assertTrue(fault().endsWith("t10k-labels.idx1-ubyte: its sizes are [2, 1, 1], but must be [N]"), fault());
        small();
        images("train-images-idx3-ubyte", 0, 28, 28);
        labels("train-labels-idx1-ubyte");
        assertTrue(fault().endsWith("train-images-idx3-ubyte: it has no images"), fault());
    }
}
