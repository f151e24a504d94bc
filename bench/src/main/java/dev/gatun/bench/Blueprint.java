package dev.gatun.bench;

import dev.gatun.Shape;
import dev.gatun.op.Convolution.Geometry;
import dev.gatun.op.Pooling.Divisor;
import dev.gatun.op.Pooling.Window;
import java.util.List;
import java.util.Optional;

/**
 * A network as other libraries can be told it: a list of pieces with their weights, read off what Gatun records, so that all contestants compute the
 * same numbers. Images are {@code [N, C, H, W]}.
 *
 * <pre>
 * piece = Input | Conv | Deconv | BatchNorm | Activation | Sum | MaxPool | AvgPool | Dense | Concat | Flatten
 * </pre>
 *
 * @param nodes the pieces; each reads earlier ones, the first is the input, the last the result
 */
record Blueprint(List<Node> nodes) {
    /** Copies the list. */
    Blueprint {
        nodes = List.copyOf(nodes);
    }

    /** A piece in its place. @param inputs the nodes that it reads @param shape of its result */
    record Node(Piece piece, List<Integer> inputs, Shape shape) { }

    /** Numbers that belong to a piece. */
    record Weights(Shape shape, float[] data) { }

    /** What a node computes. */
    sealed interface Piece {
        /** What the network is given. */
        record Input() implements Piece { }

        /** @param w {@code [OC, IC/G, KH, KW]} @param b {@code [OC]} */
        record Conv(Geometry geometry, Weights w, Optional<Weights> b) implements Piece { }

        /** The transposed convolution. @param w {@code [IC, OC/G, KH, KW]} */
        record Deconv(Geometry geometry, Weights w) implements Piece { }

        /** By the statistics of the batch. @param scale {@code [C]} @param bias {@code [C]} */
        record BatchNorm(double epsilon, Weights scale, Weights bias) implements Piece { }

        /** @param slope of the negative side, for {@link Function#LEAKY_RELU} */
        record Activation(Function function, double slope) implements Piece { }

        /** Of two. */
        record Sum() implements Piece { }

        /** The largest of each window. */
        record MaxPool(Window window) implements Piece { }

        /** The mean of each window. */
        record AvgPool(Window window, Divisor divisor) implements Piece { }

        /** y = x wᵀ + b. @param w {@code [outputs, inputs]} */
        record Dense(Weights w, Optional<Weights> b) implements Piece { }

        /** Along the channels. */
        record Concat() implements Piece { }

        /** {@code [N, C, H, W]} to {@code [N, C·H·W]}. */
        record Flatten() implements Piece { }
    }

    /** What is applied element by element. */
    enum Function {
        /** max(x, 0). */
        RELU,
        /** x if x > 0, else slope · x. */
        LEAKY_RELU,
        /** tanh x. */
        TANH
    }

    /** Returns the node of the input. */
    Node input() {
        return nodes.getFirst();
    }

    /** Returns the node of the result. */
    Node result() {
        return nodes.getLast();
    }
}
