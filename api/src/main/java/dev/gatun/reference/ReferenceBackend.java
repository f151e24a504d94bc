package dev.gatun.reference;

import dev.gatun.TensorType;
import dev.gatun.spi.Arguments;
import dev.gatun.spi.Backend;
import dev.gatun.spi.HostMemory;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import dev.gatun.spi.Memory;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** One plain loop an op, on one thread: takes every single op, and nothing that was fused. */
final class ReferenceBackend implements Backend {
    @Override
    public String name() {
        return ReferenceProvider.NAME;
    }

    @Override
    public String description() {
        return "plain Java loops on one thread, in double";
    }

    @Override
    public Memory memory() {
        return HostMemory.shared();
    }

    @Override
    public Optional<Kernel> compile(KernelRequest request) {
        return switch (request) {
            case KernelRequest.Single r -> Optional.of(ReferenceKernels.of(r.op(), r.inputs(), r.outputs()));
            case KernelRequest.Epilogue r -> Optional.empty();
            case KernelRequest.Region r -> Optional.empty();
            case KernelRequest.Reorder r -> r.from().equals(Layout.PLAIN) && r.to().equals(Layout.PLAIN) ? Optional.of(new Copy(r.type()))
                    : Optional.empty();
        };
    }

    @Override
    public void close() {
        // Nothing is held: the memory is shared with the other host backends.
    }

    /** A reorder from row-major to row-major. */
    private record Copy(TensorType type) implements Kernel {
        @Override
        public String name() {
            return "copy";
        }

        @Override
        public void launch(Arguments arguments) {
            MemorySegment.copy(arguments.segment(0), 0, arguments.segment(1), 0, type.bytes());
        }
    }
}
