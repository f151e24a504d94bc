package dev.gatun.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** The other end of a {@link Contestant}: a process that works when told. */
final class ContestantProcess implements AutoCloseable, Turns.Taker {
    private static final String NATIVE = "8g";
    private static final String REFUSED = Contestant.MARK + "refused ";
    private static final int LINES = 8;
    private static final long PATIENCE_SECONDS = 10;
    private final String name;
    private final Process process;
    private final BufferedReader in;
    private final PrintStream out;
    private final long begin;
    private final Path log;
    private String version = "";
    private double firstMs;

    private ContestantProcess(String name, Process process, long begin, Path log) {
        this.name = name;
        this.process = process;
        this.begin = begin;
        this.in = process.inputReader(StandardCharsets.UTF_8);
        this.out = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        this.log = log;
    }

    /**
     * Starts a JVM.
     *
     * @param name what messages call it
     * @param heap as {@code -Xmx} takes it
     * @param options of the JVM
     * @param folder for what it says on the side
     * @param main the class to run, with its arguments
     */
    static ContestantProcess start(String name, String heap, List<String> options, int threads, Path folder, Class<?> main, String... arguments)
            throws IOException {
        Path log = Files.createTempFile(folder, "contestant", ".log"); // a name may hold a path
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        // What this process is told about Gatun is meant for Gatun's.
        System.getProperties().stringPropertyNames().stream().filter(p -> p.startsWith("gatun.")).map(p -> "-D" + p + "=" + System.getProperty(p))
                .forEach(command::add);
        command.addAll(options);
        command.addAll(List.of("-Dgatun.threads=" + threads, "-Xmx" + heap, "-XX:MaxDirectMemorySize=" + NATIVE, "--add-modules", "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
        builder.environment().put("OMP_NUM_THREADS", Integer.toString(threads));
        long begin = System.nanoTime();
        return new ContestantProcess(name, builder.start(), begin, log);
    }

    /**
     * Lets it get ready for a work in place of the one before, and waits for the first result.
     *
     * @throws RefusedException if it cannot do that
     * @throws IOException if it ends; the message has what it said last
     */
    void prepare(String work) throws IOException {
        out.println("prepare " + work);
        version = answer("ready ");
        firstMs = firstMs == 0 ? (System.nanoTime() - begin) / 1e6 : firstMs;
    }

    /** Returns its name. */
    String name() {
        return name;
    }

    /** Returns the version of the library that does the work, or the name of the kernel. */
    String version() {
        return version;
    }

    /** Returns the time from the start of the process to its first result, in milliseconds. */
    double firstMs() {
        return firstMs;
    }

    /** Lets it work for some seconds, and three times at least. @return the times of its calls in milliseconds, ascending */
    double[] run(double seconds) throws IOException {
        out.println("run " + (long) (seconds * 1e9));
        return Arrays.stream(answer("times ").split(" ")).mapToDouble(t -> Long.parseLong(t) / 1e6).sorted().toArray();
    }

    /** {@link #run}, of which it returns the median. */
    @Override
    public double turn(double seconds) throws IOException {
        return Numbers.median(run(seconds));
    }

    /** Returns its last result. */
    float[] result(Path folder) throws IOException {
        return numbers("result ", folder);
    }

    /** Returns its result on another input. */
    float[] otherResult(Path folder) throws IOException {
        return numbers("other ", folder);
    }

    private float[] numbers(String which, Path folder) throws IOException {
        Path file = Files.createTempFile(folder, "result", ".f32");
        out.println(which + file);
        answer("written");
        byte[] bytes = Files.readAllBytes(file);
        Files.delete(file);
        float[] numbers = new float[bytes.length / Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(numbers);
        return numbers;
    }

    /** Returns the largest memory that was resident so far, in 10⁶ bytes, or NaN where the system does not tell. */
    double peakMb() {
        try {
            List<String> status = Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"));
            return status.stream().filter(l -> l.startsWith("VmHWM:")).mapToDouble(l -> Long.parseLong(l.replaceAll("\\D", "")) * 1024 / 1e6).findFirst()
                    .orElse(Double.NaN);
        } catch (IOException e) {
            return Double.NaN;
        }
    }

    private String answer(String expected) throws IOException {
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (line.startsWith(Contestant.MARK + expected)) {
                return line.substring(Contestant.MARK.length() + expected.length());
            }
            if (line.startsWith(REFUSED)) {
                throw new RefusedException(name + " refused: " + line.substring(REFUSED.length()));
            }
        }
        List<String> said = Files.readAllLines(log);
        int from = IntStream.range(0, said.size()).filter(i -> said.get(i).startsWith("Exception in")).findFirst()
                .orElse(Math.max(0, said.size() - LINES));
        throw new IOException(name + " ended: " + String.join("\n", said.subList(from, Math.min(from + LINES, said.size()))));
    }

    @Override
    public void close() {
        out.println("quit");
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
