/**
 * Benchmarks: kernels against the machine, networks against other libraries.
 *
 * <pre>
 * bench/run peak                         what the machine can do at most
 * bench/run kernels [REGEX]              each kernel by JMH, one JVM each: GFLOP/s, GB/s, fractions of the peak measured in the same run
 * bench/run kernels --catalogue SIZE     the same for the conformance kit's cases
 * bench/run peers [REGEX]                Gatun and other libraries on the same networks, each in a JVM of its own, in turns: ratios
 * </pre>
 *
 * <p>Cases are data ({@link dev.gatun.bench.KernelCases}); convolutions are read off the networks of {@code models}. A result is checked where it is
 * timed ({@link dev.gatun.bench.Oracle}). Other libraries are
 * given a network's {@link dev.gatun.bench.Blueprint}, which is read off what Gatun records; those of the profile {@code peers} implement
 * {@link dev.gatun.bench.Peer}. Nothing takes or returns null.
 */
package dev.gatun.bench;
