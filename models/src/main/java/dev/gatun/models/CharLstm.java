package dev.gatun.models;

import dev.gatun.Tensor;
import dev.gatun.nn.Embedding;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Linear;
import dev.gatun.nn.Lstm;
import dev.gatun.nn.Pass;

/**
 * A language model over characters: embedding, LSTM, and a linear layer that scores what comes next. Source: Graves 2013, "Generating sequences
 * with recurrent neural networks".
 */
public final class CharLstm extends Layer {
    private final Embedding embed;
    private final Lstm rnn;
    private final Linear head;

    /**
     * What reading some characters gives.
     *
     * @param logits scores of each next character, {@code [T, N, vocabulary]}
     * @param state from which to read on
     */
    public record Output(Tensor logits, Lstm.State state) { }

    /** Makes a network. @param vocabulary how many characters there are @param width of an embedded character @param hidden of the state */
    public CharLstm(int vocabulary, int width, int hidden) {
        embed = child("embed", new Embedding(vocabulary, width));
        rnn = child("rnn", new Lstm(width, hidden));
        head = child("head", new Linear(hidden, vocabulary));
    }

    /** Returns the state before the first character of {@code samples} texts. */
    public Lstm.State zeroState(int samples) {
        return rnn.zeroState(samples);
    }

    /** Reads on. @param x numbers of characters, I64 {@code [T, N]} */
    public Output forward(Tensor x, Lstm.State state, Pass pass) {
        Lstm.Output out = rnn.forward(embed.forward(x, pass), state, pass);
        return new Output(head.forward(out.y(), pass), out.state());
    }

    /** Reads from the beginning and returns the logits. @param x numbers of characters, I64 {@code [T, N]} @return {@code [T, N, vocabulary]} */
    @Override
    public Tensor forward(Tensor x, Pass pass) {
        return forward(x, zeroState(x.dim(1)), pass).logits();
    }
}
