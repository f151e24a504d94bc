package dev.gatun.bench;

import dev.gatun.Backends;
import dev.gatun.spi.Backend;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Launches of one of the {@link KernelCases}. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 6, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 150, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsAppend = {"-Xmx4g", "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class KernelBenchmark {
    /** The case's name. */
    @Param("gemm:1024x1024x1024")
    public String name;

    private Backend backend;
    private PreparedKernel kernel;

    /** Compiles the kernel and checks its result. */
    @Setup
    public void prepare() {
        backend = Backends.best();
        kernel = PreparedKernel.of(KernelCases.named(name), backend);
    }

    /** Launches it: results go to native memory, which nothing can optimize away. */
    @Benchmark
    public void launch() {
        kernel.launch();
    }

    /** Gives everything back. */
    @TearDown
    public void close() {
        kernel.close();
        backend.close();
    }
}
