package dev.gatun.vector;

import dev.gatun.vector.blocked.BlockedKernels;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.management.DynamicMBean;
import javax.management.JMException;

/**
 * Tells the JIT compiler of this JVM what to inline into what, for the methods of this backend only. Left to itself it decides by counts that depend on
 * what else it had to do: a helper that loads a vector is not inlined where its caller ran long without being counted ("low call site frequency"), or where
 * the caller had grown too large before ("NodeCountInliningCutoff"). Then vectors are objects, at 10 to 30 times the time and for ever. So helpers that
 * take or give vectors always are inlined, and loops over vectors never: each is compiled by itself. So are blocks of a transpose: inlined into the loop over
 * them they left vectors on the heap, in some orders of calls.
 *
 * <p>The directives are those of JEP 165, added as {@code jcmd PID Compiler.directives_add} would. {@code -Dgatun.vector.directives=off} leaves the
 * compiler alone.
 */
final class JitDirectives {
    private static final System.Logger LOG = System.getLogger("dev.gatun");
    static final String PACKAGE = "dev/gatun/vector/";

    /** Methods with vectors among their parameters or results. */
    private static final List<String> HELPERS = List.of("Native.*", "FloatMath.*", "Tails.*", "BFloat16.rounded", "ArgReduceKernel.equal", "Fold.doubles",
            "Fold.get", "Fold.put", "Fold.sumOfLanes", "Fold.productOfLanes", "LaneSums.fold", "LaneSums.other", "LaneSums.upper", "Transpose.shift",
            "Transpose.upper", "Truth.mask", "Truth.store");

    /**
     * The steps of an access to memory that the JDK does not mark so itself. A loop whose compiler left one of them out, after many calls that did nothing,
     * takes four times as long: around each call no register keeps a vector.
     */
    static final List<String> ACCESS = List.of("jdk/internal/misc/Unsafe.*Unaligned", "jdk/internal/misc/Unsafe.convEndian",
            "jdk/internal/foreign/NativeMemorySegmentImpl.unsafeGetBase", "jdk/internal/foreign/NativeMemorySegmentImpl.maxAlignMask",
            "java/lang/Integer.toUnsignedLong");

    /** Loops that are small enough to be inlined into callers that have several of them. */
    private static final List<String> LOOPS = List.of("Epilogue.add", "Epilogue.rectify", "Gemv.addFours", "Gemv.addTwos", "Gemv.addOnes",
            "Dots.addRest", "LaneSums.pass*", "Transpose.block", "Transpose.pass*", "StreamedLoops.*", "Im2col.copy*", "Im2col.addRuns",
            "Im2col.clear", "FloatUnary.*", "FloatBinary.*", "RnnGates.*", "LstmGates.*", "Fold.sum", "Fold.streams", "Fold.rest", "Fold.product",
            "Fold.max", "Fold.min", "Fold.add*", "Moments.differences", "Moments.scale*", "Moments.squares", "Moments.products", "Moments.gradient",
            "PoolKernel.scale", "PoolRows.*", "WindowFold.largest*", "WindowFold.sum*", "SoftmaxLines.finish", "GateKernel.gate*",
            "LocalResponseNormKernel.addSquares", "LocalResponseNormKernel.multiply", "LocalResponseNormKernel.scale",
            "blocked/BlockedBatchNorm.moments", "blocked/BlockedBatchNorm.squares", "blocked/BlockedBatchNorm.scale",
            "blocked/BlockedBatchNorm.products", "blocked/BlockedBatchNorm.slope", "blocked/BackwardWeightsConv.spread",
            "blocked/PointwiseBackwardWeights.placeFours");

    private static final AtomicBoolean ADDED = new AtomicBoolean();

    private JitDirectives() {
    }

