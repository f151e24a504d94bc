package dev.gatun.vector.blocked;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Fused;
import dev.gatun.spi.Arguments;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.Layout;
import dev.gatun.vector.RegionKernel;
import dev.gatun.vector.Simd;
import dev.gatun.vector.Workers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * A fused elementwise program over blocked images. Elements that belong together lie at the same place, so it is the program over their memory, of shape
 * [N, blocks, pixels, lanes]; one value a channel {@code [1, C, 1, 1]} lies at [blocks, 1, lanes].
 */
final class BlockedRegion implements Kernel {
    private final Kernel memory;
    private final List<Layout> layouts;
    private final int results;

    private BlockedRegion(Kernel memory, List<Layout> layouts, int results) {
        this.memory = memory;
        this.layouts = layouts;
        this.results = results;
    }

    /** Returns the kernel, or empty if an operand has another shape than the region, one value a channel, or one value. */
    static Optional<Kernel> of(Fused.Region region, List<TensorType> inputs, Workers workers) {
        Shape image = region.shape();
        if (image.rank() < 3 || image.rank() > 5) {
            return Optional.empty();
        }
        int blocks = Panel.blocks(image.dim(1));
        Shape shape = Shape.of(image.dim(0), blocks, Blocked.pixels(image), Simd.LANES);
        List<Layout> layouts = new ArrayList<>();
        List<TensorType> types = new ArrayList<>();
        for (TensorType input : inputs) {
            if (input.elements() == 1) {
                layouts.add(Layout.PLAIN);
                types.add(input.with(Shape.SCALAR));
            } else if (Blocked.canHold(input) && input.shape().equals(image)) {
                layouts.add(Blocked.NATIVE);
                types.add(input.with(shape));
            } else if (Blocked.canHold(input) && input.shape().rank() == image.rank() && isPerChannel(input.shape(), image)) {
                layouts.add(Blocked.NATIVE);
                types.add(input.with(Shape.of(blocks, 1, Simd.LANES)));
            } else {
                return Optional.empty();
            }
        }
        boolean results = region.results().stream().allMatch(r -> r >= region.inputs() && canHold(region.code().get(r - region.inputs()).dtype()));
        var program = new Fused.Region(shape, region.inputs(), region.code(), region.results());
        return results ? RegionKernel.best(program, types, workers).map(k -> new BlockedRegion(k, layouts, region.results().size())) : Optional.empty();
    }

    private static boolean canHold(DType result) {
        return result == DType.F32 || result == DType.BOOL;
    }

    private static boolean isPerChannel(Shape shape, Shape image) {
        return shape.elements() == image.dim(1) && shape.dim(1) == image.dim(1);
    }

    @Override
    public String name() {
        return memory.name();
    }

    @Override
    public List<Layout> inputLayouts() {
        return layouts;
    }

    @Override
    public List<Layout> outputLayouts() {
        return Collections.nCopies(results, Blocked.NATIVE);
    }

    @Override
    public long workspaceBytes() {
        return memory.workspaceBytes();
    }

    @Override
    public boolean inPlace(int operand, int result) {
        return memory.inPlace(operand, result);
    }

    @Override
    public void launch(Arguments arguments) {
        memory.launch(arguments);
    }
}
