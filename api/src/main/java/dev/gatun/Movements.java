package dev.gatun;

import dev.gatun.op.Ints;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Arrangements of elements beyond those of {@link Tensor}: stacked, repeated, with axes added, dropped and moved. Any element type. */
public final class Movements {
    private Movements() {
    }

    /**
     * Returns the tensors joined along a new axis.
     *
     * @param axis where it stands in the result; negative counts from the end of the result
     * @throws IllegalArgumentException if there are none, or their shapes or types differ
     */
    public static Tensor stack(int axis, List<Tensor> parts) {
        for (Tensor part : parts) {
            if (!part.shape().equals(parts.getFirst().shape())) {
                throw new IllegalArgumentException("stack: shapes " + parts.getFirst().shape() + " and " + part.shape() + " must be equal");
            }
        }
        return Tensor.concat(axis, parts.stream().map(part -> unsqueeze(part, axis)).toList());
    }

    /** Returns x repeated to the given sizes by NumPy's rule: right-aligned, each size equal or 1 in x. Source: NumPy's broadcast_to. */
    public static Tensor broadcastTo(Tensor x, int... dims) {
        return x.expand(Shape.of(dims));
    }

    /** Returns the tensors, each repeated to the shape that all of them broadcast to. @throws IllegalArgumentException if they do not */
    public static List<Tensor> broadcast(Tensor... tensors) {
        Shape shape = Shape.SCALAR;
        for (Tensor t : tensors) {
            shape = Shape.broadcast("broadcast", shape, t.shape());
        }
        Shape common = shape;
        return Arrays.stream(tensors).map(t -> t.expand(common)).toList();
    }

    /**
     * Returns x set side by side {@code repeats[i]} times along axis i. Source: NumPy's tile, ONNX Tile-13.
     *
     * @param repeats counted from the last axis; missing ones are 1, surplus ones make new axes in front
     * @throws IllegalArgumentException if one is negative
     */
    public static Tensor tile(Tensor x, int... repeats) {
        int rank = Math.max(x.rank(), repeats.length);
        Shape shape = ones(rank - x.rank()).concat(x.shape());
        int[] times = ones(rank - repeats.length).concat(Shape.of(repeats)).dims();
        int[] apart = new int[2 * rank];                                                        // 1, n, 1, n, ...
        int[] repeated = new int[2 * rank];                                                     // times, n, times, n, ...
        int[] joined = new int[rank];
        for (int i = 0; i < rank; i++) {
            apart[2 * i] = 1;
            repeated[2 * i] = times[i];
            apart[2 * i + 1] = shape.dim(i);
            repeated[2 * i + 1] = shape.dim(i);
            joined[i] = size("tile", i, (long) times[i] * shape.dim(i));
        }
        return x.reshape(Shape.of(apart)).expand(Shape.of(repeated)).reshape(Shape.of(joined));
    }

    /** Returns x with each slice along {@code axis} {@code times} times in a row. Source: NumPy's repeat. */
    public static Tensor repeat(Tensor x, int axis, int times) {
        int a = x.shape().axis(axis);
        Shape repeated = x.shape().insert(a + 1, times);
        return x.unsqueeze(a + 1).expand(repeated).reshape(x.shape().with(a, size("repeat", a, (long) times * x.dim(a))));
    }

    /** Returns x without its axes of size 1. */
    public static Tensor squeeze(Tensor x) {
        return x.reshape(Shape.of(x.shape().stream().filter(size -> size != 1).toArray()));
    }

    /** Returns x without {@code axes}. @throws IllegalArgumentException if one has another size than 1 */
    public static Tensor squeeze(Tensor x, int... axes) {
        int[] drop = Arrays.stream(axes).map(a -> x.shape().axis(a)).distinct().sorted().toArray();
        Tensor y = x;
        for (int i = drop.length - 1; i >= 0; i--) {
            y = y.squeeze(drop[i]);
        }
        return y;
    }

    /**
     * Returns x with axes of size 1 that stand at {@code axes} of the result; negative ones count from its end. Source: ONNX Unsqueeze-13.
     *
     * @throws IllegalArgumentException if one is outside of the result or comes twice
     */
    public static Tensor unsqueeze(Tensor x, int... axes) {
        int rank = x.rank() + axes.length;
        int[] at = Arrays.stream(axes).map(a -> a < 0 ? a + rank : a).distinct().sorted().toArray();
        if (at.length < axes.length || Arrays.stream(at).anyMatch(a -> a < 0 || a >= rank)) {
            throw new IllegalArgumentException("unsqueeze: axes " + Arrays.toString(axes) + " must be different axes of the result, which has " + rank
                    + " of them");
        }
        Shape shape = x.shape();
        for (int a : at) {
            shape = shape.insert(a, 1);
        }
        return x.reshape(shape);
    }

