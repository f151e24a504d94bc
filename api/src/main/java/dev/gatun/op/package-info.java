/**
 * The ops of Gatun as data. An op is a record of attributes; which tensors it reads is said by the graph.
 *
 * <pre>
 * Op = Source         Scalar | Iota
 *    | Elementwise    Unary f | Binary f | Where | Cast | Quantize | Dequantize
 *    | Reduction      Reduce f | ArgReduce | Cumulative
 *    | Movement       Reshape | Permute | Expand | Slice | Pad | Concat | Detach
 *    | Indexing       Gather | Scatter | GatherElements | ScatterElements | GatherNd | ScatterNd | TopK
 *    | Contraction    MatMul
 *    | Convolution    Conv | ConvBackwardData | ConvBackwardWeights
 *    | Quantized      QuantizedConv | QuantizedMatMul
 *    | Pooling        MaxPool | MaxPoolBackward | AvgPool | AvgPoolBackward
 *    | Normalization  BatchNorm | BatchNormBackward | Standardize | StandardizeBackward | LocalResponseNorm | Softmax | LogSoftmax
 *    | Recurrent      Rnn | RnnBackward
 *    | Random         Draw
 *    | Fused          Region | Epilogue                                      (made by the planner only)
 * </pre>
 *
 * <p>Everything else that users know by name (gelu, dropout, attention, einsum, resize, transposed convolution) is recorded as a composition of these,
 * and the planner fuses it again: {@code x.sigmoid().mul(x)} is one loop. No method takes or returns null.
 */
package dev.gatun.op;
