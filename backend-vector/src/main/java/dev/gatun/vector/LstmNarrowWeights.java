package dev.gatun.vector;

import dev.gatun.TensorType;
import dev.gatun.spi.Arguments;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.Layout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Stacked weights {@code [4·H, K]} of an LSTM in bfloat16, in pieces for products that workers make alone: of each gate the rows of some units, rounded up to
 * whole vectors with zeros, gate behind gate, then as the library wants them.
 */
record LstmNarrowWeights(int H, int K, List<Piece> pieces) implements Layout {
    private static final int GATES = 4;
    /** With fewer units of a worker, the products wait for their left operand. */
    private static final int LEAST_UNITS = 32;
    private static final long LINE = 64;

    /**
     * The weights of a worker.
     *
     * @param first unit @param units how many @param width how many with those that round them up @param product reads the piece @param at its offset
     */
    record Piece(int first, int units, int width, NarrowProduct product, long at) {
        long bytes() {
            return Math.ceilDiv(product.packedBytes(), LINE) * LINE;
        }
    }

    /** Returns the layout, or empty if the library has no such products. @param rows of the left operand @param adds whether the product is added to sums */
    static Optional<LstmNarrowWeights> of(int H, int K, int rows, int threads, boolean adds, NarrowProducts library) {
        int vectors = Math.ceilDiv(H, Simd.LANES);
        int count = Math.clamp(H / LEAST_UNITS, 1, threads);
        List<Piece> pieces = new ArrayList<>();
        long at = 0;
        for (int i = 0; i < count; i++) {
            int first = Simd.LANES * (int) Workers.share(vectors, i, count);
            int width = Simd.LANES * (int) Workers.share(vectors, i + 1, count) - first;
            var sizes = NarrowProduct.Sizes.dense(rows, GATES * width, K, false, true).packing();
            Optional<NarrowProduct> product = library.alone(adds ? sizes.accumulating() : sizes, !adds);
            if (product.isEmpty()) {
                return Optional.empty();
            }
            Piece piece = new Piece(first, Math.min(width, H - first), width, product.get(), at);
            pieces.add(piece);
            at += piece.bytes();
        }
        return Optional.of(new LstmNarrowWeights(H, K, pieces));
    }

    /** Returns where a gate of i, f, g, o comes in the order i, f, o, g. */
    static int slot(int gate) {
        return gate < 2 ? gate : 5 - gate;
    }

    @Override
    public long bytes(TensorType type) {
        return pieces.getLast().at + pieces.getLast().bytes();
    }

    @Override
    public String label() {
        return "recurrent pieces";
    }

    /** Packs frozen weights; the workspace holds the largest piece before it is the library's. */
    record Pack(LstmNarrowWeights layout) implements Kernel {
        @Override
        public String name() {
            return "pack recurrent";
        }

        @Override
        public List<Layout> outputLayouts() {
            return List.of(layout);
        }

        @Override
        public long workspaceBytes() {
            return layout.pieces.stream().mapToLong(p -> BFloat16.SIZE * GATES * p.width * layout.K).max().orElse(0);
        }

        @Override
        public void launch(Arguments arguments) {
            long rowBytes = BFloat16.SIZE * layout.K;
            long gathered = arguments.address(2);
            for (Piece piece : layout.pieces) {
                Native.zero(gathered, rowBytes * GATES * piece.width);
                for (int gate = 0; gate < GATES; gate++) {
                    long from = arguments.address(0) + rowBytes * ((long) gate * layout.H + piece.first);
                    Native.copy(from, gathered + rowBytes * slot(gate) * piece.width, rowBytes * piece.units);
                }
                piece.product.pack(gathered, arguments.address(1) + piece.at);
            }
        }
    }
}
