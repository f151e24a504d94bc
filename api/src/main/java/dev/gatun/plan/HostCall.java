package dev.gatun.plan;

import dev.gatun.TensorType;
import dev.gatun.spi.Arguments;
import dev.gatun.spi.Buffer;
import dev.gatun.spi.HostBuffer;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.Memory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;

/** Runs a host kernel for a backend whose memory the processor cannot read: copies operands in, results out. Slow, and announced as a fallback. */
record HostCall(Kernel kernel, List<TensorType> inputs, List<TensorType> outputs, Memory memory) implements Kernel {
    @Override
    public String name() {
        return kernel.name() + " on the host";
    }

    @Override
    public boolean isFallback() {
        return true;
    }

    @Override
    public void launch(Arguments arguments) {
        try (Arena arena = Arena.ofConfined()) {
            int n = inputs.size();
            Buffer[] host = new Buffer[n + outputs.size()];
            for (int i = 0; i < host.length; i++) {
                TensorType type = i < n ? inputs.get(i) : outputs.get(i - n);
                host[i] = HostBuffer.of(arena.allocate(Math.max(1, type.bytes()), 64).asSlice(0, type.bytes()));
                if (i < n) {
                    memory.download(arguments.buffer(i), segment(host[i]));
                }
            }
            kernel.launch(new Arguments(host, IntStream.range(0, host.length).toArray()));
            for (int i = n; i < host.length; i++) {
                memory.upload(segment(host[i]), arguments.buffer(i));
            }
        }
    }

    private static MemorySegment segment(Buffer buffer) {
        return ((HostBuffer) buffer).segment();
    }
}
