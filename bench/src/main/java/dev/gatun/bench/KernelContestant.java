package dev.gatun.bench;

import dev.gatun.Backends;
import dev.gatun.spi.Backend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The process of one backend: launches each of the {@link KernelCases} that it is told, one after the other. */
final class KernelContestant {
    /** For the operands of the largest products, once as arrays. */
    private static final String HEAP = "2g";

    private KernelContestant() {
    }

    /** Runs: name of the backend. */
    public static void main(String[] args) throws Exception {
        Map<String, KernelCase> cases = KernelCases.all().stream().collect(Collectors.toMap(KernelCase::name, Function.identity()));
        Backend backend = Backends.open(args[0]);
        Contestant.serve(name -> {
            PreparedKernel kernel = PreparedKernel.of(cases.get(name), backend);
            return new Contestant.Skill.Work(new Launches(kernel), kernel.kernel());
        });
    }

    /** Starts the process of a backend. @param folder for its log */
    static ContestantProcess start(Setting setting, int threads, Path folder) throws IOException {
        return ContestantProcess.start(setting.name(), HEAP, setting.options(), threads, folder, KernelContestant.class, setting.backend());
    }

    private record Launches(PreparedKernel kernel) implements Peer.Job {
        @Override
        public void run() {
            kernel.launch();
        }

        @Override
        public float[] result() {
            return kernel.firstResult();
        }

        @Override
        public void close() {
            kernel.close();
        }
    }
}