    /**
     * Adds them, once in the life of the JVM, unless it was started with them ({@link CompilerOptions}). Where the JVM does not let it be, that is logged for
     * debugging, and where no file can be written, as a warning: all works without, but not always as fast.
     *
     * <p>The JVM takes a tenth of a second and more for that: it first looks at all commands that it has, those of its flight recorder among them, which
     * read XML.
     */
    static void add() {
        if (!Switch.DIRECTIVES.isOn() || !ADDED.compareAndSet(false, true)) {
            return;
        }
        String json = json();
        CompilerOptions.leave(json);
        if (CompilerOptions.gave(json)) {
            LOG.log(System.Logger.Level.DEBUG, "compiler directives for {0}*: the JVM was started with them", PACKAGE);
            return;
        }
        try {
            // Files.createTempFile would load the providers of cryptography for a name.
            String name = "gatun-" + ProcessHandle.current().pid() + "-" + Long.toHexString(System.nanoTime()) + ".json";
            Path file = Files.createFile(Path.of(System.getProperty("java.io.tmpdir"), name), ownersAlone());
            try {
                Files.writeString(file, json);
                String answer = command("compilerDirectivesAdd", file.toString());
                LOG.log(System.Logger.Level.DEBUG, "compiler directives for {0}*: {1}", PACKAGE, answer.strip());
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "The JIT compiler could not be told what to inline, and kernels may stay 10 times slower than they could be: "
                    + "it reads that from a file, and in {0} none can be written ({1}). Name another folder by -Djava.io.tmpdir=FOLDER, or do without by "
                    + "-Dgatun.vector.directives=off.", System.getProperty("java.io.tmpdir"), e.toString());
        } catch (JMException | RuntimeException e) {
            LOG.log(System.Logger.Level.DEBUG, "no compiler directives for " + PACKAGE + "*", e);
        }
    }

    private static FileAttribute<?>[] ownersAlone() {
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        return posix ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))} : new FileAttribute<?>[0];
    }

    /**
     * Runs a diagnostic command of this JVM that takes arguments if any are given, and returns what it prints.
     *
     * <p>The bean that runs them is a {@link DynamicMBean}, and as such the only one of the platform. Asked for through an {@code MBeanServer} it comes
     * together with all others, and 460 more classes.
     */
    @SuppressWarnings({"unchecked", "rawtypes"})
    static String command(String name, String... arguments) throws JMException {
        boolean bare = arguments.length == 0;
        List<?> beans = ManagementFactory.getPlatformMXBeans((Class) DynamicMBean.class);
        return (String) ((DynamicMBean) beans.getFirst()).invoke(name, bare ? new Object[0] : new Object[] {arguments},
                bare ? new String[0] : new String[] {String[].class.getName()});
    }

    /** Returns whether the directives want a method inlined. @param method such as {@code dev/gatun/vector/Native.load} */
    static boolean isInlined(String method) {
        return HELPERS.stream().map(h -> PACKAGE + h).anyMatch(h -> h.equals(method) || h.endsWith("*") && method.startsWith(h.substring(0, h.length() - 1)));
    }

    /**
     * What is warmed up before it is needed skips the first compiler, whose linear scan takes longer for a tile than a tile is ever run in its code, and whose
     * profile the interpreter collects as well; and of what waits for the second compiler it comes first, since its caller waits with it.
     */
    private static String json() {
        Stream<String> always = Stream.concat(HELPERS.stream().map(m -> PACKAGE + m), ACCESS.stream()).map(m -> "+" + m);
        String inline = Stream.concat(always, LOOPS.stream().map(m -> "-" + PACKAGE + m)).map(m -> '"' + m + '"')
                .collect(Collectors.joining(", ", "inline: [", "]"));
        String warmed = BlockedKernels.warmed().stream().map(m -> "\"" + PACKAGE + m + "\"").collect(Collectors.joining(", "));
        return "[{match: [" + warmed + "], c1: {Exclude: true}, c2: {BackgroundCompilation: false, " + inline + "}}, "
                + "{match: [\"" + PACKAGE + "*.*\"], c2: {" + inline + "}}]";
    }
}
