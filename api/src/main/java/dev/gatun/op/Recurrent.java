package dev.gatun.op;

import java.util.Locale;

/**
 * One layer of a recurrent network in one direction over a whole sequence. Floating types. T steps, N samples, I inputs, H hidden units, gates stacked
 * in PyTorch's order (LSTM i, f, g, o; GRU r, z, n), G gates: 1, 4 or 3.
 */
public sealed interface Recurrent extends Op {
    /** Returns what is computed. */
    Cell cell();

    /**
     * (x [T, N, I], wIh [G·H, I], wHh [G·H, H], bIh [G·H], bHh [G·H], h0 [N, H], c0 [N, H] if LSTM, peephole [3·H] (i, f, o) if so, lengths I64 [N] if
     * so) -> (y [T, N, H], hn [N, H], cn [N, H] if LSTM, reserve [T, N, R·H] if {@code reserve}).
     *
     * <p>Steps at or beyond a sample's length leave its state as it is and give y = 0. The reserve is what the backward op needs: for the vanilla cells
     * nothing beyond y (R = 0, size 0); LSTM the activated gates i, f, g, o and c_t (R = 5); GRU r, z, n and the reset operand U·h + c of n (R = 4).
     *
     * @param reverse whether the sequence is read from its end (with lengths: from each sample's own end)
     */
    record Rnn(Cell cell, boolean reverse, boolean reserve) implements Recurrent {
        @Override
        public String name() {
            return cell.kind.label();
        }
    }

    /**
     * (the operands of {@link Rnn}, then y, reserve, dy, dhn, dcn if LSTM) -> (dx, dwIh, dwHh, dbIh, dbHh, dh0, dc0 if LSTM, dpeephole if so):
     * back-propagation through time.
     */
    record RnnBackward(Cell cell, boolean reverse) implements Recurrent {
        @Override
        public String name() {
            return cell.kind.label() + "_backward";
        }
    }

    /** Which cell, and which of the optional operands are there. */
    record Cell(Kind kind, boolean peephole, boolean lengths) {
        /** Returns how many operands {@link Rnn} takes. */
        public int operands() {
            return 6 + (isLstm() ? 1 : 0) + (peephole ? 1 : 0) + (lengths ? 1 : 0);
        }

        /** Returns whether there is a cell state c. */
        public boolean isLstm() {
            return kind == Kind.LSTM;
        }
    }

    /** The recurrences; σ is the logistic function, * elementwise. */
    enum Kind {
        /** h' = tanh(W x + b + U h + c). */
        RNN_TANH(1, 0),
        /** h' = max(0, W x + b + U h + c). */
        RNN_RELU(1, 0),
        /**
         * i, f, o = σ(W x + b + U h + c), g = tanh(...), c' = f*c + i*g, h' = o*tanh(c'); with peepholes p: i and f also see p*c, o sees p*c'.
         * Source: Hochreiter and Schmidhuber 1997; Gers and Schmidhuber 2000.
         */
        LSTM(4, 5),
        /** r, z = σ(W x + b + U h + c), n = tanh(W x + b + r*(U h + c)), h' = (1 - z)*n + z*h. Source: Cho 2014 as in cuDNN and PyTorch. */
        GRU(3, 4),
        /** As GRU with the reset before the product: n = tanh(W x + b + U (r*h) + c). Source: Cho 2014; ONNX linear_before_reset = 0. */
        GRU_RESET_BEFORE(3, 4);

        private final int gates;
        private final int reserve;

        Kind(int gates, int reserve) {
            this.gates = gates;
            this.reserve = reserve;
        }

        /** Returns G, the number of gates. */
        public int gates() {
            return gates;
        }

        /** Returns R: the reserve holds R·H values a step and sample. */
        public int reserve() {
            return reserve;
        }

        /** Returns the name that messages and plans print. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
