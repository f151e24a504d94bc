package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.Tensor;
import dev.gatun.formats.Safetensors;
import dev.gatun.models.Mlp;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings of 10 steps an epoch on 160 drawn digits. */
class TrainCommandTest {
    @TempDir
    private Path folder;

    private Path data;
    private Path out;
    private StringWriter results;
    private StringWriter log;

    @BeforeEach
    void drawDigits() throws IOException {
        data = DrawnMnist.write(folder.resolve("mnist"), 165, 40);
        out = folder.resolve("out");
    }

    private int gatun(String... args) {
        results = new StringWriter();
        log = new StringWriter();
        return Main.commandLine().setOut(new PrintWriter(results, true)).setErr(new PrintWriter(log, true)).execute(args);
    }

    private String[] words(Path to, String... more) {
        List<String> words = new ArrayList<>(List.of("train", "mlp", "--data", data.toString(), "--out", to.toString(), "--batch", "16"));
        words.addAll(List.of(more));
        return words.toArray(String[]::new);
    }

    private int train(Path to, String... more) {
        return gatun(words(to, more));
    }

    /** Returns what a failed command said, after checking that it was one sentence and no stack trace. */
    private String complaint() {
        List<String> lines = log.toString().lines().filter(l -> !l.startsWith("Try 'gatun") && !l.startsWith("Training") && !l.startsWith("Going on")
                && !l.startsWith("epoch")).toList();
        assertEquals(1, lines.size(), log.toString());
        assertTrue(lines.getFirst().startsWith("gatun: "), lines.getFirst());
        assertEquals("", results.toString());
        return lines.getFirst().substring("gatun: ".length());
    }

    private static String metrics(Path training) throws IOException {
        return Files.readString(training.resolve("metrics.csv"));
    }

    /** Returns the files but the lock, which says nothing of the training. */
    private static List<String> files(Path training) throws IOException {
        try (Stream<Path> list = Files.list(training)) {
            return list.map(p -> p.getFileName().toString()).filter(n -> !n.equals(TrainingLock.NAME)).sorted().toList();
        }
    }

    @BeforeEach
    void forgetTheBackendThatAnotherTestChose() {
        System.clearProperty("gatun.backend");
    }

    @Test
    void trainingLeavesItsFilesAndEndsWithTheTestAccuracy() throws IOException {
        assertEquals(0, train(out, "--epochs", "2"), () -> log.toString());
        assertTrue(results.toString().matches("test accuracy \\d+\\.\\d\\d % \\(40 images\\), \\d+\\.\\d s\\R"), results.toString());
        assertEquals(List.of("checkpoint.safetensors", "loss.png", "metrics.csv", "model.safetensors"), files(out));
        List<String> rows = metrics(out).lines().toList();
        assertEquals("step,epoch,loss,accuracy,test_accuracy", rows.getFirst());
        assertEquals(21, rows.size());
        assertTrue(rows.get(1).matches("1,1,[\\d.]+,[\\d.]+,"), rows.get(1));
        assertTrue(rows.get(20).matches("20,2,[\\d.]+,[\\d.]+,[\\d.]+"), rows.get(20));
        assertEquals(900, ImageIO.read(out.resolve("loss.png").toFile()).getWidth());
        Safetensors.load(out.resolve("model.safetensors")).into(new Mlp(784, 128, 10));
    }

    @Test
    void resumedTrainingLeavesTheSameAsOneThatWasNotInterrupted() throws IOException {
        Path whole = folder.resolve("whole");
        assertEquals(0, train(whole, "--epochs", "3", "--seed", "9"));
        assertEquals(0, train(out, "--epochs", "1", "--seed", "9"));
        assertNotEquals(metrics(whole), metrics(out));
        assertEquals(0, train(out, "--epochs", "3", "--resume"), () -> log.toString());
        assertTrue(log.toString().startsWith("Going on after step 10 with mlp"), log.toString());
        assertEquals(metrics(whole), metrics(out));
        assertArrayEquals(Files.readAllBytes(whole.resolve("model.safetensors")), Files.readAllBytes(out.resolve("model.safetensors")));
    }

