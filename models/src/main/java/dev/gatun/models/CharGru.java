package dev.gatun.models;

import dev.gatun.Tensor;
import dev.gatun.nn.Embedding;
import dev.gatun.nn.Gru;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Linear;
import dev.gatun.nn.Pass;

/**
 * A language model over characters: embedding, GRU, and a linear layer that scores what comes next. Source: Cho et al. 2014, "Learning phrase
 * representations using RNN encoder-decoder for statistical machine translation".
 */
public final class CharGru extends Layer {
    private final Embedding embed;
    private final Gru rnn;
    private final Linear head;

    /**
     * What reading some characters gives.
     *
     * @param logits scores of each next character, {@code [T, N, vocabulary]}
     * @param state from which to read on
     */
    public record Output(Tensor logits, Tensor state) { }

    /** Makes a network. @param vocabulary how many characters there are @param width of an embedded character @param hidden of the state */
    public CharGru(int vocabulary, int width, int hidden) {
        embed = child("embed", new Embedding(vocabulary, width));
        rnn = child("rnn", new Gru(width, hidden));
        head = child("head", new Linear(hidden, vocabulary));
    }

    /** Returns the state before the first character of {@code samples} texts. */
    public Tensor zeroState(int samples) {
        return rnn.zeroState(samples);
    }

    /** Reads on. @param x numbers of characters, I64 {@code [T, N]} */
    public Output forward(Tensor x, Tensor state, Pass pass) {
        Gru.Output out = rnn.forward(embed.forward(x, pass), state, pass);
        return new Output(head.forward(out.y(), pass), out.h());
    }

    /** Reads from the beginning and returns the logits. @param x numbers of characters, I64 {@code [T, N]} @return {@code [T, N, vocabulary]} */
    @Override
    public Tensor forward(Tensor x, Pass pass) {
        return forward(x, zeroState(x.dim(1)), pass).logits();
    }
}
