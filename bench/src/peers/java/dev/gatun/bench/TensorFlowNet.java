package dev.gatun.bench;

import dev.gatun.Shape;
import dev.gatun.bench.Blueprint.Node;
import dev.gatun.bench.Blueprint.Piece;
import dev.gatun.bench.Blueprint.Weights;
import dev.gatun.op.Ints;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Variable;
import org.tensorflow.op.nn.Conv2d;
import org.tensorflow.op.nn.FusedBatchNorm;
import org.tensorflow.op.nn.LeakyRelu;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * A blueprint as a TensorFlow graph. Images are {@code [N, H, W, C]}, as TensorFlow wants them on a processor; weights are constants for inference and
 * variables for training.
 */
final class TensorFlowNet {
    private final Ops tf;
    private final boolean training;
    private final List<Variable<TFloat32>> variables = new ArrayList<>();
    private final List<Op> updates = new ArrayList<>();

    TensorFlowNet(Ops tf, boolean training) {
        this.tf = tf;
        this.training = training;
    }

    /** Returns what is trained. */
    List<Variable<TFloat32>> variables() {
        return variables;
    }

    /** Returns what moves the running statistics of batch normalization. */
    List<Op> updates() {
        return updates;
    }

    /** Adds a network. @param x {@code [N, H, W, C]} @return its result */
    Operand<TFloat32> add(Blueprint network, Operand<TFloat32> x) {
        List<Operand<TFloat32>> values = new ArrayList<>(List.of(x));
        for (Node node : network.nodes().subList(1, network.nodes().size())) {
            List<Operand<TFloat32>> in = node.inputs().stream().map(values::get).toList();
            values.add(piece(node, in, network.nodes().get(node.inputs().getFirst()).shape()));
        }
        return values.getLast();
    }

    /** @param before the shape of the first operand, {@code [N, C, H, W]} */
    private Operand<TFloat32> piece(Node node, List<Operand<TFloat32>> in, Shape before) {
        Operand<TFloat32> x = in.getFirst();
        return switch (node.piece()) {
            case Piece.Conv c -> conv(c, x, before);
            case Piece.BatchNorm n -> batchNorm(n, x);
            case Piece.Activation a -> switch (a.function()) {
                case RELU -> tf.nn.relu(x);
                case LEAKY_RELU -> tf.nn.leakyRelu(x, LeakyRelu.alpha((float) a.slope()));
                case TANH -> tf.math.tanh(x);
            };
            case Piece.Sum _ -> tf.math.add(x, in.get(1));
            case Piece.MaxPool p -> {
                Frame frame = Frame.of(before, node.shape(), p.window().kernel(), p.window().strides(), p.window().padBefore(), training);
                yield tf.nn.maxPool(framed(x, frame), ints(1, p.window().kernel(), 1), ints(1, p.window().strides(), 1), frame.same ? "SAME" : "VALID");
            }
            case Piece.AvgPool p -> {
                Frame frame = Frame.of(before, node.shape(), p.window().kernel(), p.window().strides(), p.window().padBefore(), training);
                if (!frame.name().equals("VALID")) {
                    throw new IllegalArgumentException("tensorflow: no average over padded windows");
                }
                yield tf.nn.avgPool(x, longs(p.window().kernel()), longs(p.window().strides()), frame.name());
            }
            case Piece.Dense d -> biased(tf.linalg.matMul(x, weights(transposed(d.w(), 1, 0))), d.b());
            case Piece.Concat _ -> tf.concat(in, tf.constant(3));
            case Piece.Flatten _ -> flat(x, before);
            case Piece.Input _, Piece.Deconv _ -> throw new IllegalArgumentException("tensorflow: no place for " + node.piece());
        };
    }

    private Operand<TFloat32> conv(Piece.Conv c, Operand<TFloat32> x, Shape before) {
        Shape w = c.w().shape();
        Shape after = c.geometry().out(before, w);
        Frame frame = Frame.of(before, after, Ints.of(w.dim(2), w.dim(3)), c.geometry().strides(), c.geometry().padBefore(), training);
        Operand<TFloat32> kernel = weights(transposed(c.w(), 2, 3, 1, 0)); // [KH, KW, IC, OC]
        List<Long> strides = longs(c.geometry().strides());
        return biased(frame.name().equals("EXPLICIT")
                ? tf.nn.conv2d(x, kernel, strides, frame.name(), Conv2d.explicitPaddings(0L, 0L, frame.top, frame.bottom, frame.left, frame.right, 0L, 0L))
                : tf.nn.conv2d(x, kernel, strides, frame.name()), c.b());
    }

    private Operand<TFloat32> biased(Operand<TFloat32> y, Optional<Weights> b) {
        return b.isPresent() ? tf.nn.biasAdd(y, weights(b.get())) : y;
    }

