package dev.gatun.onednn;

import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Fused;
import dev.gatun.spi.Arguments;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import dev.gatun.vector.VectorKernels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * An elementwise program over tensors that all lie in one layout of oneDNN's, a permutation of the axes without gaps such as channels last, whatever their
 * types: the vector backend's kernel for the program over the permuted shape.
 */
record FlatRegion(Kernel kernel, List<Layout> inputLayouts, List<Layout> outputLayouts) implements Kernel {
    /** Returns the kernel, or empty if operands lie otherwise. */
    static Optional<Kernel> of(KernelRequest.Region request, VectorKernels vector) {
        Fused.Region region = request.region();
        Optional<DnnlLayout> layout = layout(request).filter(FlatRegion::isPermutation);
        boolean known = Stream.concat(request.inputs().stream(), request.outputs().stream()).allMatch(t -> DataType.stored(t.dtype()).isPresent());
        if (layout.isEmpty() || !known) {
            return Optional.empty();
        }
        int[] order = order(layout.get().descriptor());
        List<TensorType> types = new ArrayList<>();
        List<Layout> layouts = new ArrayList<>();
        for (TensorType input : request.inputs()) {
            boolean full = input.shape().equals(region.shape());
            long[] aligned = PostOps.aligned(input.shape(), region.shape().rank());
            if (!full && Arrays.stream(aligned).filter(d -> d > 1).count() > 1) {
                return Optional.empty();
            }
            layouts.add(full ? as(layout.get(), input) : Layout.PLAIN);           // along one axis at most: the order of axes does not matter
            types.add(input.with(permuted(aligned, order)));
        }
        Shape shape = permuted(PostOps.aligned(region.shape(), order.length), order);
        var program = new Fused.Region(shape, region.inputs(), region.code(), region.results());
        List<TensorType> results = request.outputs().stream().map(t -> t.with(shape)).toList();
        return vector.compile(new KernelRequest.Region(program, types, results, Collections.nCopies(types.size(), Layout.PLAIN), request.frozen()))
                .map(k -> new FlatRegion(k, layouts, request.outputs().stream().map(t -> as(layout.get(), t)).toList()));
    }

    private static Layout as(DnnlLayout layout, TensorType tensor) {
        return layout.as(DataType.stored(tensor.dtype()).orElseThrow());
    }

    /** Returns the layout of the first operand of the region's shape that lies in one of oneDNN's. */
    private static Optional<DnnlLayout> layout(KernelRequest.Region request) {
        return IntStream.range(0, request.inputs().size()).filter(i -> request.inputs().get(i).shape().equals(request.region().shape()))
                .mapToObj(i -> request.layouts().get(i)).filter(DnnlLayout.class::isInstance).map(DnnlLayout.class::cast).findFirst();
    }

    private static boolean isPermutation(DnnlLayout layout) {
        Descriptor d = layout.descriptor();
        return d.isOpen() && d.blocks().getFirst().length == 0 && d.bytes() == layout.plain().bytes() && Arrays.equals(d.dims(), layout.plain().dims());
    }

    /** Returns the axes from the slowest to the fastest. */
    private static int[] order(Descriptor d) {
        long[] strides = d.strides();
        long[] dims = d.dims();
        return IntStream.range(0, dims.length).boxed().sorted((i, j) -> strides[i] != strides[j] ? Long.compare(strides[j], strides[i])
                : Long.compare(dims[j], dims[i])).mapToInt(Integer::intValue).toArray();
    }

    private static Shape permuted(long[] dims, int[] order) {
        return Shape.of(IntStream.of(order).map(i -> (int) dims[i]).toArray());
    }

    @Override
    public String name() {
        return kernel.name();
    }

    @Override
    public long workspaceBytes() {
        return kernel.workspaceBytes();
    }

    @Override
    public boolean inPlace(int operand, int result) {
        return kernel.inPlace(operand, result);
    }

    @Override
    public void launch(Arguments arguments) {
        kernel.launch(arguments);
    }
}
