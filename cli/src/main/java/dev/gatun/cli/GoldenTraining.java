package dev.gatun.cli;

import dev.gatun.Tensor;
import dev.gatun.models.CharGru;
import dev.gatun.models.CharLstm;
import dev.gatun.models.Dcgan;
import dev.gatun.models.LeNet;
import dev.gatun.models.Mlp;
import dev.gatun.models.ResNet;
import dev.gatun.models.data.LabelledImages;
import dev.gatun.models.data.LabelledImages.PixelScale;
import dev.gatun.models.data.Mnist;
import dev.gatun.nn.Module;
import dev.gatun.optim.Adam;
import dev.gatun.optim.Sgd;
import dev.gatun.spi.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.IntStream;

/** A short training on real data, defined down to the last number. Parameters are {@linkplain NamedFill filled by name}. */
interface GoldenTraining {
    /**
     * What a training gives.
     *
     * @param losses of each step, by the name of the loss: {@code loss}, or {@code d} and {@code g} of a pair that plays against each other
     * @param trained the module with the parameters after the last step
     */
    record Result(SequencedMap<String, double[]> losses, Module trained) { }

    /** Trains. @param data the folder of the data sets: mnist/ and text/ */
    Result run(Backend backend, Path data) throws IOException;

    /** Returns the training of that name; empty if it is not known. */
    static Optional<GoldenTraining> find(String name) {
        return switch (name) {
            case "lenet" -> Optional.of(new ClassifierTraining(new LeNet(10), Sgd.momentum(.9), .05f, 20, 64, x -> x));
            case "mlp" -> Optional.of(new ClassifierTraining(new Mlp(784, 128, 10), new Adam(), 1e-3f, 20, 64, x -> x));
            // Four steps: its last stage has one place an image, where one ReLU that rounding turns the other way changes a fifth step's loss by 10⁻⁴.
            case "resnet18" -> Optional.of(new ClassifierTraining(ResNet.resnet18(10), Sgd.momentum(.9), 1e-4f, 4, 32,
                    x -> Tensor.concat(1, List.of(padded(x), padded(x), padded(x)))));
            case "charlstm" -> Optional.of(CharTraining.lstm(vocabulary -> new CharLstm(vocabulary, 32, 64)));
            case "chargru" -> Optional.of(CharTraining.gru(vocabulary -> new CharGru(vocabulary, 32, 64)));
            case "dcgan" -> Optional.of(GanTraining.crossEntropy(Dcgan.grey32(), 6));
            case "wgan_gp" -> Optional.of(GanTraining.wasserstein(Dcgan.grey32WithCritic(), 4));
            default -> Optional.empty();
        };
    }

    /** Returns the first {@code count} training images of MNIST. */
    static LabelledImages mnist(Path data, PixelScale scale, int count) throws IOException {
        LabelledImages all = Mnist.load(folder(data, "mnist")).train().with(scale);
        if (all.count() < count) {
            throw new IOException(data + ": MNIST has " + all.count() + " training images here, needed are " + count);
        }
        return all.slice(0, count);
    }

    /** Returns batch {@code i} of {@code size} images in their order. */
    static int[] batch(int i, int size) {
        return IntStream.range(i * size, (i + 1) * size).toArray();
    }

    /** Returns images with two zeros on each side. */
    static Tensor padded(Tensor x) {
        return x.pad(new int[] {0, 0, 2, 2}, new int[] {0, 0, 2, 2});
    }

    /** Returns the folder {@code name} of the data sets, or the folder itself where it is that one already. */
    static Path folder(Path data, String name) throws IOException {
        if (!Files.isDirectory(data)) {
            throw new NoSuchFileException(data.toString());
        }
        return Files.isDirectory(data.resolve(name)) ? data.resolve(name) : data;
    }
}
