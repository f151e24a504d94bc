package dev.gatun.models;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.nn.Layer;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/** The networks that can be had by name: for command lines and benchmarks. */
public final class Zoo {
    private static final int CLASSES = 1000;
    private static final int VOCABULARY = 96;
    private static final int TIME = 32;

    private static final List<Entry> ENTRIES = List.of(
            new Entry("mlp", () -> new Mlp(784, 128, 10), n -> images(n, 1, 28)),
            new Entry("lenet", () -> new LeNet(10), n -> images(n, 1, 28)),
            new Entry("alexnet", () -> new AlexNet(CLASSES), Zoo::photos),
            new Entry("vgg11", () -> Vgg.vgg11(CLASSES, false), Zoo::photos),
            new Entry("vgg13", () -> Vgg.vgg13(CLASSES, false), Zoo::photos),
            new Entry("vgg16", () -> Vgg.vgg16(CLASSES, false), Zoo::photos),
            new Entry("vgg19", () -> Vgg.vgg19(CLASSES, false), Zoo::photos),
            new Entry("googlenet", () -> new GoogLeNet(CLASSES), Zoo::photos),
            new Entry("resnet18", () -> ResNet.resnet18(CLASSES), Zoo::photos),
            new Entry("resnet34", () -> ResNet.resnet34(CLASSES), Zoo::photos),
            new Entry("resnet50", () -> ResNet.resnet50(CLASSES), Zoo::photos),
            new Entry("resnet101", () -> ResNet.resnet101(CLASSES), Zoo::photos),
            new Entry("resnet152", () -> ResNet.resnet152(CLASSES), Zoo::photos),
            new Entry("charlstm", () -> new CharLstm(VOCABULARY, 32, 64), Zoo::texts),
            new Entry("chargru", () -> new CharGru(VOCABULARY, 32, 64), Zoo::texts),
            new Entry("dcgan-generator", () -> Dcgan.colour64().generator(), n -> TensorType.of(DType.F32, n, 100, 1, 1)),
            new Entry("dcgan-discriminator", () -> Dcgan.colour64().discriminator(), n -> images(n, 3, 64)));

    /** A network by name. @param input its input's type for a number of samples */
    private record Entry(String name, Supplier<Layer> make, IntFunction<TensorType> input) { }

    private Zoo() {
    }

    /** Returns all names. */
    public static List<String> names() {
        return ENTRIES.stream().map(Entry::name).toList();
    }

    /**
     * Returns a new network with first values as its authors draw them, the same each time.
     *
     * @throws IllegalArgumentException if there is none of that name; the message lists those there are
     */
    public static Layer layer(String name) {
        return entry(name).make().get();
    }

    /**
     * Returns the type of a network's input for {@code samples} samples.
     *
     * @throws IllegalArgumentException if there is none of that name, or {@code samples} is not positive
     */
    public static TensorType input(String name, int samples) {
        if (samples < 1) {
            throw new IllegalArgumentException("zoo: the number of samples must be positive, got " + samples);
        }
        return entry(name).input().apply(samples);
    }

    /**
     * Returns how many different numbers an element of the network's input can be, or 0 if it is a real number: texts are numbers of characters.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public static int vocabulary(String name) {
        return entry(name).input().apply(1).dtype().isFloating() ? 0 : VOCABULARY;
    }

    private static Entry entry(String name) {
        return ENTRIES.stream().filter(e -> e.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("network \"" + name + "\" is unknown; there are " + String.join(", ", names())));
    }

    private static TensorType images(int samples, int channels, int size) {
        return TensorType.of(DType.F32, samples, channels, size, size);
    }

    private static TensorType photos(int samples) {
        return images(samples, 3, 224);
    }

    private static TensorType texts(int samples) {
        return TensorType.of(DType.I64, TIME, samples);
    }
}
