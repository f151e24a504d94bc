package dev.gatun.onednn;

import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Fused;
import dev.gatun.spi.DelegatingKernel;
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
 * An elementwise program over tensors that all lie in one layout of oneDNN's without gaps, channels last or in full blocks of channels, whatever their types:
 * the vector backend's kernel for the program over the shape that they have in memory.
 */
record FlatRegion(Kernel kernel, List<Layout> inputLayouts, List<Layout> outputLayouts) implements DelegatingKernel {
    /** Returns the kernel, or empty if operands lie otherwise. */
    static Optional<Kernel> of(KernelRequest.Region request, VectorKernels vector) {
        Fused.Region region = request.region();
        Optional<MemoryOrder> found = order(request);
        boolean known = Stream.concat(request.inputs().stream(), request.outputs().stream()).allMatch(t -> DataType.stored(t.dtype()).isPresent());
        if (found.isEmpty() || !known) {
            return Optional.empty();
        }
        MemoryOrder order = found.get();
        List<TensorType> types = new ArrayList<>();
        List<Layout> layouts = new ArrayList<>();
        for (TensorType input : request.inputs()) {
            boolean full = input.shape().equals(region.shape());
            long[] aligned = PostOps.aligned(input.shape(), region.shape().rank());
            if (!full && Arrays.stream(aligned).filter(d -> d > 1).count() > 1) {
                return Optional.empty();
            }
            layouts.add(full ? order.layout(input) : Layout.PLAIN);               // along one axis at most: the order of axes does not matter
            types.add(input.with(order.shape(aligned)));
        }
        Shape shape = order.shape(PostOps.aligned(region.shape(), region.shape().rank()));
        var program = new Fused.Region(shape, region.inputs(), region.code(), region.results());
        List<TensorType> results = request.outputs().stream().map(t -> t.with(shape)).toList();
        return vector.compile(new KernelRequest.Region(program, types, results, Collections.nCopies(types.size(), Layout.PLAIN), request.frozen()))
                .map(k -> new FlatRegion(k, layouts, request.outputs().stream().map(order::layout).toList()));
    }

    /** Returns the order of the first operand of the region's shape that lies in a layout of oneDNN's. */
    private static Optional<MemoryOrder> order(KernelRequest.Region request) {
        return IntStream.range(0, request.inputs().size()).filter(i -> request.inputs().get(i).shape().equals(request.region().shape())
                && request.layouts().get(i) instanceof DnnlLayout).boxed().findFirst()
                .flatMap(i -> MemoryOrder.of(request.inputs().get(i), (DnnlLayout) request.layouts().get(i)));
    }
}
