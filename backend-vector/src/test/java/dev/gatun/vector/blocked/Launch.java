package dev.gatun.vector.blocked;

import dev.gatun.spi.Arguments;
import dev.gatun.spi.Buffer;
import dev.gatun.spi.HostBuffer;
import dev.gatun.spi.Kernel;
import dev.gatun.vector.Floats;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Launches a kernel over guarded floats, and looks at all guards. */
final class Launch {
    private Launch() {
    }

    /** Runs {@code kernel} on operands and results, in this order. */
    @SuppressWarnings("restricted")
    static void run(Kernel kernel, Floats... floats) {
        List<Buffer> buffers = new ArrayList<>();
        for (Floats f : floats) {
            buffers.add(HostBuffer.of(MemorySegment.ofAddress(f.address()).reinterpret(f.length() * (long) Float.BYTES)));
        }
        MemorySegment workspace = Floats.workspace(kernel.workspaceBytes());
        if (kernel.workspaceBytes() > 0) {
            buffers.add(HostBuffer.of(workspace.asSlice(0, kernel.workspaceBytes())));
        }
        kernel.launch(new Arguments(buffers.toArray(Buffer[]::new), IntStream.range(0, buffers.size()).toArray()));
        for (Floats f : floats) {
            f.check();
        }
        Floats.checkWorkspace(workspace, kernel.workspaceBytes());
    }
}
