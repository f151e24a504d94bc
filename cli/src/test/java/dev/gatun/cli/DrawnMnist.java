package dev.gatun.cli;

import dev.gatun.models.data.Digits;
import dev.gatun.models.data.LabelledImages;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder with the four files of MNIST, of a few drawn digits. */
final class DrawnMnist {
    private DrawnMnist() {
    }

    static Path write(Path folder, int train, int test) throws IOException {
        Files.createDirectories(folder);
        write(folder, "train", Digits.draw(1, 0, train));
        write(folder, "t10k", Digits.draw(1, train, test));
        return folder;
    }

    private static void write(Path folder, String name, LabelledImages images) throws IOException {
        var pixels = ByteBuffer.allocate(16 + images.pixels().length).putInt(0x803).putInt(images.count()).putInt(28).putInt(28).put(images.pixels());
        Files.write(folder.resolve(name + "-images-idx3-ubyte"), pixels.array());
        var labels = ByteBuffer.allocate(8 + images.count()).putInt(0x801).putInt(images.count()).put(images.labels());
        Files.write(folder.resolve(name + "-labels-idx1-ubyte"), labels.array());
    }
}
