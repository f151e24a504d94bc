/**
 * Benchmarks: kernels against the machine, networks against other libraries.
 *
 * <pre>
 * bench/run peak                         what the machine can do at most
 * bench/run kernels [REGEX]              each kernel in turns with its yardstick: GFLOP/s, GB/s, fractions of yardstick and peak
 * bench/run kernels --backend A,B        the same kernels on several backends in turns: ratios, also of the sums of groups
 * bench/run kernels --jmh                the same by JMH, one JVM each: fractions of the peak measured in the same run
 * bench/run kernels --catalogue SIZE     the same for the conformance kit's cases
 * bench/run peers [REGEX]                Gatun in some settings and other libraries on the same networks, each in a JVM of its own, in turns: ratios
 * bench/run cold                         kernels that stay slow in some of many JVMs
 * </pre>
 *
 * <p>What takes turns is a process ({@link dev.gatun.bench.Contestant}) that is told what to do; {@link dev.gatun.bench.Setting} says how Gatun is set in it.
 * A {@link dev.gatun.bench.Yardstick} takes turns in the process of the command, by a {@link dev.gatun.bench.Gauge}.
 *
 * <p>Cases are data ({@link dev.gatun.bench.KernelCases}); convolutions are read off the networks of {@code models}. A result is checked where it is
 * timed ({@link dev.gatun.bench.Oracle}). Other libraries are given
 * a network's {@link dev.gatun.bench.Blueprint}, which is read off what Gatun records; those of the profile {@code peers} implement
 * {@link dev.gatun.bench.Peer}. Nothing takes or returns null.
 */
package dev.gatun.bench;
