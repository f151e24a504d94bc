/**
 * Benchmarks: kernels against the machine, networks against other libraries.
 *
 * <pre>
 * bench/run peak                         what the machine can do at most
 * bench/run kernels [REGEX]              each kernel by JMH, one JVM each: GFLOP/s, GB/s, fractions of the peak measured in the same run
 * bench/run kernels --catalogue SIZE     the same for the conformance kit's cases
 * </pre>
 *
 * <p>Cases are data ({@link dev.gatun.bench.KernelCases}); convolutions are read off the networks of {@code models}. A result is checked where it is
 * timed ({@link dev.gatun.bench.Oracle}). Nothing takes or returns null.
 */
package dev.gatun.bench;
