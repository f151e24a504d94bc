package dev.gatun.ffi;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Who can change a file. What we load runs with all rights of this process, so nobody else may be able to put it there: files and folders must belong to
 * this user or to root, and be writable by their owner only. The same is asked of every folder above, since whoever writes there can replace what is below;
 * folders in which only owners may rename ({@code /tmp}) are good enough.
 *
 * @param owners the numbers of the users who may own files
 * @param trusted this folder, and what lies above it, is not looked at
 */
record Custody(Set<Integer> owners, Path trusted) {
    private static final int ROOT = 0;
    private static final int OTHERS_WRITE = 0022;
    private static final int STICKY = 01000;
    private static final int KIND = 0170000;
    private static final int FOLDER = 0040000;
    private static final int FILE = 0100000;

    /** Whether files of that path's system have owners and modes. Where they have not, on Windows, a user's folders are his own anyway. */
    static boolean isKept(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("unix");
    }

    /** Returns that of the user as whom this process runs; if nobody can say who that is, root's. */
    static Custody own() {
        var owners = new HashSet<>(Set.of(ROOT));
        try {
            owners.add(ownUser());
        } catch (IOException e) {
            System.getLogger("dev.gatun").log(System.Logger.Level.DEBUG, "as which user this process runs is not known: {0}", e);
        }
        return new Custody(Set.copyOf(owners), Path.of("/"));
    }

    /** Returns the number of the user as whom this process runs. */
    static int ownUser() throws IOException {
        Path self = Path.of("/proc/self");
        if (Files.isDirectory(self)) {
            return (int) Files.getAttribute(self, "unix:uid");
        }
        Path mine = Files.createTempFile("gatun-", ".tmp");
        try {
            return isKept(mine) ? (int) Files.getAttribute(mine, "unix:uid") : ROOT;
        } finally {
            Files.delete(mine);
        }
    }

    /** Checks a folder and all above it. @throws FileSystemException that says which of them who can change */
    void checkFolder(Path real) throws IOException {
        if (!isKept(real)) {
            return;
        }
        check(real, FOLDER, false);
        for (Path above = real.getParent(); above != null && !above.equals(trusted); above = above.getParent()) {
            check(above, FOLDER, true);
        }
    }

    /** Checks a file, not the folders above it. @throws FileSystemException that says who can change it */
    void checkFile(Path file) throws IOException {
        if (isKept(file)) {
            check(file, FILE, false);
        }
    }

    private void check(Path path, int kind, boolean mayBeSticky) throws IOException {
        Map<String, Object> unix = Files.readAttributes(path, "unix:uid,mode", LinkOption.NOFOLLOW_LINKS);
        int owner = (int) unix.get("uid");
        int mode = (int) unix.get("mode");
        if ((mode & KIND) != kind) {
            throw new FileSystemException(path.toString(), null, kind == FOLDER ? "is no folder" : "is no plain file");
        }
        if (!owners.contains(owner)) {
            throw new FileSystemException(path.toString(), null, "belongs to user number " + owner + ", who is another one");
        }
        if ((mode & OTHERS_WRITE) != 0 && !(mayBeSticky && (mode & STICKY) != 0)) {
            throw new FileSystemException(path.toString(), null, "can be written by others than its owner (mode " + Integer.toOctalString(mode & 07777) + ")");
        }
    }
}