    @Test
    void trainingGoesOnOnAnotherBackend() throws IOException {
        Path whole = folder.resolve("whole");
        assertEquals(0, train(whole, "--epochs", "2"));
        assertEquals(0, train(out, "--epochs", "1"));
        String forced = System.getProperty("gatun.backend");
        try {
            assertEquals(0, train(out, "--epochs", "2", "--resume", "--backend", "reference"), () -> log.toString());
        } finally {
            // --backend holds for the rest of the process.
            if (forced == null) {
                System.clearProperty("gatun.backend");
            } else {
                System.setProperty("gatun.backend", forced);
            }
        }
        assertTrue(log.toString().startsWith("Going on after step 10 with mlp on reference"), log.toString());
        List<String> expected = metrics(whole).lines().toList();
        List<String> rows = metrics(out).lines().toList();
        assertEquals(21, rows.size());
        for (int i = 1; i <= 20; i++) {
            float loss = Float.parseFloat(expected.get(i).split(",")[2]);
            assertEquals(loss, Float.parseFloat(rows.get(i).split(",")[2]), 1e-4f * loss, "step " + i);
        }
    }

    @Test
    void resumingAFinishedTrainingTestsItAgain() throws IOException {
        assertEquals(0, train(out, "--epochs", "1"));
        String first = results.toString().substring(0, 20);
        String rows = metrics(out);
        assertEquals(0, train(out, "--resume"));
        assertEquals(first, results.toString().substring(0, 20));
        assertEquals(rows, metrics(out));
    }

    @Test
    void otherSeedsTrainOtherwise() throws IOException {
        assertEquals(0, train(out, "--epochs", "1", "--seed", "1"));
        assertEquals(0, train(folder.resolve("other"), "--epochs", "1", "--seed", "2"));
        assertNotEquals(metrics(out), metrics(folder.resolve("other")));
    }

