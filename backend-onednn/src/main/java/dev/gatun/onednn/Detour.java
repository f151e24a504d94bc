package dev.gatun.onednn;

import dev.gatun.spi.Arguments;
import dev.gatun.spi.Buffer;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import java.util.List;
import java.util.stream.IntStream;

/** A copy between two layouts of which neither backend knows both: over a row-major copy in the workspace. */
record Detour(Kernel first, Kernel second, KernelRequest.Reorder request) implements Kernel {
    private static final int ALIGNMENT = 64;

    @Override
    public String name() {
        return "reorder, then " + second.name();
    }

    @Override
    public List<Layout> inputLayouts() {
        return List.of(request.from());
    }

    @Override
    public List<Layout> outputLayouts() {
        return List.of(request.to());
    }

    @Override
    public long workspaceBytes() {
        return plainBytes() + Math.max(1, Math.max(first.workspaceBytes(), second.workspaceBytes()));
    }

    private long plainBytes() {
        return Math.ceilDiv(request.type().bytes(), ALIGNMENT) * ALIGNMENT;
    }

    @Override
    public void launch(Arguments arguments) {
        Buffer workspace = arguments.buffer(2);
        Buffer plain = workspace.slice(0, plainBytes());
        Buffer scratch = workspace.slice(plainBytes(), workspace.bytes() - plainBytes());
        launch(first, arguments.buffer(0), plain, scratch);
        launch(second, plain, arguments.buffer(1), scratch);
    }

    private static void launch(Kernel kernel, Buffer from, Buffer to, Buffer scratch) {
        int size = kernel.workspaceBytes() > 0 ? 3 : 2;
        kernel.launch(new Arguments(new Buffer[] {from, to, scratch}, IntStream.range(0, size).toArray()));
    }
}
