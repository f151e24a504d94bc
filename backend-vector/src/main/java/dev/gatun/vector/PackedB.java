package dev.gatun.vector;

import dev.gatun.TensorType;
import dev.gatun.spi.Arguments;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.Layout;
import java.util.List;

/** The layout of a frozen right side of a product: the panels that the micro-kernels read. @param transposed whether it was stored {@code [N, K]} */
record PackedB(int K, int N, boolean transposed) implements Layout {
    /** With so few rows or columns a product reads its operands as they are. */
    static final int FEW_ROWS = 4;

    private Sgemm packer() {
        return new Sgemm(Sgemm.Shape.dense(1, N, K, false, transposed), Sgemm.Batch.ONE, false, Epilogue.NONE, true);
    }

    @Override
    public long bytes(TensorType type) {
        return packer().packedBytes();
    }

    @Override
    public String label() {
        return "packed";
    }

    /** Packs a row-major matrix. */
    record Pack(PackedB layout) implements Kernel {
        @Override
        public String name() {
            return "pack";
        }

        @Override
        public List<Layout> outputLayouts() {
            return List.of(layout);
        }

        @Override
        public void launch(Arguments arguments) {
            layout.packer().packB(arguments.address(0), arguments.address(1));
        }
    }
}
