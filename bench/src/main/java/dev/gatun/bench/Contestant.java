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
import java.util.Optional;

/**
 * The process of one library, or of one backend. It works when told, and sleeps otherwise, so that its threads disturb nobody else's turn.
 *
 * <pre>
 * it is told   prepare WORK                  in place of what it did before
 * it says      {@literal >} ready VERSION               after the first result
 *              {@literal >} refused MESSAGE             if it cannot do that
 * it is told   run NANOS                     to work for so long, and three times at least
 * it says      {@literal >} times NANOS NANOS ...       one a call
 * it is told   result FILE                   to write its last result there, float32, little-endian
 * it says      {@literal >} written
 * it is told   other FILE                    to write the result on another input there
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

    private final Skill skill;
    private final PrintStream out;
    private Optional<Peer.Job> job = Optional.empty();

    Contestant(Skill skill, PrintStream out) {
        this.skill = skill;
        this.out = out;
    }

    /** What a contestant can do. */
    interface Skill {
        /** Returns work of that name, ready to be done. */
        Work prepare(String name) throws Exception;

        /** What is ready. @param version of the library that does it, or the name of the kernel */
        record Work(Peer.Job job, String version) { }
    }

    /** Answers what it is told on standard input, until the process shall end. */
    static void serve(Skill skill) throws Exception {
        PrintStream out = System.out;
        // What libraries print goes to the log of errors.
        System.setOut(System.err);
        new Contestant(skill, out).serve(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)));
        // Pools of libraries may hold a process for ever.
        Runtime.getRuntime().halt(0);
    }

    /** Answers until it is told to quit, or nobody is there any more. */
    void serve(BufferedReader in) throws Exception {
        for (String line = in.readLine(); line != null && !line.equals("quit"); line = in.readLine()) {
            String[] words = line.split(" ", 2);
            switch (words[0]) {
                case "prepare" -> out.println(MARK + prepare(words[1]));
                case "run" -> out.println(MARK + "times" + run(job.orElseThrow(), Long.parseLong(words[1])));
                case "result" -> {
                    write(job.orElseThrow().result(), Path.of(words[1]));
                    out.println(MARK + "written");
                }
                case "other" -> {
                    write(job.orElseThrow().otherResult(), Path.of(words[1]));
                    out.println(MARK + "written");
                }
                default -> throw new IOException("contestant: no command is called \"" + line + "\"");
            }
        }
    }

    private String prepare(String name) {
        try {
            if (job.isPresent()) {
                job.get().close();
                job = Optional.empty();
            }
            Skill.Work work = skill.prepare(name);
            work.job().run();
            work.job().result();
            job = Optional.of(work.job());
            return "ready " + work.version();
        } catch (Exception e) {
            e.printStackTrace();
            return "refused " + e.toString().replace('\n', ' ');
        }
    }

    private static String run(Peer.Job job, long nanos) throws Exception {
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
