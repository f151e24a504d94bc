package dev.gatun.vector;

import dev.gatun.TensorType;
import dev.gatun.op.Fused;
import dev.gatun.spi.Arguments;
import dev.gatun.spi.Buffer;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * An op of one result, then a region over it, one after the other: for regions that no kernel takes in. The op writes where a result of the region will be if
 * the region may overwrite its operand there, else into the workspace.
 */
final class EpilogueKernel implements Kernel {
    private final Kernel root;
    private final RegionKernel region;
    private final int rootInputs;
    private final int regionInputs;
    private final int results;
    private final int over;
    private final long productBytes;
    private final long rootWorkspace;

    private EpilogueKernel(Kernel root, RegionKernel region, KernelRequest.Epilogue request, TensorType product) {
        Fused.Epilogue fused = request.fused();
        this.root = root;
        this.region = region;
        this.rootInputs = fused.rootInputs();
        this.regionInputs = fused.region().inputs();
        this.results = fused.region().results().size();
        this.over = IntStream.range(0, results).filter(r -> region.inPlace(0, r)).findFirst().orElse(-1);
        this.productBytes = over < 0 ? align(product.bytes()) : 0;
        this.rootWorkspace = align(root.workspaceBytes());
    }

    /** @param product the type of the op's first result, the region's first operand */
    static EpilogueKernel of(Kernel root, RegionKernel region, KernelRequest.Epilogue request, TensorType product) {
        return new EpilogueKernel(root, region, request, product);
    }

    private static long align(long bytes) {
        return Math.ceilDiv(bytes, 64L) * 64;
    }

    @Override
    public String name() {
        return root.name() + ", then " + region.name();
    }

    @Override
    public List<Layout> inputLayouts() {
        if (root.inputLayouts().isEmpty()) {
            return List.of();
        }
        List<Layout> layouts = new ArrayList<>(root.inputLayouts());
        layouts.addAll(Collections.nCopies(regionInputs - 1, Layout.PLAIN));
        return layouts;
    }

    @Override
    public long workspaceBytes() {
        return productBytes + rootWorkspace + region.workspaceBytes();
    }

    @Override
    public void launch(Arguments arguments) {
        int operands = rootInputs + regionInputs - 1;
        Buffer workspace = arguments.buffer(operands + results);
        Buffer product = over >= 0 ? arguments.buffer(operands + over) : workspace.slice(0, productBytes);

        Buffer[] table = new Buffer[rootInputs + 2];
        for (int i = 0; i < rootInputs; i++) {
            table[i] = arguments.buffer(i);
        }
        table[rootInputs] = product;
        table[rootInputs + 1] = workspace.slice(productBytes, root.workspaceBytes());
        root.launch(new Arguments(table, slots(table.length)));

        long frame = workspace.address() + productBytes + rootWorkspace;
        Native.putLong(frame, product.address());
        for (int i = 1; i < regionInputs + results; i++) {
            Native.putLong(frame + 8L * i, arguments.address(rootInputs + i - 1));
        }
        region.start(frame);
    }

    private static int[] slots(int count) {
        int[] slots = new int[count];
        for (int i = 0; i < count; i++) {
            slots[i] = i;
        }
        return slots;
    }
}
