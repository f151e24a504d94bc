package dev.gatun.ffi;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who can change a file: its owner, who may write to it, and who may write to the folders above. */
class CustodyTest {
    private Path folder;
    private Path leaf;
    private Custody custody;

    @BeforeEach
    void makeFolders(@TempDir Path folder) throws IOException {
        this.folder = folder.toRealPath();
        leaf = Files.createDirectories(this.folder.resolve("above/leaf"));
        custody = Fakes.below(this.folder);
        mode(leaf, 0700);
        mode(leaf.getParent(), 0755);
    }

    private static void mode(Path path, int mode) throws IOException {
        Files.setAttribute(path, "unix:mode", mode);
    }

    private String refusal(Custody custody) {
        return LibraryCache.words(assertThrows(IOException.class, () -> custody.checkFolder(leaf)));
    }

    @Test
    void foldersOfOneOwnerAreGood() {
        assertDoesNotThrow(() -> custody.checkFolder(leaf));
    }

    @Test
    void writersAboveCouldReplaceTheFolder() throws IOException {
        for (int mode : new int[] {0775, 0757}) {
            mode(leaf.getParent(), mode);
            assertEquals(leaf.getParent() + " can be written by others than its owner (mode " + Integer.toOctalString(mode) + ")", refusal(custody));
        }
    }

    @Test
    void stickyFoldersLetOnlyOwnersReplace() throws IOException {
        mode(leaf.getParent(), 01777);
        assertDoesNotThrow(() -> custody.checkFolder(leaf));
        mode(leaf, 01777);
        assertEquals(leaf + " can be written by others than its owner (mode 1777)", refusal(custody), "but anybody may put new files there");
    }

    @Test
    void ownersAboveCouldReplaceTheFolder() throws IOException {
        var stranger = new Custody(Set.of(Custody.ownUser() + 1), folder);
        assertTrue(refusal(stranger).startsWith(leaf + " belongs to user number "));
        var trusting = new Custody(stranger.owners(), leaf.getParent());
        assertTrue(refusal(trusting).startsWith(leaf + " belongs to user number "));
    }

    @Test
    void filesAreNoFolders() throws IOException {
        Path file = Files.createFile(leaf.resolve("file"));
        mode(file, 0600);
        assertDoesNotThrow(() -> custody.checkFile(file));
        assertEquals(file + " is no folder", LibraryCache.words(assertThrows(IOException.class, () -> custody.checkFolder(file))));
        assertEquals(leaf + " is no plain file", LibraryCache.words(assertThrows(IOException.class, () -> custody.checkFile(leaf))));
    }

    @Test
    void newFilesBelongToThisUser() throws IOException {
        Path file = Files.createFile(leaf.resolve("file"));
        assertEquals(Custody.ownUser(), (int) Files.getAttribute(file, "unix:uid"));
        assertTrue(Custody.own().owners().contains(Custody.ownUser()) && Custody.own().owners().contains(0));
    }
}
