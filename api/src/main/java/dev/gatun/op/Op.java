package dev.gatun.op;

/**
 * What a node of a graph computes: a record of attributes, without operands. Families are sealed, so that a pass over ops is a {@code switch} without
 * {@code default} and a new op fails to compile exactly where a decision is owed: its type rule, its gradient, its reference loop.
 *
 * <p>Attributes are values with equality (numbers, enums, {@link Ints}, {@link dev.gatun.Shape}), never arrays, and never something that changes from
 * step to step: a learning rate or a seed is an operand.
 */
public sealed interface Op
        permits Source, Elementwise, Reduction, Movement, Indexing, Contraction, Convolution, Quantized, Pooling, Normalization, Recurrent, Random,
        Fused {
    /** Returns the name that messages and plans print, e.g. {@code matmul}. */
    String name();
}
