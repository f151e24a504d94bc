package dev.gatun.testkit;

import dev.gatun.DType;
import dev.gatun.Predictor;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.nn.Layer;
import dev.gatun.spi.Backend;
import dev.gatun.spi.HostMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Loads a backend for as long as one likes: many threads call one predictor, each result is compared with that of a single thread; or the backend is opened
 * and closed again and again. Both watch what the process holds.
 *
 * @param open opens the backend
 * @param net the network
 * @param input the type of its input
 */
public record Soak(Supplier<Backend> open, Layer net, TensorType input) {
    private static final Path STATUS = Path.of("/proc/self/status");

    /** Inputs that differ: who gets another caller's result is noticed. */
    private static final int IMAGES = 4;

    /** Until then the JIT compiler and the pools of memory still grow. */
    private static final double WARM = .4;

    /** Looks at the process in the time that is left. */
    private static final int LOOKS = 20;

    /**
     * What the process holds: of the operating system, or 0 where that does not tell, and of native memory for tensors.
     *
     * @param residentKb resident memory in KiB
     * @param threads threads, those of native libraries included
     * @param tensorBytes memory of tensors in use
     */
    public record Held(long residentKb, int threads, long tensorBytes) {
        static Held now() {
            System.gc();                                          // garbage is not held
            HostMemory.shared().trim();
            return new Held(status("VmRSS:"), (int) status("Threads:"), HostMemory.shared().usedBytes());
        }

        private static long status(String field) {
            try (var lines = Files.exists(STATUS) ? Files.lines(STATUS) : Stream.<String>empty()) {
                return lines.filter(l -> l.startsWith(field)).mapToLong(l -> Long.parseLong(l.replaceAll("\\D", ""))).findFirst().orElse(0);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /**
     * What was seen.
     *
     * @param calls how many predictions, or backends opened and closed
     * @param wrong how many results were not bit-equal to the single thread's
     * @param looks what the process held while it worked, once warm
     * @param before what it held before the backend was opened
     * @param after what it held after it was closed
     */
    public record Report(long calls, long wrong, List<Held> looks, Held before, Held after) {
        /** Returns by how much resident memory grew from the first quarter of the looks to the last, each by its median. */
        public double growth() {
            int quarter = Math.max(1, looks.size() / 4);
            return median(looks.subList(looks.size() - quarter, looks.size())) / median(looks.subList(0, quarter)) - 1;
        }

        private static double median(List<Held> looks) {
            return Math.max(1, looks.stream().mapToLong(Held::residentKb).sorted().skip(looks.size() / 2).findFirst().orElse(1));
        }
    }

    /** Lets {@code threads} threads, every other of them virtual, call one predictor for {@code time}. */
    public Report concurrently(int threads, Duration time) {
        once();                                                   // the network's parameters stay, as do the threads of the process
        Held before = Held.now();
        Report during;
        try (Backend backend = open.get(); Predictor predictor = Predictor.of(net, backend)) {
            List<Tensor> images = IntStream.range(0, IMAGES).mapToObj(i -> Tensor.full(DType.F32, input.shape(), .25 * (i + 1)).eval(backend)).toList();
            List<float[]> expected = images.stream().map(x -> predict(predictor, x)).toList();
            AtomicBoolean stop = new AtomicBoolean();
            try (ExecutorService platform = Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory());
                 ExecutorService virtual = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<long[]>> callers = new ArrayList<>();
                for (int i = 0; i < threads; i++) {
                    int first = i;
                    Callable<long[]> caller = () -> callUntil(stop, predictor, images, expected, first);
                    callers.add((i % 2 == 0 ? platform : virtual).submit(caller));
                }
                List<Held> looks = look(time);
                stop.set(true);
                long calls = 0;
                long wrong = 0;
                for (Future<long[]> caller : callers) {
                    calls += caller.get()[0];
                    wrong += caller.get()[1];
                }
                during = new Report(calls, wrong, looks, before, before);
            } catch (InterruptedException | ExecutionException e) {
                throw new AssertionError("a caller failed", e);
            } finally {
                images.forEach(Tensor::close);
            }
        }
        return new Report(during.calls(), during.wrong(), during.looks(), before, Held.now());
    }

    private static float[] predict(Predictor predictor, Tensor x) {
        try (Tensor y = predictor.predict(x)) {
            return y.toFloatArray();
        }
    }

    private static long[] callUntil(AtomicBoolean stop, Predictor predictor, List<Tensor> images, List<float[]> expected, int first) {
        long calls = 0;
        long wrong = 0;
        while (!stop.get()) {
            int image = (int) ((first + calls++) % images.size());
            wrong += Arrays.equals(expected.get(image), predict(predictor, images.get(image))) ? 0 : 1;
        }
        return new long[] {calls, wrong};
    }

    private static List<Held> look(Duration time) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep((long) (time.toNanos() * WARM));
        List<Held> looks = new ArrayList<>();
        for (int i = 0; i < LOOKS; i++) {
            TimeUnit.NANOSECONDS.sleep((long) (time.toNanos() * (1 - WARM) / LOOKS));
            looks.add(Held.now());
        }
        return looks;
    }

    /** Opens the backend, computes a prediction and closes it, {@code times} times. */
    public Report opening(int times) {
        float[] expected = once();
        Held before = Held.now();
        List<Held> looks = new ArrayList<>();
        long wrong = 0;
        for (int i = 1; i < times; i++) {
            wrong += Arrays.equals(expected, once()) ? 0 : 1;
            if (i >= times * WARM && (i - (int) (times * WARM)) % Math.max(1, (int) (times * (1 - WARM) / LOOKS)) == 0) {
                looks.add(Held.now());
            }
        }
        return new Report(times, wrong, looks, before, Held.now());
    }

    private float[] once() {
        try (Backend backend = open.get(); Predictor predictor = Predictor.of(net, backend);
             Tensor x = Tensor.full(DType.F32, input.shape(), .5).eval(backend)) {
            return predict(predictor, x);
        }
    }
}
