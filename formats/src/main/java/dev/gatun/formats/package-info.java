/**
 * File formats of tensors and models.
 *
 * <pre>
 * Safetensors    named tensors and a few texts: weights, checkpoints
 * Npy            one tensor: inputs and outputs that Python shares
 * Json           results, metadata and other small facts, as plain Java values
 * AtomicFile     how all write: the whole file or none of it
 * </pre>
 *
 * <p>Every file is taken for hostile: lengths, offsets, names and types are checked before anything is read or allocated by them, and what is wrong
 * is a {@link dev.gatun.formats.FormatException}. No method takes or returns null.
 */
package dev.gatun.formats;