    /** Starts the command in a process of its own; {@code sh} lines before it may set limits. */
    private Process start(String limits, Path to, String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", limits + "exec \"$@\"", "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--add-modules", "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED", "-XX:-UsePerfData", "-cp", System.getProperty("java.class.path"), "dev.gatun.cli.Main"));
        command.addAll(List.of(words(to, more)));
        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(folder.resolve("process.log").toFile()).start();
    }

    @Test
    void killedTrainingGoesOnWithTheSameBits() throws IOException, InterruptedException {
        Path whole = folder.resolve("whole");
        assertEquals(0, train(whole, "--epochs", "30", "--checkpoint-every", "7"));
        Process process = start("", out, "--epochs", "30", "--checkpoint-every", "7");
        try {
            waitForRows(25, process);
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertNotEquals(metrics(whole), metrics(out));
        assertEquals(0, train(out, "--resume", "--checkpoint-every", "7"), () -> log.toString());
        assertEquals(metrics(whole), metrics(out));
        assertArrayEquals(Files.readAllBytes(whole.resolve("model.safetensors")), Files.readAllBytes(out.resolve("model.safetensors")));
    }

    private void waitForRows(int least, Process process) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        while (!Files.exists(out.resolve("metrics.csv")) || metrics(out).lines().count() < least) {
            assertTrue(process.isAlive() && System.nanoTime() < deadline, () -> "not killed in time: " + processLog());
            Thread.sleep(5);
        }
    }

    @Test
    void secondTrainingInTheSameFolderIsRefusedUntilTheFirstHasEnded() throws IOException, InterruptedException {
        Process process = start("", out, "--epochs", "100000");
        try {
            waitForRows(12, process);
            assertEquals(1, train(out, "--resume"), () -> log.toString());
            assertEquals("another gatun is training in " + out + ": wait until it has ended, or name another folder by --out DIR", complaint());
            assertTrue(process.isAlive(), this::processLog);
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertEquals(0, train(out, "--resume", "--epochs", Long.toString(1 + metrics(out).lines().count() / 10)), () -> log.toString());
    }

    @Test
    void trainingsOfOneProcessDoNotShareAFolderEither() throws IOException {
        Files.createDirectories(out);
        Path left = Files.writeString(out.resolve(".gatun-1f.tmp"), "of a training that was killed");
        Files.setLastModifiedTime(left, FileTime.fromMillis(0));
        try (TrainingLock _ = new TrainingFolder(out).lock()) {
            assertEquals(1, train(out, "--epochs", "1"));
            assertTrue(complaint().startsWith("another gatun is training in " + out), complaint());
        }
        assertEquals(List.of(), files(out));
        assertEquals(0, train(out, "--epochs", "1"), () -> log.toString());
    }

    private String processLog() {
        try {
            return Files.readString(folder.resolve("process.log"));
        } catch (IOException absent) {
            return absent.toString();
        }
    }

    @Test
    void fullDiskEndsTheTrainingAndKeepsTheOlderCheckpoint() throws IOException, InterruptedException {
        Path whole = folder.resolve("whole");
        assertEquals(0, train(whole, "--epochs", "2"));
        assertEquals(0, train(out, "--epochs", "1"));
        byte[] older = Files.readAllBytes(out.resolve("checkpoint.safetensors"));
        assertTrue(older.length > 1_000_000);
        // No file of this process may grow beyond 300 to 600 KB, depending on the shell's unit.
        Process process = start("ulimit -f 600; ", out, "--epochs", "2", "--resume");
        assertTrue(process.waitFor(2, TimeUnit.MINUTES));
        String said = processLog();
        assertEquals(1, process.exitValue(), said);
        List<String> complaints = said.lines().filter(l -> l.startsWith("gatun: ")).toList();
        assertEquals(1, complaints.size(), said);
        assertTrue(complaints.getFirst().startsWith("gatun: " + out.resolve("checkpoint.safetensors") + " cannot be written: "), said);
        assertFalse(said.contains("\tat "), said);
        assertArrayEquals(older, Files.readAllBytes(out.resolve("checkpoint.safetensors")));
        assertEquals(List.of("checkpoint.safetensors", "loss.png", "metrics.csv", "model.safetensors"), files(out));
        assertEquals(0, train(out, "--resume", "--epochs", "2"), () -> log.toString());
        assertEquals(metrics(whole), metrics(out));
    }

    @Test
    void withoutDataTheWayToGiveItIsTold() {
        assertEquals(2, gatun("train", "lenet"));
        assertTrue(complaint().startsWith("train lenet needs MNIST: ") && complaint().endsWith(" by --data DIR."), complaint());
    }

    @Test
    void wrongDataIsRefusedBeforeAnythingIsWritten() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertEquals(1, gatun("train", "lenet", "--data", empty.toString(), "--out", out.toString()));
        assertTrue(complaint().startsWith(empty + ": MNIST is not here: there is no train-images-idx3-ubyte"), complaint());
        assertEquals(1, gatun("train", "lenet", "--data", folder.resolve("absent").toString(), "--out", out.toString()));
        assertEquals(folder.resolve("absent") + ": no such file or folder", complaint());
        Files.write(data.resolve("train-images-idx3-ubyte"), new byte[50]);
        assertEquals(1, train(out));
        assertEquals(data.resolve("train-images-idx3-ubyte") + ": it is no IDX file: its first bytes are 0000 00 00", complaint());
        assertFalse(Files.exists(out));
    }

    @Test
    void wrongUsageIsToldInOneSentence() {
        assertEquals(2, gatun("train", "lenot", "--data", data.toString()));
        assertEquals("recipe \"lenot\" is unknown; there are lenet, mlp.", complaint());
        assertEquals(2, gatun("train", "mlp", "--data", data.toString(), "--out", out.toString(), "--batch", "166"));
        assertEquals("--batch 166 is more than the 165 training images.", complaint());
        for (String[] wrong : new String[][] {{"--epochs", "0"}, {"--batch", "-3"}, {"--lr", "0"}, {"--lr", "NaN"}, {"--epochs", "two"},
            {"--checkpoint-every", "0"}, {"--backend", "nosuch"}}) {
            assertEquals(2, gatun("train", "mlp", "--data", data.toString(), "--out", out.toString(), wrong[0], wrong[1]), String.join(" ", wrong));
            assertFalse(complaint().isBlank());
        }
        assertFalse(Files.exists(out));
    }

    @Test
    void folderThatCannotBeMadeIsToldWithTheReason() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertEquals(1, train(file.resolve("below")));
        assertTrue(complaint().startsWith("the folder " + file.resolve("below") + " cannot be made: "), complaint());
        assertEquals(1, train(file));
        assertEquals("the folder " + file + " cannot be made: " + file + " is a file", complaint());
        Path dangling = Files.createSymbolicLink(folder.resolve("dangling"), folder.resolve("nowhere"));
        assertEquals(1, train(dangling));
        assertEquals("the folder " + dangling + " cannot be made: " + dangling + " is a link to " + folder.resolve("nowhere") + ", which does not exist",
                complaint());
        assertEquals(1, train(dangling.resolve("out")));
        assertEquals("the folder " + dangling.resolve("out") + " cannot be made: " + dangling + " is a link to " + folder.resolve("nowhere")
                + ", which does not exist", complaint());
    }

    @Test
    void trainingThatIsThereIsNotOverwritten() throws IOException {
        assertEquals(0, train(out, "--epochs", "1"));
        byte[] checkpoint = Files.readAllBytes(out.resolve("checkpoint.safetensors"));
        String rows = metrics(out);
        assertEquals(2, train(out, "--epochs", "1", "--seed", "5"));
        assertTrue(complaint().contains("add --resume to go on"), complaint());
        assertArrayEquals(checkpoint, Files.readAllBytes(out.resolve("checkpoint.safetensors")));
        assertEquals(rows, metrics(out));
    }

    @Test
    void resumingNeedsACheckpointOfTheSameTraining() throws IOException {
        assertEquals(1, train(out, "--resume"));
        assertTrue(complaint().endsWith("there is no checkpoint to resume from; leave --resume out to begin a training"), complaint());
        assertFalse(Files.exists(out));
        assertEquals(0, train(out, "--epochs", "1"));
        assertEquals(2, gatun("train", "mlp", "--data", data.toString(), "--out", out.toString(), "--resume", "--batch", "8"));
        assertEquals("the checkpoint was made with --batch 16, so it cannot go on with 8.", complaint());
        assertEquals(2, train(out, "--resume", "--seed", "3"));
        assertEquals("the checkpoint was made with --seed 1, so it cannot go on with 3.", complaint());
        assertEquals(2, gatun("train", "lenet", "--data", data.toString(), "--out", out.toString(), "--resume"));
        assertEquals("the checkpoint is of recipe mlp, not of lenet.", complaint());
        assertEquals(0, train(out, "--resume", "--epochs", "2"), () -> log.toString());
        assertEquals(2, train(out, "--resume", "--epochs", "1"));
        assertEquals("the checkpoint was made after step 20, but --epochs 1 ends with step 10.", complaint());
        Path more = DrawnMnist.write(folder.resolve("more"), 200, 40);
        assertEquals(2, gatun("train", "mlp", "--data", more.toString(), "--out", out.toString(), "--resume"));
        assertEquals("the checkpoint was made with 165 training images, but " + more + " has 200.", complaint());
    }

    @Test
    void resumingNeedsTheSameImagesNotJustAsMany() throws IOException {
        assertEquals(0, train(out, "--epochs", "1"));
        Path images = data.resolve("train-images-idx3-ubyte");
        byte[] good = Files.readAllBytes(images);
        byte[] other = good.clone();
        other[good.length - 1] ^= 1;
        Files.write(images, other);
        assertEquals(2, train(out, "--resume", "--epochs", "2"));
        assertEquals("the checkpoint was made with other images than those in " + data + ": their checksums differ.", complaint());
        Files.write(images, good);
        assertEquals(0, train(out, "--resume", "--epochs", "2"), () -> log.toString());
    }

    @Test
    void checkpointWithoutAChecksumOfTheImagesGoesOnAsBefore() throws IOException {
        assertEquals(0, train(out, "--epochs", "1"));
        Path file = out.resolve("checkpoint.safetensors");
        Safetensors good = Safetensors.load(file);
        Map<String, String> settings = new LinkedHashMap<>(good.metadata());
        assertTrue(settings.remove("images_crc32c").matches("[0-9a-f]{1,8}"));
        Safetensors.save(file, tensors(good), settings);
        assertEquals(0, train(out, "--resume", "--epochs", "2"), () -> log.toString());
    }

    private static SequencedMap<String, Tensor> tensors(Safetensors file) throws IOException {
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        for (String n : file.names()) {
            tensors.put(n, file.tensor(n));
        }
        return tensors;
    }

    @Test
    void damagedCheckpointIsRefusedInOneSentence() throws IOException {
        assertEquals(0, train(out, "--epochs", "1"));
        Path file = out.resolve("checkpoint.safetensors");
        byte[] good = Files.readAllBytes(file);
        Random random = new Random(3);
        for (int length : new int[] {0, 7, 8, 100, 1_000, good.length / 2, good.length - 1}) {
            Files.write(file, Arrays.copyOf(good, length));
            assertEquals(1, train(out, "--resume"), "length " + length);
            assertTrue(complaint().contains(file.toString()), complaint());
        }
        byte[] noise = new byte[2_000];
        random.nextBytes(noise);
        Files.write(file, noise);
        assertEquals(1, train(out, "--resume"));
        assertTrue(complaint().contains(file.toString()), complaint());
        Files.copy(out.resolve("model.safetensors"), file, StandardCopyOption.REPLACE_EXISTING);
        assertEquals(1, train(out, "--resume"));
        assertEquals(file + ": is no checkpoint of this version of gatun", complaint());
    }

    @Test
    void checkpointWithImpossibleSettingsIsRefusedByItsNameAndNothingIsCut() throws IOException {
        assertEquals(0, train(out, "--epochs", "1"));
        Path file = out.resolve("checkpoint.safetensors");
        String rows = metrics(out);
        Safetensors good = Safetensors.load(file);
        SequencedMap<String, Tensor> tensors = tensors(good);
        for (String wrong : List.of("learning_rate=NaN", "learning_rate=0", "batch=0", "epochs=-3", "images=0", "seed=1\n2", "images_crc32c=-1")) {
            String name = wrong.substring(0, wrong.indexOf('='));
            Map<String, String> settings = new LinkedHashMap<>(good.metadata());
            settings.put(name, wrong.substring(name.length() + 1));
            Safetensors.save(file, tensors, settings);
            assertEquals(1, train(out, "--resume"), wrong);
            assertEquals(file + ": is a checkpoint whose " + name + " is \"" + wrong.substring(name.length() + 1).replace('\n', ' ') + "\"", complaint());
        }
        tensors.put("optimizer.step", Tensor.of(new long[] {-5}).reshape());
        Safetensors.save(file, tensors, good.metadata());
        assertEquals(1, train(out, "--resume"));
        assertEquals(file + ": is a checkpoint after step -5", complaint());
        assertEquals(rows, metrics(out));
    }

    @Test
    void divergedTrainingSaysSoAndHowToMendIt() {
        assertEquals(1, train(out, "--lr", "1e30"));
        assertTrue(complaint().startsWith("the loss is ") && complaint().contains("begin again with a smaller learning rate"), complaint());
    }

    @Test
    void classPathOfTestsIsThatOfThisProcess() {
        assertTrue(System.getProperty("java.class.path").split(File.pathSeparator).length > 5, "start() relies on it");
    }
}
