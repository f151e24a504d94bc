package dev.gatun.onednn;

import dev.gatun.TensorType;
import dev.gatun.op.Recurrent;
import dev.gatun.spi.Arguments;
import dev.gatun.spi.Buffer;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * Weights of a GRU in a layout of oneDNN's, with the gates in its order z, r, n, where ours are r, z, n.
 *
 * @param layout how the weights lie once the gates are in order
 */
record RnnWeights(DnnlLayout layout) implements Layout {
    private static final int GATES = 3;

    /** Returns the layout of stacked weights {@code [G·H, K]} that a primitive sees as {@code actual}, {@code [1, 1, K, G, H]}. */
    static Layout of(Recurrent.Kind kind, TensorType weights, Descriptor actual, DataType type) {
        long K = weights.shape().dim(1);
        long G = kind.gates();
        long H = weights.shape().dim(0) / G;
        long[] dims = {1, 1, K, G, H};
        Descriptor plain = Descriptor.strided(type, dims, new long[] {K * G * H, K * G * H, 1, H * K, K});
        return G == GATES ? new RnnWeights(new DnnlLayout(actual, plain)) : DnnlLayout.of(weights, actual, plain);
    }

    @Override
    public long bytes(TensorType type) {
        return layout.bytes(type);
    }

    @Override
    public String label() {
        return layout.label() + ", gates z r n";
    }

    @Override
    public String toString() {
        return label();
    }

    /** Returns the kernel that puts gates in order, and then weights where oneDNN wants them; or empty if another layout is asked for. */
    static Optional<Kernel> pack(KernelRequest.Reorder request, Session session) {
        return request.from().equals(PLAIN) && request.to() instanceof RnnWeights to
                ? Reorder.of(new KernelRequest.Reorder(request.type(), PLAIN, to.layout), session).map(second -> new Pack(to, second, request.type()))
                : Optional.empty();
    }

    /** Swaps the first two gates, in the workspace, and reorders. */
    private record Pack(RnnWeights to, Kernel second, TensorType type) implements Kernel {
        private static final long ALIGNMENT = 64;

        @Override
        public String name() {
            return "gates in order, then " + second.name();
        }

        @Override
        public List<Layout> outputLayouts() {
            return List.of(to);
        }

        private long swappedBytes() {
            return Math.ceilDiv(type.bytes(), ALIGNMENT) * ALIGNMENT;
        }

        @Override
        public long workspaceBytes() {
            return swappedBytes() + second.workspaceBytes();
        }

        @Override
        public void launch(Arguments arguments) {
            MemorySegment from = arguments.segment(0);
            MemorySegment swapped = arguments.segment(2);
            long gate = type.bytes() / GATES;
            MemorySegment.copy(from, gate, swapped, 0, gate);
            MemorySegment.copy(from, 0, swapped, gate, gate);
            MemorySegment.copy(from, 2 * gate, swapped, 2 * gate, gate);
            Buffer workspace = arguments.buffer(2);
            Buffer[] table = {workspace.slice(0, swappedBytes()), arguments.buffer(1), workspace.slice(swappedBytes(), second.workspaceBytes())};
            second.launch(new Arguments(table, second.workspaceBytes() > 0 ? new int[] {0, 1, 2} : new int[] {0, 1}));
        }
    }
}
