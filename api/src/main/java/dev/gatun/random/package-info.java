/**
 * Random numbers that depend on a key and on nothing else: counter-based (Philox), equal bit by bit on every backend, in any order and on any number
 * of threads.
 *
 * <pre>
 * key    = seed, stream          two 64-bit numbers
 * number = Philox(seed)(⌊i/4⌋, stream)[i mod 4]
 * </pre>
 *
 * <p>{@link dev.gatun.random.Draws} records them as tensors, {@link dev.gatun.random.RandomStream} reads them one by one in Java:
 *
 * {@snippet :
 * Tensor noise = Draws.normal(Draws.key(42, 0), Shape.of(2, 3));
 * double first = new RandomStream(42, 0).nextNormal();            // the same number as the first of noise
 * }
 *
 * <p>No method takes or returns null.
 */
package dev.gatun.random;
