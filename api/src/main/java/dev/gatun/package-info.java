/**
 * Tensors, their gradients, the backends that compute them, and functions that are compiled once.
 *
 * <pre>
 * Tensor            a value, or the record of how to compute one; TensorType = DType, Shape
 * Gradients         of recorded tensors, as recorded tensors
 * Backends          finds and opens what can run here
 * CompiledFunction  traced once for each combination of input types; Predictor, a network frozen for inference
 *
 * elementwise       Arithmetic  Logic  Bits  Exponentials  Trigonometry
 * folds             Reductions  Sorting
 * places            Slices  Movements  Padding  Resize
 * places as data    Gathers  Scatters  Masks  NonZero
 * products          Einsum
 * </pre>
 *
 * <p>{@link dev.gatun.Tensor} has the methods that nearly every program needs; the classes below it have the others, as static methods under the
 * names that NumPy, ONNX and PyTorch gave them. Each records one op of {@link dev.gatun.op}, or a few:
 *
 * {@snippet :
 * Tensor scores = Einsum.of("bqd,bkd->bqk", queries, keys).div(Math.sqrt(d));            // nothing is computed yet
 * Tensor weights = Masks.tril(scores.exp(), 0);
 * Tensor y = weights.div(Reductions.sum(weights, true, -1)).matmul(values);
 * float[] out = y.toFloatArray();                                                        // now, on Backends.standard()
 * }
 *
 * <p>What a user gets wrong is an {@link java.lang.IllegalArgumentException} on the line that records it. No method takes or returns null.
 */
package dev.gatun;
