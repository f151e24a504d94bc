package dev.gatun.cli;

import dev.gatun.formats.AtomicFile;
import dev.gatun.formats.Safetensors;
import dev.gatun.nn.Layer;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where a training leaves its results: {@code checkpoint.safetensors}, {@code metrics.csv}, {@code model.safetensors}, {@code loss.png}; beside
 * them lies the file of a {@link TrainingLock}.
 */
record TrainingFolder(Path path) {
    Path checkpoint() {
        return path.resolve("checkpoint.safetensors");
    }

    Path metrics() {
        return path.resolve("metrics.csv");
    }

    /** Makes the folder and those above it. @throws IOException if that fails, in one sentence */
    void create() throws IOException {
        try {
            Files.createDirectories(path);
        } catch (IOException failure) {
            throw new IOException("the folder " + path + " cannot be made: " + reason(failure), failure);
        }
    }

    private String reason(IOException failure) throws IOException {
        Optional<Path> dangling = Stream.iterate(path, Objects::nonNull, Path::getParent).filter(p -> Files.isSymbolicLink(p) && !Files.exists(p))
                .findFirst();
        if (dangling.isPresent()) {
            return dangling.get() + " is a link to " + Files.readSymbolicLink(dangling.get()) + ", which does not exist";
        }
        return switch (failure) {
            case NoSuchFileException _ -> "no folder can be made in " + path.toAbsolutePath().getParent();
            case FileAlreadyExistsException taken -> taken.getFile() + " is a file";
            case AccessDeniedException denied -> denied.getFile() + ": permission denied";
            case FileSystemException other when other.getReason() != null -> other.getReason();
            default -> failure.getMessage();
        };
    }

    /** Returns the lock of the folder, which exists, and removes what killed trainings left there. @throws IOException if another training has it */
    TrainingLock lock() throws IOException {
        TrainingLock lock = TrainingLock.take(path);
        AtomicFile.sweep(path);
        return lock;
    }

    /** Returns the lock of a folder that has a checkpoint. @throws FileNotFoundException if there is none @throws IOException if another training has it */
    TrainingLock lockCheckpoint() throws IOException {
        if (!Files.exists(checkpoint())) {
            throw new FileNotFoundException(checkpoint() + ": there is no checkpoint to resume from; leave --resume out to begin a training");
        }
        return lock();
    }

    /** Writes the trained network under the names of its parameters. */
    void saveModel(Layer net) throws IOException {
        Safetensors.save(path.resolve("model.safetensors"), Safetensors.of(net), Map.of());
    }

    /** Draws the loss. What goes wrong with fonts and graphics of this machine is told, but fails nothing: the figures are in {@code metrics.csv}. */
    String drawLoss(String title, List<MetricsLog.Row> rows) throws IOException {
        try {
            LossChart.draw(path.resolve("loss.png"), title, rows);
            return "loss.png";
        } catch (RuntimeException | LinkageError | InternalError failure) {
            return "no loss.png (" + failure + "; is fontconfig installed?)";
        }
    }
}
