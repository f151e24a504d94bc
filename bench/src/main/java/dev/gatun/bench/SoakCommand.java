package dev.gatun.bench;

import dev.gatun.Backends;
import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.models.Zoo;
import dev.gatun.nn.Activation;
import dev.gatun.nn.Conv;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Sequential;
import dev.gatun.testkit.Soak;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Keeps a backend busy for minutes: many callers of one predictor, then open and close in turn. Results must not change, and memory must not grow. */
@Command(name = "soak", mixinStandardHelpOptions = true,
        description = "Many threads call one predictor, then the backend is opened and closed again and again: results must stay bit-equal, memory flat.")
final class SoakCommand implements Callable<Integer> {
    /** What resident memory may grow by once everything is warm. */
    private static final double FLAT = .02;

    /** The JVM starts and ends compiler threads as it likes. */
    private static final int COMING_AND_GOING = 10;

    private static final TensorType CONVOLVED = new TensorType(DType.F32, Shape.of(1, 64, 28, 28));

    @Option(names = "--backend", paramLabel = "NAME", description = "The backend. Default: ${DEFAULT-VALUE}.")
    private String backend = "onednn";

    @Option(names = "--model", paramLabel = "NAME", description = "The network. Default: ${DEFAULT-VALUE}.")
    private String model = "resnet18";

    @Option(names = "--threads", paramLabel = "N", description = "Callers, every other a virtual thread. Default: ${DEFAULT-VALUE}.")
    private int threads = 16;

    @Option(names = "--seconds", paramLabel = "S", description = "How long they call. Default: ${DEFAULT-VALUE}.")
    private int seconds = 300;

    @Option(names = "--cycles", paramLabel = "N", description = "How often the backend is opened and closed, with two convolutions. Default: ${DEFAULT-VALUE}.")
    private int cycles = 1000;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        new Least(spec).number("--threads", threads, 1).number("--seconds", seconds, 0).number("--cycles", cycles, 0).backend(backend);
        if (!Zoo.names().contains(model)) {
            throw new ParameterException(spec.commandLine(), "no network is called \"" + model + "\"; there are " + String.join(", ", Zoo.names()) + ".");
        }
        boolean ok = true;
        if (seconds > 0) {
            Soak soak = new Soak(() -> Backends.open(backend), Zoo.layer(model), Zoo.input(model, 1));
            ok &= passes(threads + " callers of " + model, soak.concurrently(threads, Duration.ofSeconds(seconds)));
        }
        if (cycles > 1) {
            ok &= passes("opened and closed", new Soak(() -> Backends.open(backend), convolutions(), CONVOLVED).opening(cycles));
        }
        return ok ? 0 : 1;
    }

    /** Returns a network that is quickly planned, and large enough for the primitives of a library. */
    private static Layer convolutions() {
        return new Sequential(Conv.conv2d(64, 128, 3).stride(2).padding(1), Activation.relu(), Conv.conv2d(128, 128, 1));
    }

    private static boolean passes(String what, Soak.Report r) {
        System.out.printf(Locale.ROOT, "%s: %d calls, %d wrong, resident memory %+.1f %% (%.0f to %.0f MB), threads %d -> %d, tensors %d -> %d bytes%n",
                what, r.calls(), r.wrong(), 100 * r.growth(), r.looks().getFirst().residentKb() * 1024 / 1e6, r.looks().getLast().residentKb() * 1024 / 1e6,
                r.before().threads(), r.after().threads(), r.before().tensorBytes(), r.after().tensorBytes());
        return r.wrong() == 0 && r.growth() <= FLAT && r.after().tensorBytes() <= r.before().tensorBytes()
                && r.after().threads() <= r.before().threads() + COMING_AND_GOING;
    }
}
