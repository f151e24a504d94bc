package dev.gatun.models.data;

import dev.gatun.models.data.LabelledImages.PixelScale;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * MNIST: handwritten digits of 28 x 28 pixels, 60,000 to learn and 10,000 to test, from its four IDX files. Sets in the same files (Fashion-MNIST,
 * KMNIST) load as well, as do excerpts.
 *
 * @param train the images to learn
 * @param test the images to test
 */
public record Mnist(LabelledImages train, LabelledImages test) {
    /** Mean and deviation of the 60,000 images. */
    public static final PixelScale SCALE = new PixelScale(.1307, .3081);

    private static final List<String> FILES = List.of("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
            "t10k-labels-idx1-ubyte");
    private static final int SIZE = 28;
    private static final int CLASSES = 10;

    /**
     * Reads {@code train-images-idx3-ubyte}, {@code train-labels-idx1-ubyte}, {@code t10k-images-idx3-ubyte} and {@code t10k-labels-idx1-ubyte}, each
     * as it is or packed as {@code .gz}; a dot before {@code idx} is accepted too.
     *
     * @throws NoSuchFileException if the folder does not exist
     * @throws FileNotFoundException if files are missing; the message lists them
     * @throws MalformedFileException if a file is not what it should be, or images and labels do not fit
     * @throws IOException if a file cannot be read
     */
    public static Mnist load(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            throw new NoSuchFileException(folder.toString());
        }
        if (!Files.isDirectory(folder)) {
            throw new NotDirectoryException(folder.toString());
        }
        List<String> missing = FILES.stream().filter(name -> find(folder, name).isEmpty()).toList();
        if (!missing.isEmpty()) {
            throw new FileNotFoundException(folder + ": MNIST is not here: there is no " + String.join(", no ", missing)
                    + ", neither as it is nor as .gz");
        }
        List<Path> files = FILES.stream().map(name -> find(folder, name).orElseThrow()).toList();
        return new Mnist(read(files.get(0), files.get(1)), read(files.get(2), files.get(3)));
    }

    /** Returns the file of that name, or empty. */
    private static Optional<Path> find(Path folder, String name) {
        String dotted = name.replace("-idx", ".idx");
        return Stream.of(name, dotted, name + ".gz", dotted + ".gz").map(folder::resolve).filter(Files::exists).findFirst();
    }

    private static LabelledImages read(Path imageFile, Path labelFile) throws IOException {
        Idx images = Idx.read(imageFile);
        if (images.dims().size() != 3 || images.dims().get(1) != SIZE || images.dims().get(2) != SIZE) {
            throw new MalformedFileException(imageFile, "its sizes are " + images.dims() + ", but must be [N, 28, 28]");
        }
        Idx labels = Idx.read(labelFile);
        if (labels.dims().size() != 1) {
            throw new MalformedFileException(labelFile, "its sizes are " + labels.dims() + ", but must be [N]");
        }
        int count = labels.dims().getFirst();
        if (!images.dims().getFirst().equals(count)) {
            throw new MalformedFileException(labelFile, "it has " + count + " labels for the " + images.dims().getFirst() + " images of "
                    + imageFile.getFileName());
        }
        if (count == 0) {
            throw new MalformedFileException(imageFile, "it has no images");
        }
        for (int i = 0; i < count; i++) {
            int label = Byte.toUnsignedInt(labels.elements()[i]);
            if (label >= CLASSES) {
                throw new MalformedFileException(labelFile, "label " + i + " is " + label + ", but must be 0 to 9");
            }
        }
        return new LabelledImages(SIZE, SIZE, CLASSES, images.elements(), labels.elements(), SCALE);
    }
}
