package dev.gatun.bench;

import dev.gatun.Backends;
import dev.gatun.CompiledFunction;
import dev.gatun.Tensor;
import dev.gatun.spi.Backend;
import dev.gatun.testkit.Case;
import java.util.List;
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

/** Calls of one case of the conformance kit's catalogue, which the kit holds against the reference: as users call it, compiled. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 6, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 150, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsAppend = {"-Xmx4g", "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class CatalogueBenchmark {
    /** The case's name. */
    @Param("matmul a b [64, 7, 13]")
    public String name;

    /** Its size n, as {@link dev.gatun.testkit.Cases#of} takes it. */
    @Param("64")
    public int size;

    private Backend backend;
    private CompiledFunction function;
    private Tensor[] operands;

    /** Compiles the case and checks its result. */
    @Setup
    public void prepare() {
        Case of = CatalogueCases.named(name, size);
        backend = Backends.best();
        function = CompiledFunction.of(backend, of.function());
        operands = CatalogueCases.operands(of);
        CatalogueCases.check(of, operands, function);
    }

    /** Calls it. */
    @Benchmark
    public List<Tensor> call() {
        List<Tensor> results = function.call(operands);
        results.forEach(Tensor::close);
        return results;
    }

    /** Gives everything back. */
    @TearDown
    public void close() {
        for (Tensor t : operands) {
            t.close();
        }
        function.close();
        backend.close();
    }
}
