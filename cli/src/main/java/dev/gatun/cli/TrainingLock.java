package dev.gatun.cli;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Holds a folder for one training: a second one would write over its rows, and its checkpoint would belong to neither. The system drops the lock with the
 * process, however that ends. The file stays: whoever removed it could take it from somebody who has just opened it.
 */
final class TrainingLock implements AutoCloseable {
    static final String NAME = ".lock";

    private final FileChannel channel;

    private TrainingLock(FileChannel channel) {
        this.channel = channel;
    }

    /** Takes {@code folder}, which exists. @throws IOException if another training has it, or it cannot be written to */
    static TrainingLock take(Path folder) throws IOException {
        FileChannel channel = FileChannel.open(folder.resolve(NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (isTaken(channel)) {
            channel.close();
            throw new IOException("another gatun is training in " + folder + ": wait until it has ended, or name another folder by --out DIR");
        }
        return new TrainingLock(channel);
    }

    @SuppressWarnings("resource") // closing the channel releases the lock
    private static boolean isTaken(FileChannel channel) {
        try {
            FileLock lock = channel.tryLock();
            return lock == null;
        } catch (OverlappingFileLockException _) {
            return true; // by a training of this process
        } catch (IOException e) {
            System.getLogger("dev.gatun.cli").log(System.Logger.Level.WARNING,
                    "this file system has no locks ({0}): start no second training in this folder", e);
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
