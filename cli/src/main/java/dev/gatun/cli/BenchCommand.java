package dev.gatun.cli;

import dev.gatun.Backends;
import dev.gatun.DType;
import dev.gatun.Precision;
import dev.gatun.Tensor;
import dev.gatun.cli.Work.Job;
import dev.gatun.spi.Backend;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Times networks, products and convolutions. Figures of one run can be compared with each other; other processes of the machine disturb them. */
@Command(name = "bench", description = "Times networks, matrix products and convolutions: latency, throughput, first call, memory.")
final class BenchCommand implements Callable<Integer> {
    /** What host backends take at most. */
    private static final int MOST_THREADS = 4096;

    @Parameters(paramLabel = "MODEL", arity = "1..*", description = "A network, such as resnet50, or gemm:MxNxK, or conv:N,IC,IH,IW,OC,K,S,P.")
    private List<String> models;

    @Option(names = "--backend", paramLabel = "NAME", split = ",", description = "The backends to time, with commas between. Default: the fastest.")
    private List<String> backends = List.of();

    @Option(names = "--batch", paramLabel = "N", split = ",", description = "The batches to time, with commas between. Default: 1, or the N of conv.")
    private List<Integer> batches = List.of();

    @Option(names = "--threads", paramLabel = "N", description = "How many threads a backend may use. Default: as many as there are processors.")
    private Integer threads;

    @Option(names = "--precision", paramLabel = "P", converter = PrecisionOption.class, description = "f32, bf16, f16 or int8. Default: f32. For int8 "
            + "ranges are found with random inputs, and what is lost on others is told.")
    private Precision precision = Precision.F32;

    @Option(names = "--train", description = "Time training steps instead of inference. FLOP are those of the products of the loss and of its "
            + "gradients in the parameters.")
    private boolean train;

    @Mixin
    private JsonOption json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        List<Work> works = models.stream().map(this::work).toList();
        requireSome("--backend", backends);
        requireSome("--batch", batches);
        batches.stream().filter(b -> b < 1).findFirst().ifPresent(b -> refuse("--batch " + b + ": a batch has at least 1 sample."));
        if (threads != null) {
            if (threads < 1 || threads > MOST_THREADS) {
                refuse("--threads " + threads + ": from 1 to " + MOST_THREADS + " threads can be used.");
            }
            System.setProperty("gatun.threads", threads.toString());
        }
        if (train && precision != Precision.F32 && precision != Precision.BF16) {
            refuse("--precision " + precision.label() + ": training needs f32 or bf16.");
        }
        backends.forEach(name -> BackendOption.requireKnown(name, spec));
        PrintWriter out = spec.commandLine().getOut();
        out.println(BenchResult.HEAD);
        List<Map<String, Object>> rows = new ArrayList<>();
        json.write(rows);
        for (String name : backends.isEmpty() ? List.of("") : backends) {
            try (Backend backend = name.isEmpty() ? Backends.best() : Backends.open(name)) {
                for (Work work : works) {
                    for (int batch : batches.isEmpty() ? List.of(work.batch()) : batches) {
                        BenchResult result = measure(work, backend, batch);
                        out.println(result.line());
                        out.flush();
                        rows.add(result.row());
                        json.write(rows);
                    }
                }
            }
        }
        json.writeAll(rows);
        return 0;
    }

    private Work work(String model) {
        try {
            Work work = Work.parse(model);
            if (train && !(work instanceof Work.Network)) {
                throw new IllegalArgumentException(model + " is no network: only networks can be trained");
            }
            if (precision == Precision.INT8 && work instanceof Work.Gemm) {
                throw new IllegalArgumentException(model + " has no frozen weights that could be quantized; networks and conv: have");
            }
            return work;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage() + ".", e);
        }
    }

    private BenchResult measure(Work work, Backend backend, int batch) {
        try (Job job = work instanceof Work.Network network && train ? network.training(backend, batch, precision)
                : work.inference(backend, batch, precision)) {
            PeakMemory.reset();
            Measurement times = Measurement.of(() -> job.call().get().forEach(Tensor::close));
            double peak = PeakMemory.megabytes();
            for (Tensor result : job.call().get()) {
                requireFinite(result, work, backend);
            }
            return BenchResult.of(work.name(), backend.name(), batch, backend.threads(), precision, train, times, peak, job);
        } catch (OutOfMemoryError e) {
            throw new IllegalStateException(work.name() + " with batch " + batch + " does not fit into memory: " + e.getMessage(), e);
        }
    }

    private static void requireFinite(Tensor result, Work work, Backend backend) {
        for (float f : result.cast(DType.F32).eval(backend).toFloatArray()) {
            if (!Float.isFinite(f)) {
                throw new IllegalStateException(work.name() + " on " + backend.name() + " gave a result that is not finite: " + f);
            }
        }
    }

    /** Refuses a list of commas alone. */
    private void requireSome(String option, List<?> named) {
        if (named.isEmpty() && spec.commandLine().getParseResult().hasMatchedOption(option)) {
            refuse(option + " names none.");
        }
    }

    private void refuse(String mistake) {
        throw new ParameterException(spec.commandLine(), mistake);
    }
}
