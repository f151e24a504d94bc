package dev.gatun.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/**
 * The process of one library at one work. It does the work when told, and sleeps otherwise, so that its threads disturb nobody else's turn.
 *
 * <pre>
 * it says      {@literal >} ready VERSION               after the first result
 * it is told   run NANOS                     to work for so long, and three times at least
 * it says      {@literal >} times NANOS NANOS ...       one a call
 * it is told   result FILE                   to write its last result there, float32, little-endian
 * it says      {@literal >} written
 * it is told   quit
 * </pre>
 *
 * <p>Lines that do not begin with {@literal >} are a library's own.
 */
final class Contestant {
    /** What the lines of the protocol begin with. */
    static final String MARK = "> ";
    private static final int FEWEST = 3;

    private final Peer.Job job;
    private final PrintStream out;

    Contestant(Peer.Job job, PrintStream out) {
        this.job = job;
        this.out = out;
    }

    /** Runs: name of the library, name of the work, threads, folder of the work's files. */
    public static void main(String[] args) throws Exception {
        PrintStream out = System.out;
        // What libraries print goes to the log of errors.
        System.setOut(System.err);
        Peer peer = peers().filter(p -> p.name().equals(args[0])).findFirst().orElseThrow();
        Peer.Job job = peer.prepare(Work.named(args[1]), Integer.parseInt(args[2]), Path.of(args[3]));
        job.run();
        job.result();
        out.println(MARK + "ready " + peer.version());
        new Contestant(job, out).serve(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)));
        // Pools of libraries may hold a process for ever.
        Runtime.getRuntime().halt(0);
    }

    /** Returns Gatun and the libraries on the class path. */
    static Stream<Peer> peers() {
        return Stream.concat(Stream.of(new GatunPeer()), ServiceLoader.load(Peer.class).stream().map(ServiceLoader.Provider::get));
    }

    /** Answers until it is told to quit, or nobody is there any more. */
    void serve(BufferedReader in) throws Exception {
        for (String line = in.readLine(); line != null && !line.equals("quit"); line = in.readLine()) {
            String[] words = line.split(" ", 2);
            switch (words[0]) {
                case "run" -> out.println(MARK + "times" + run(Long.parseLong(words[1])));
                case "result" -> {
                    write(job.result(), Path.of(words[1]));
                    out.println(MARK + "written");
                }
                default -> throw new IOException("contestant: no command is called \"" + line + "\"");
            }
        }
    }

    private String run(long nanos) throws Exception {
        // The first call finds cold caches and sleeping threads.
        job.run();
        StringBuilder times = new StringBuilder();
        long total = 0;
        for (int n = 0; n < FEWEST || total < nanos; n++) {
            long begin = System.nanoTime();
            job.run();
            long time = System.nanoTime() - begin;
            times.append(' ').append(time);
            total += time;
        }
        return times.toString();
    }

    private static void write(float[] numbers, Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(numbers);
        Files.write(file, bytes.array());
    }
}
