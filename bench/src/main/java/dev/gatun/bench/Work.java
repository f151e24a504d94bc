package dev.gatun.bench;

import java.util.ArrayList;
import java.util.List;

/** What libraries are compared on. */
sealed interface Work {
    /** Returns what users call it. */
    String name();

    /** Returns how many samples one call takes. */
    int batch();

    /** Logits of a network of {@link Networks}, batch normalization folded into the convolutions. */
    record Inference(String network, int batch) implements Work {
        @Override
        public String name() {
            return network + " b" + batch;
        }
    }

    /** Forward, gradients of the mean cross entropy, and gradient descent with momentum .9. */
    record Training(String network, int batch) implements Work {
        @Override
        public String name() {
            return "train " + network + " b" + batch;
        }
    }

    /** One layer over 64 steps of 128 inputs, from a state of zeros: all hidden states; or a step of Adam on the mean of their squares. */
    record Lstm(int hidden, int batch, boolean train) implements Work {
        /** Steps of a sequence. */
        static final int STEPS = 64;
        /** Numbers a step. */
        static final int INPUTS = 128;

        @Override
        public String name() {
            return (train ? "train " : "") + "lstm" + hidden + " b" + batch;
        }
    }

    /** A step of Adam for the discriminator on real and generated images of 64 x 64 pixels, then one for the generator. */
    record Gan(int batch) implements Work {
        @Override
        public String name() {
            return "train dcgan64 b" + batch;
        }
    }

    /** Returns all, in the order of tables. */
    static List<Work> all() {
        List<Work> all = new ArrayList<>(List.of(new Inference("resnet50", 1), new Inference("resnet50", 8), new Inference("resnet18", 1),
                new Inference("vgg16", 1), new Inference("alexnet", 1), new Inference("googlenet", 1), new Inference("lenet", 64)));
        for (int hidden : new int[] {256, 512}) {
            for (int batch : new int[] {1, 32}) {
                all.add(new Lstm(hidden, batch, false));
            }
        }
        all.addAll(List.of(new Training("resnet18-32", 32), new Training("resnet50", 8), new Training("lenet", 64), new Lstm(256, 32, true), new Gan(32)));
        return all;
    }

    /** Returns the work of this name. @throws IllegalArgumentException if there is none */
    static Work named(String name) {
        return all().stream().filter(w -> w.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no work is called \"" + name + "\""));
    }
}
