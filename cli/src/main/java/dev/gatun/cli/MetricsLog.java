package dev.gatun.cli;

import dev.gatun.formats.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/**
 * The file {@code metrics.csv} of a training: a row a step. Rows hold nothing that depends on the clock, so a training that was interrupted and taken
 * up leaves the same file as one that was not.
 */
final class MetricsLog implements AutoCloseable {
    private static final String HEADER = "step,epoch,loss,accuracy,test_accuracy";

    private final Path file;
    private final FileChannel channel;
    private final List<Row> rows;

    /**
     * What is known after a step.
     *
     * @param step from 1
     * @param epoch from 1
     * @param loss of the batch, before the step
     * @param accuracy of the batch, before the step
     * @param testAccuracy of the test images, after a step that ends an epoch
     */
    record Row(long step, int epoch, float loss, float accuracy, OptionalDouble testAccuracy) {
        private String line() {
            return step + "," + epoch + "," + loss + "," + accuracy + "," + (testAccuracy.isPresent() ? testAccuracy.getAsDouble() : "");
        }

        /** Returns the row in {@code line}; empty if there is none. */
        private static Optional<Row> parse(String line) {
            String[] cells = line.split(",", -1);
            if (cells.length != 5) {
                return Optional.empty();
            }
            try {
                OptionalDouble test = cells[4].isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(cells[4]));
                return Optional.of(new Row(Long.parseLong(cells[0]), Integer.parseInt(cells[1]), Float.parseFloat(cells[2]),
                        Float.parseFloat(cells[3]), test));
            } catch (NumberFormatException _) {
                return Optional.empty();
            }
        }
    }

    private MetricsLog(Path file, FileChannel channel, List<Row> rows) {
        this.file = file;
        this.channel = channel;
        this.rows = rows;
    }

    /** Begins a new file; one that is there is replaced. */
    static MetricsLog begin(Path file) throws IOException {
        return open(file, new ArrayList<>());
    }

    /**
     * Goes on with a file after {@code step}: rows of later steps, which were done but not saved, and a row that was being written when the training
     * ended, are cut off. If rows up to {@code step} are missing or cannot be read, the file is kept as {@code metrics.csv.old}, and the good ones stay.
     *
     * @param warning is told, in a sentence, if rows are missing
     */
    static MetricsLog resume(Path file, long step, Consumer<String> warning) throws IOException {
        List<Row> rows = new ArrayList<>();
        boolean exists = Files.exists(file);
        if (exists) {
            // Not readAllLines: a crash of the machine may leave bytes that are no text.
            new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines().skip(1).map(Row::parse).flatMap(Optional::stream)
                    .filter(row -> row.step() <= step && row.step() > (rows.isEmpty() ? 0 : rows.getLast().step())).forEach(rows::add);
        }
        if (rows.size() < step) {
            Path old = file.resolveSibling(file.getFileName() + ".old");
            if (exists) {
                Files.copy(file, old, StandardCopyOption.REPLACE_EXISTING);
            }
            warning.accept(file + " lacks the rows of " + (step - rows.size()) + " of the " + step + " steps done, and loss.png will lack them, too"
                    + (exists ? "; what was there is kept as " + old.getFileName() : ""));
        }
        return open(file, rows);
    }

    private static MetricsLog open(Path file, List<Row> rows) throws IOException {
        StringBuilder text = new StringBuilder(HEADER).append('\n');
        rows.forEach(row -> text.append(row.line()).append('\n'));
        AtomicFile.write(file, channel -> write(channel, text.toString()));
        return new MetricsLog(file, FileChannel.open(file, StandardOpenOption.APPEND), rows);
    }

    /** Adds a row. @throws IOException if that fails; the file then ends with the row before */
    void append(Row row) throws IOException {
        long end = channel.size();
        try {
            write(channel, row.line() + "\n");
        } catch (IOException failure) {
            channel.truncate(end);
            throw new IOException(file + " cannot be written: " + failure.getMessage(), failure);
        }
        rows.add(row);
    }

    /** Returns all rows. */
    List<Row> rows() {
        return Collections.unmodifiableList(rows);
    }

    /** Waits until all rows are on the disk. */
    void force() throws IOException {
        channel.force(false);
    }

    private static void write(FileChannel channel, String text) throws IOException {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