    /** Returns x with axis {@code from} moved to the place {@code to}; the others keep their order. Source: NumPy's moveaxis. */
    public static Tensor moveAxis(Tensor x, int from, int to) {
        int f = x.shape().axis(from);
        List<Integer> axes = new ArrayList<>(IntStream.range(0, x.rank()).boxed().toList());
        axes.add(x.shape().axis(to), axes.remove(f));
        return x.permute(axes.stream().mapToInt(Integer::intValue).toArray());
    }

    /**
     * Returns grids of coordinates: result i holds {@code vectors[i]} along axis i and repeats it along the others. Source: NumPy's meshgrid with
     * indexing "ij".
     *
     * @throws IllegalArgumentException if one is no vector
     */
    public static List<Tensor> meshgrid(Tensor... vectors) {
        Tensor[] apart = new Tensor[vectors.length];
        for (int i = 0; i < vectors.length; i++) {
            if (vectors[i].rank() != 1) {
                throw new IllegalArgumentException("meshgrid: operand " + i + " has shape " + vectors[i].shape() + " but must be a vector");
            }
            apart[i] = vectors[i].reshape(ones(vectors.length).with(i, vectors[i].dim(0)));
        }
        return broadcast(apart);
    }

    /**
     * Returns blocks of channels spread over the image: y[n, c, h·B + i, w·B + j] = x[n, (i·B + j)·C + c, h, w]. Source: ONNX DepthToSpace-13, DCR.
     *
     * @param x {@code [N, B·B·C, H, W]}
     * @return {@code [N, C, H·B, W·B]}
     * @throws IllegalArgumentException if the channels are not divisible by B²
     */
    public static Tensor depthToSpace(Tensor x, int block) {
        int c = channelsPerBlock("depth_to_space", x, block);
        Tensor apart = x.reshape(x.dim(0), block, block, c, x.dim(2), x.dim(3));                // [N, i, j, C, H, W]
        return apart.permute(0, 3, 4, 1, 5, 2)
                .reshape(x.dim(0), c, size("depth_to_space", 2, (long) x.dim(2) * block), size("depth_to_space", 3, (long) x.dim(3) * block));
    }

    /**
     * Returns blocks of channels spread over the image: y[n, c, h·B + i, w·B + j] = x[n, c·B² + i·B + j, h, w]. Source: Shi et al. 2016, PyTorch's
     * pixel_shuffle, ONNX DepthToSpace-13 with mode CRD. Shapes and errors as {@link #depthToSpace}.
     */
    public static Tensor pixelShuffle(Tensor x, int block) {
        int c = channelsPerBlock("pixel_shuffle", x, block);
        Tensor apart = x.reshape(x.dim(0), c, block, block, x.dim(2), x.dim(3));                // [N, C, i, j, H, W]
        return apart.permute(0, 1, 4, 2, 5, 3)
                .reshape(x.dim(0), c, size("pixel_shuffle", 2, (long) x.dim(2) * block), size("pixel_shuffle", 3, (long) x.dim(3) * block));
    }

    /**
     * Returns the reverse of {@link #depthToSpace}. Source: ONNX SpaceToDepth-13.
     *
     * @param x {@code [N, C, H·B, W·B]}
     * @return {@code [N, B·B·C, H, W]}
     * @throws IllegalArgumentException if the image is not divisible in blocks
     */
    public static Tensor spaceToDepth(Tensor x, int block) {
        if (x.rank() != 4 || block < 1 || x.dim(2) % block != 0 || x.dim(3) % block != 0) {
            throw new IllegalArgumentException("space_to_depth: x" + x.shape() + " must be [N, C, H, W] with H and W divisible by the block "
                    + block);
        }
        int h = x.dim(2) / block;
        int w = x.dim(3) / block;
        Tensor apart = x.reshape(x.dim(0), x.dim(1), h, block, w, block);                       // [N, C, H, i, W, j]
        return apart.permute(0, 3, 5, 1, 2, 4).reshape(x.dim(0), size("space_to_depth", 1, (long) x.dim(1) * block * block), h, w);
    }

    private static int channelsPerBlock(String op, Tensor x, int block) {
        if (x.rank() != 4 || block < 1 || x.dim(1) % ((long) block * block) != 0) {
            throw new IllegalArgumentException(op + ": x" + x.shape() + " must be [N, C, H, W] with C divisible by the square of the block " + block);
        }
        return (int) (x.dim(1) / ((long) block * block));
    }

    private static Shape ones(int rank) {
        return Shape.of(Ints.filled(rank, 1).toArray());
    }

    private static int size(String op, int axis, long size) {
        if (size > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(op + ": axis " + axis + " of the result would have " + size + " positions, more than an axis holds");
        }
        return (int) size;
    }
}
