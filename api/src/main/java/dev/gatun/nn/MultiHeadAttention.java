package dev.gatun.nn;

import dev.gatun.DType;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import java.util.Optional;

/**
 * Attention in several subspaces: queries, keys and values are projected, split in heads of E/heads numbers each, attended to head by head
 * ({@link Attention#scaledDotProduct}), joined and projected again. Parameters, under PyTorch's names: {@code in_proj_weight [3·E, E]} (of queries,
 * keys and values, first Xavier), {@code in_proj_bias [3·E]} (0), {@code out_proj.weight [E, E]} and {@code out_proj.bias [E]} (0).
 *
 * <p>Sequences are {@code [N, L, E]}, the batch first. Source: Vaswani et al. 2017.
 */
public final class MultiHeadAttention extends Layer {
    private final int width;
    private final int heads;
    private final boolean causal;
    private final double dropout;
    private final Parameter inputWeight;
    private final Parameter inputBias;
    private final Linear output;

    /** Makes a layer. @param width E @throws IllegalArgumentException if E is not divisible by {@code heads} */
    public MultiHeadAttention(int width, int heads) {
        this(width, heads, false, 0);
    }

    private MultiHeadAttention(int width, int heads, boolean causal, double dropout) {
        if (heads < 1 || width < 1 || width % heads != 0) {
            throw new IllegalArgumentException("attention: a width of " + width + " is not divisible by " + heads + " heads");
        }
        this.width = width;
        this.heads = heads;
        this.causal = causal;
        this.dropout = dropout;
        inputWeight = parameter("in_proj_weight", Parameter.of(TensorType.of(DType.F32, 3 * width, width), Initializers.xavierUniform()));
        inputBias = parameter("in_proj_bias", Parameter.of(TensorType.of(DType.F32, 3 * width), Initializers.zeros()));
        output = child("out_proj", new Linear(width, width));
        output.bias().ifPresent(b -> b.initialize(Initializers.zeros()));
    }

    /** Returns a layer whose queries see no later keys. */
    public MultiHeadAttention causal() {
        return new MultiHeadAttention(width, heads, true, dropout);
    }

    /** Returns a layer with dropout of attention weights. @param p in [0, 1) @throws IllegalArgumentException if it is not */
    public MultiHeadAttention dropout(double p) {
        return new MultiHeadAttention(width, heads, causal, Dropout.requireProbability("attention dropout", p));
    }

    /** Returns the attention of x to itself. @param x {@code [N, L, E]} */
    @Override
    public Tensor forward(Tensor x, Pass pass) {
        return forward(x, x, x, pass);
    }

    /** Returns the attention of queries to other sequences. @param q {@code [N, L, E]} @param k {@code [N, S, E]} @param v {@code [N, S, E]} */
    public Tensor forward(Tensor q, Tensor k, Tensor v, Pass pass) {
        Optional<Tensor> seen = causal ? Optional.of(Attention.causalMask(q.dim(-2), k.dim(-2))) : Optional.empty();
        Tensor y = Attention.of(project(q, 0, pass), project(k, 1, pass), project(v, 2, pass), seen,
                p -> dropout > 0 && pass.isTraining(this) ? Dropout.drop(p, dropout, pass.nextKey()) : p);    // [N, heads, L, E/heads]
        return output.forward(y.permute(0, 2, 1, 3).reshape(q.shape()), pass);
    }

    /** Returns x as projected by part {@code part} of the input projection: [N, heads, L, E/heads]. */
    private Tensor project(Tensor x, int part, Pass pass) {
        if (x.rank() != 3 || x.dim(2) != width) {
            throw new IllegalArgumentException("attention: x" + x.shape() + " must be [N, L, E] with E = " + width);
        }
        Tensor w = pass.get(inputWeight).slice(0, part * width, (part + 1) * width);
        Tensor b = pass.get(inputBias).slice(0, part * width, (part + 1) * width);
        return x.matmul(w, false, true).add(b).reshape(x.dim(0), x.dim(1), heads, width / heads).permute(0, 2, 1, 3);
    }

    @Override
    protected String describe() {
        return "MultiHeadAttention(" + width + ", " + heads + " heads" + (causal ? ", causal" : "") + ")";
    }
}
