/**
 * The oneDNN backend.
 *
 * <p>This package holds no code and registers no provider yet. It is the place of the provider, of the facade over oneDNN's C functions
 * and of one file a primitive kind (convolution, matmul, pooling, ...). Its buffers lie in host memory and are shared with the vector
 * backend, which runs the operations that oneDNN lacks.
 */
package dev.gatun.onednn;
