package dev.gatun.onednn;

import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.spi.Layout;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The order in which a layout without gaps has the axes of its tensors in memory: {@code [N, H, W, C]} of channels last, {@code [N, C/16, H, W, 16]} of blocks.
 *
 * @param descriptor how one such tensor lies
 * @param axes from the slowest to the fastest
 * @param block how many channels lie side by side behind all axes, or 1
 */
record MemoryOrder(Descriptor descriptor, List<Integer> axes, int block) {
    private static final int CHANNELS = 1;

    /** Returns the order in which a tensor lies, or empty if its layout has gaps, other blocks, or axes of its own. */
    static Optional<MemoryOrder> of(TensorType tensor, DnnlLayout layout) {
        Descriptor d = layout.descriptor();
        boolean sameAxes = DataType.stored(tensor.dtype()).filter(type -> layout.plain().equals(Descriptor.plain(type, tensor))).isPresent();
        boolean isDense = sameAxes && d.isOpen() && d.bytes() == layout.plain().bytes() && Arrays.equals(d.dims(), layout.plain().dims());
        if (!isDense) {
            return Optional.empty();
        }
        long[] inner = d.blocks().getFirst();
        boolean inChannels = d.isBlockedAlone() && d.dims()[CHANNELS] % d.blocks().getLast()[0] == 0;
        int block = inChannels ? (int) d.blocks().getLast()[0] : 1;
        return inner.length == 0 || inChannels ? Optional.of(new MemoryOrder(d, order(d), block)) : Optional.empty();
    }

    private static List<Integer> order(Descriptor d) {
        long[] strides = d.strides();
        long[] dims = d.dims();
        return IntStream.range(0, dims.length).boxed().sorted((i, j) -> strides[i] != strides[j] ? Long.compare(strides[j], strides[i])
                : Long.compare(dims[j], dims[i])).toList();
    }

    /** Returns the shape in memory of an operand with these sizes, which may be 1. */
    Shape shape(long... dims) {
        IntStream outer = axes.stream().mapToInt(i -> (int) (i == CHANNELS && dims[i] > 1 ? dims[i] / block : dims[i]));
        return Shape.of((block == 1 ? outer : IntStream.concat(outer, IntStream.of(dims[CHANNELS] > 1 ? block : 1))).toArray());
    }

    /** Returns the layout of a tensor of the same shape, of whatever type, that lies in this order. */
    Layout layout(TensorType tensor) {
        DataType type = DataType.stored(tensor.dtype()).orElseThrow();
        return DnnlLayout.of(tensor, descriptor.as(type), Descriptor.plain(type, tensor));
    }
}
