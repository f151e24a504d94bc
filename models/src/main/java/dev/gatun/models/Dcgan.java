package dev.gatun.models;

import dev.gatun.Tensor;
import dev.gatun.nn.Activations;
import dev.gatun.nn.BatchNorm;
import dev.gatun.nn.Conv;
import dev.gatun.nn.ConvTranspose;
import dev.gatun.nn.Initializers;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Module;
import dev.gatun.nn.Pass;
import java.util.ArrayList;
import java.util.List;

/**
 * A generative adversarial network of convolutions: a generator {@code g} that makes images of noise, and a discriminator {@code d} that tells them
 * from real ones. Source: Radford, Metz and Chintala 2016, "Unsupervised representation learning with deep convolutional generative adversarial
 * networks".
 */
public final class Dcgan extends Module {
    private static final double SLOPE = .2;

    private final Generator generator;
    private final Discriminator discriminator;

    private Dcgan(Generator generator, Discriminator discriminator) {
        this.generator = child("g", generator);
        this.discriminator = child("d", discriminator);
    }

    /** Returns the pair for grey images of 32 x 32 pixels, from noise of 32 numbers. */
    public static Dcgan grey32() {
        return new Dcgan(new Generator(32, 64, 32, 16, 1), Discriminator.normalized(1, 16, 32, 64));
    }

    /** Returns the pair of {@link #grey32} with a critic that scores each image by itself, without batch normalization, as WGAN-GP needs it. */
    public static Dcgan grey32WithCritic() {
        return new Dcgan(new Generator(32, 64, 32, 16, 1), Discriminator.plain(1, 16, 32, 64));
    }

    /** Returns the paper's pair for colour images of 64 x 64 pixels, from noise of 100 numbers. */
    public static Dcgan colour64() {
        return new Dcgan(new Generator(100, 512, 256, 128, 64, 3), Discriminator.normalized(3, 64, 128, 256, 512));
    }

    /** Returns what makes images. */
    public Generator generator() {
        return generator;
    }

    /** Returns what judges images. */
    public Discriminator discriminator() {
        return discriminator;
    }

    /**
     * Noise to images: the first layer makes 4 x 4 pixels, each further one doubles the size; batch normalization and ReLU between, tanh at the end.
     */
    public static final class Generator extends Layer {
        private final List<ConvTranspose> deconvs = new ArrayList<>();
        private final List<BatchNorm> norms = new ArrayList<>();

        /**
         * Makes a generator.
         *
         * @param noise how many numbers an image is made of
         * @param channels of each layer, the last those of the images
         * @throws IllegalArgumentException if there is no layer
         */
        public Generator(int noise, int... channels) {
            requireChannels("generator", channels);
            int inputs = noise;
            for (int i = 0; i < channels.length; i++) {
                boolean first = i == 0;
                ConvTranspose deconv = ConvTranspose.convTranspose2d(inputs, channels[i], 4).stride(first ? 1 : 2).padding(first ? 0 : 1)
                        .withoutBias();
                deconv.weight().initialize(Initializers.normal(0, .02));
                deconvs.add(child("deconv" + (i + 1), deconv));
                if (i < channels.length - 1) {
                    norms.add(child("bn" + (i + 1), batchNorm(channels[i])));
                }
                inputs = channels[i];
            }
        }

        /** Returns images with values in [-1, 1]. @param x noise {@code [N, noise, 1, 1]} @return {@code [N, channels, size, size]} */
        @Override
        public Tensor forward(Tensor x, Pass pass) {
            Tensor y = x;
            for (int i = 0; i < norms.size(); i++) {
                y = norms.get(i).forward(deconvs.get(i).forward(y, pass), pass).relu();
            }
            return deconvs.getLast().forward(y, pass).tanh();
        }
    }

    /** Images to scores, one an image: each layer halves the size, the last takes the 4 x 4 pixels that are left; leaky ReLU between. */
    public static final class Discriminator extends Layer {
        private final List<Conv> convs = new ArrayList<>();
        private final List<BatchNorm> norms = new ArrayList<>();

        private Discriminator(boolean normalized, int... channels) {
            requireChannels("discriminator", channels);
            for (int i = 0; i < channels.length; i++) {
                boolean last = i == channels.length - 1;
                Conv conv = Conv.conv2d(channels[i], last ? 1 : channels[i + 1], 4).stride(last ? 1 : 2).padding(last ? 0 : 1).withoutBias();
                conv.weight().initialize(Initializers.normal(0, .02));
                convs.add(child("conv" + (i + 1), conv));
                if (normalized && i > 0 && !last) {
                    norms.add(child("bn" + (i + 1), batchNorm(channels[i + 1])));
                }
            }
        }

        /**
         * Returns a discriminator with batch normalization behind all layers but the first and the last.
         *
         * @param channels of the images, then of each layer
         */
        public static Discriminator normalized(int... channels) {
            return new Discriminator(true, channels);
        }

        /** Returns a discriminator without batch normalization. @param channels of the images, then of each layer */
        public static Discriminator plain(int... channels) {
            return new Discriminator(false, channels);
        }

        /**
         * Returns the scores: above 0 means real.
         *
         * @param x {@code [N, channels, size, size]}
         * @return {@code [N, 1, 1, 1]}
         * @throws IllegalArgumentException if images are of a size that does not leave 4 x 4 pixels to the last layer
         */
        @Override
        public Tensor forward(Tensor x, Pass pass) {
            Tensor y = x;
            for (int i = 0; i < convs.size() - 1; i++) {
                y = convs.get(i).forward(y, pass);
                y = Activations.leakyRelu(i > 0 && !norms.isEmpty() ? norms.get(i - 1).forward(y, pass) : y, SLOPE);
            }
            if (y.rank() != 4 || y.dim(2) != 4 || y.dim(3) != 4) {
                throw new IllegalArgumentException("discriminator: x" + x.shape() + " leaves " + y.shape() + " to the last layer, which takes 4 x 4 pixels");
            }
            return convs.getLast().forward(y, pass);
        }
    }

    private static void requireChannels(String network, int... channels) {
        if (channels.length == 0) {
            throw new IllegalArgumentException(network + ": needs the channels of at least one layer");
        }
    }

    private static BatchNorm batchNorm(int channels) {
        BatchNorm norm = new BatchNorm(channels);
        norm.weight().initialize(Initializers.normal(1, .02));
        return norm;
    }
}