    private Operand<TFloat32> batchNorm(Piece.BatchNorm n, Operand<TFloat32> x) {
        int channels = n.scale().data().length;
        float[] ones = new float[channels];
        Arrays.fill(ones, 1);
        Variable<TFloat32> mean = tf.variable(constant(new Weights(n.scale().shape(), new float[channels])));
        Variable<TFloat32> variance = tf.variable(constant(new Weights(n.scale().shape(), ones)));
        FusedBatchNorm<TFloat32, TFloat32> norm = tf.nn.fusedBatchNorm(x, weights(n.scale()), weights(n.bias()), mean, variance,
                FusedBatchNorm.epsilon((float) n.epsilon()), FusedBatchNorm.isTraining(true), FusedBatchNorm.exponentialAvgFactor(.1f));
        updates.add(tf.assign(mean, norm.batchMean()));
        updates.add(tf.assign(variance, norm.batchVariance()));
        return norm.y();
    }

    /** Weights behind are ordered by channel first: so the image is, too. */
    private Operand<TFloat32> flat(Operand<TFloat32> x, Shape before) {
        Operand<TFloat32> planes = before.dim(2) * before.dim(3) == 1 ? x : tf.linalg.transpose(x, tf.constant(new int[] {0, 3, 1, 2}));
        return tf.reshape(planes, tf.constant(new int[] {before.dim(0), before.dim(1) * before.dim(2) * before.dim(3)}));
    }

    /** Only behind a ReLU: zeros then count no more than what is not there. */
    private Operand<TFloat32> framed(Operand<TFloat32> x, Frame frame) {
        return frame.explicit ? tf.pad(x, tf.constant(new int[][] {{0, 0}, {(int) frame.top, (int) frame.bottom}, {(int) frame.left, (int) frame.right},
            {0, 0}}), tf.constant(0f)) : x;
    }

    private Operand<TFloat32> weights(Weights w) {
        if (!training) {
            return constant(w);
        }
        Variable<TFloat32> variable = tf.variable(constant(w));
        variables.add(variable);
        return variable;
    }

    private Operand<TFloat32> constant(Weights w) {
        return tf.constantOf(tensor(w));
    }

    /** Returns numbers as a tensor. */
    static TFloat32 tensor(Weights w) {
        long[] dims = new long[w.shape().rank()];
        Arrays.setAll(dims, i -> w.shape().dim(i));
        return TFloat32.tensorOf(org.tensorflow.ndarray.Shape.of(dims), DataBuffers.of(w.data(), true, false));
    }

    /** Returns the weights with axis i of the result being axis {@code axes[i]}. */
    static Weights transposed(Weights w, int... axes) {
        int rank = axes.length;
        int[] strides = new int[rank];
        int stride = 1;
        for (int i = rank - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= w.shape().dim(i);
        }
        int[] dims = new int[rank];
        Arrays.setAll(dims, i -> w.shape().dim(axes[i]));
        float[] data = new float[w.data().length];
        int[] at = new int[rank];
        for (int i = 0; i < data.length; i++) {
            int from = 0;
            for (int a = 0; a < rank; a++) {
                from += at[a] * strides[axes[a]];
            }
            data[i] = w.data()[from];
            for (int a = rank - 1; a >= 0 && ++at[a] == dims[a]; a--) {
                at[a] = 0;
            }
        }
        return new Weights(Shape.of(dims), data);
    }

    private Operand<TInt32> ints(int first, Ints middle, int last) {
        return tf.constant(new int[] {first, middle.get(0), middle.get(1), last});
    }

    private static List<Long> longs(Ints middle) {
        return List.of(1L, (long) middle.get(0), (long) middle.get(1), 1L);
    }

    /**
     * What is added around an image. TensorFlow's gradients know only its own rule SAME, which puts the odd place behind: for training, where no numbers
     * are compared, that is taken whenever sizes agree.
     */
    private record Frame(long top, long bottom, long left, long right, boolean explicit, boolean same) {
        private static Frame of(Shape before, Shape after, Ints kernel, Ints strides, Ints pads, boolean training) {
            long[] sides = new long[4];
            boolean same = true;
            for (int i = 0; i < 2; i++) {
                int in = before.dim(2 + i);
                int needed = Math.max(0, (after.dim(2 + i) - 1) * strides.get(i) + kernel.get(i) - in - pads.get(i));
                sides[2 * i] = pads.get(i);
                sides[2 * i + 1] = needed;
                int rule = Math.max(0, (Math.ceilDiv(in, strides.get(i)) - 1) * strides.get(i) + kernel.get(i) - in);
                same &= after.dim(2 + i) == Math.ceilDiv(in, strides.get(i)) && (training || pads.get(i) == rule / 2 && needed == rule - rule / 2);
            }
            boolean none = sides[0] + sides[1] + sides[2] + sides[3] == 0;
            return new Frame(sides[0], sides[1], sides[2], sides[3], !same && !none, same && !none);
        }

        private String name() {
            return same ? "SAME" : explicit ? "EXPLICIT" : "VALID";
        }
    }
}
