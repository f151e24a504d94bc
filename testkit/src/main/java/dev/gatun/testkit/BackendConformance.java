package dev.gatun.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.gatun.Backends;
import dev.gatun.CompiledFunction;
import dev.gatun.DType;
import dev.gatun.Precision;
import dev.gatun.Tensor;
import dev.gatun.op.Contraction;
import dev.gatun.op.Convolution;
import dev.gatun.op.Recurrent;
import dev.gatun.spi.Backend;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * What every backend must pass: the catalogue of {@link Cases} under each check, and random configurations. Ops that a backend declines run on
 * reference loops inside of its plans, so nothing is left out: all results must be right.
 *
 * <pre>
 * class VectorConformanceTest extends BackendConformance {
 *     protected Backend open() {
 *         return Backends.open("vector");
 *     }
 * }
 * </pre>
 *
 * <p>System properties: {@code gatun.kit.case} runs only cases whose name contains it; {@code gatun.kit.count} and {@code gatun.kit.seed} say how
 * many random configurations are run, and which is the first. Each failure prints those that run it again.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class BackendConformance {
    private static final int[] SIZES = {0, 1, 2, 3, 5, 15, 16, 17, 31, 33};
    private static final int[] GUARDED_SIZES = {1, 5, 17, 33};
    private static final int[] GRADIENT_SIZES = {2, 17};
    private static final int SIZE = 17;
    private static final int SMALL = 3;
    private static final int CALLERS = 4;
    private static final int CONFIGURATIONS = 500;
    /** Two of the kit's images of 12 channels, 20 x 22 pixels. */
    private static final long CACHED_BYTES = 2 * 12 * 20 * 22 * Float.BYTES;
    private static final int FAILURES = 20;
    private static final String CHOSEN = System.getProperty("gatun.kit.case", "");

    private final Backend reference = Backends.open("reference");
    private final ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
    private Backend backend;

    /** For subclasses. */
    protected BackendConformance() {
    }

    /** Opens the backend that is tested; the kit closes it. */
    protected abstract Backend open();

    @BeforeAll
    void openBackend() {
        backend = open();
    }

    @AfterAll
    void closeBackend() {
        callers.shutdown();
        backend.close();
        reference.close();
    }

    @TestFactory
    Stream<DynamicNode> resultsAreThoseOfTheReferenceAtEverySize() {
        return sizes(SIZES, Cases::of, this::agrees);
    }

    @TestFactory
    Stream<DynamicNode> whatIsSplitBetweenThreadsIsRightAndTheSameAgain() {
        return tests(Cases.large(), BackendConformance::firstAndNarrow, (c, dtype) -> {
            Sample sample = sample(c, dtype);
            try (CompiledFunction f = CompiledFunction.of(backend, c.function())) {
                Outcome once = Outcome.call(f, sample);
                check(c, dtype, Expectation.of(c, dtype, sample, reference).difference(once));
                check(c, dtype, once.differenceInBits(Outcome.call(f, sample)));
            }
        });
    }

    @TestFactory
    Stream<DynamicNode> gradientsAreThoseOfTheReference() {
        return sizes(GRADIENT_SIZES, BackendConformance::gradients, this::agrees);
    }

    @TestFactory
    Stream<DynamicNode> everyElementTypeOfEveryOpAgrees() {
        return tests(Cases.of(SMALL), c -> c.types().stream().filter(t -> t != DType.F32).toList(), this::agrees);
    }

    @TestFactory
    Stream<DynamicNode> specialNumbersGiveWhatTheReferenceGives() {
        return tests(Cases.of(SIZE), c -> c.types().stream().filter(t -> t == DType.F32 || Numbers.isNarrow(t)).toList(), (c, dtype) -> {
            for (int seed = 0; seed < 3; seed++) {
                Sample special = SpecialNumbers.in(c, sample(c, dtype), seed);
                check(c, dtype, Expectation.of(c, dtype, special, reference).difference(Outcome.of(backend, c, special)));
            }
        });
    }

    @TestFactory
    Stream<DynamicNode> nothingIsReadOrWrittenOutsideOfABuffer() {
        return Stream.concat(sizes(GUARDED_SIZES, Cases::of, this::staysInside), tests(Cases.of(SIZE), c -> c.types().stream()
                .filter(t -> t != DType.F32).toList(), this::staysInside));
    }

    @TestFactory
    Stream<DynamicNode> calledAgainAndByManyTheBitsAreEqual() {
        return tests(Cases.of(SIZE), BackendConformance::first, (c, dtype) -> {
            Sample sample = sample(c, dtype);
            try (CompiledFunction f = CompiledFunction.of(backend, c.function())) {
                Outcome once = Outcome.call(f, sample);
                List<Callable<Outcome>> calls = IntStream.range(0, 2 * CALLERS).<Callable<Outcome>>mapToObj(i -> () -> Outcome.call(f, sample))
                        .toList();
                for (Future<Outcome> again : callers.invokeAll(calls)) {
                    check(c, dtype, once.differenceInBits(again.get()));
                }
            }
        });
    }

    @TestFactory
    Stream<DynamicNode> bothDoorsGiveTheSameBits() {
        return tests(Cases.of(SIZE), BackendConformance::first, (c, dtype) -> {
            Outcome compiled = Outcome.of(backend, c, sample(c, dtype));
            List<Tensor> results = c.function().apply(List.of(sample(c, dtype).tensors()));
            Tensor.evalAll(backend, results);
            check(c, dtype, compiled.differenceInBits(Outcome.taken(results)));
        });
    }

    @TestFactory
    Stream<DynamicNode> frozenOperandsGiveTheSameResults() {
        return tests(Cases.of(SIZE).stream().filter(c -> c.inputs().size() > 1).toList(), BackendConformance::first, (c, dtype) -> {
            Sample sample = sample(c, dtype);
            check(c, dtype, Expectation.ofFrozen(c, dtype, sample, reference).difference(Outcome.ofFrozen(backend, c, sample)));
        });
    }

    @TestFactory
    Stream<DynamicNode> donatedOperandsGiveTheSameBits() {
        return tests(Cases.of(SIZE), BackendConformance::first, (c, dtype) -> {
            Sample sample = sample(c, dtype);
            Outcome kept = Outcome.of(backend, c, sample);
            int[] every = IntStream.range(0, c.inputs().size()).toArray();
            try (CompiledFunction f = CompiledFunction.of(backend, c.function()).donating(every)) {
                check(c, dtype, kept.differenceInBits(Outcome.call(f, sample)));
            }
        });
    }

    /** Plans in a narrower type give what the case gives when what they store in that type is off by a few of its digits. */
    @TestFactory
    Stream<DynamicNode> plansInNarrowPrecisionAreRightWithinItsDigits() {
        List<Precision> narrow = Stream.of(Precision.BF16, Precision.F16).filter(p -> backend.whyNot(p).isEmpty()).toList();
        List<Case> products = Cases.of(SIZE).stream().filter(c -> c.types().contains(DType.F32) && isProduct(c)).toList();
        return narrow.stream().map(p -> DynamicContainer.dynamicContainer(p.label(), tests(products, BackendConformance::first, (c, dtype) -> {
            Sample sample = sample(c, dtype);
            Expectation expected = Expectation.ofPlan(c, p.narrow().orElseThrow(), sample, reference);
            try (CompiledFunction f = CompiledFunction.of(backend, c.function()).precision(p)) {
                check(c, dtype, expected.difference(Outcome.call(f, sample)));
            }
        })));
    }

    /** The same kernels run on fewer images, whose sums they may take in another order. */
    @Test
    void aBatchInPortionsGivesWhatItGivesAtOnce() {
        ImageNetwork network = new ImageNetwork(5);
        try (Backend smallCache = Backends.open(new GuardedBackend.Single(new SmallCache(backend, CACHED_BYTES)))) {
            for (Precision p : Stream.of(Precision.F32, Precision.BF16).filter(p -> backend.whyNot(p).isEmpty()).toList()) {
                try (CompiledFunction exact = network.on(reference); CompiledFunction portions = network.on(smallCache).precision(p)) {
                    String plan = portions.explain(network.x().type());
                    assertTrue(plan.contains("takes 5 images through the first "), plan);
                    double tolerance = p == Precision.F32 ? 1e-5 : 2e-2;
                    assertArrayEquals(exact.call(network.x()).getFirst().toFloatArray(), portions.call(network.x()).getFirst().toFloatArray(),
                            (float) tolerance, p + "\n" + plan);
                }
            }
        }
    }

    @Test
    void aQuantizedNetworkDiffersFromTheReferencesByLessThanQuantizationCosts() {
        if (backend.whyNot(Precision.INT8).isEmpty()) {
            new QuantizedNetwork().difference(backend, reference).ifPresent(text -> fail(text));
        }
    }

    /**
     * Runs as many as {@code gatun.kit.count} says, from seed {@code gatun.kit.seed} on; a line for each that fails, up to a number that can be
     * read.
     */
    @Test
    void randomConfigurationsAreThoseOfTheReference() {
        long first = Long.getLong("gatun.kit.seed", 1);
        List<String> failures = new ArrayList<>();
        for (long seed = first; seed < first + Integer.getInteger("gatun.kit.count", CONFIGURATIONS) && failures.size() < FAILURES; seed++) {
            RandomConfiguration configuration = RandomConfiguration.of(seed);
            String again = configuration.describe() + "; again: -Dgatun.kit.count=1 -Dgatun.kit.seed=" + seed;
            try {
                configuration.difference(backend, reference).ifPresent(text -> failures.add(text + "; " + again));
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(again, e);
            }
        }
        if (!failures.isEmpty()) {
            fail(String.join("\n", failures));
        }
    }

    /** The section of {@code docs/ops.md} about this backend, if it is one that users can choose; {@code -Dgatun.docs.write=true} writes it. */
    @Test
    void theTableOfOpsIsTrue() {
        boolean isChosenByUsers = Backends.discovered().stream().anyMatch(d -> d.name().equals(backend.name()));
        if (!isChosenByUsers || backend.name().equals(reference.name())) {
            return;
        }
        Path file = SupportTable.file();
        String documented = SupportTable.section(file, backend.name()).orElse("");
        String table = SupportTable.of(backend, documented);
        if (Boolean.getBoolean("gatun.docs.write")) {
            SupportTable.write(file, backend.name(), table);
            return;
        }
        assertEquals(table, documented, file + " is not what backend " + backend.name()
                + " does any more: run this test with -Dgatun.docs.write=true");
    }

    @Test
    void theChosenCaseExists() {
        Stream<Case> all = Stream.of(Cases.of(SIZE), Cases.of(0), Cases.large(), gradients(SIZE)).flatMap(List::stream);
        assertTrue(all.anyMatch(c -> c.name().contains(CHOSEN)), "no case has \"" + CHOSEN + "\" in its name");
    }

    private void staysInside(Case c, DType dtype) {
        Outcome expected = Outcome.of(backend, c, sample(c, dtype));
        for (byte pattern : dtype == DType.F32 ? new byte[] {(byte) 0xFF, 0x7F} : new byte[] {(byte) 0xFF}) {
            try (Backend guarded = Backends.open(new GuardedBackend(backend, pattern).provider())) {
                check(c, dtype, expected.differenceInBits(Outcome.of(guarded, c, sample(c, dtype))));
            }
        }
    }

    private interface Check {
        void of(Case c, DType dtype) throws Exception;
    }

    private interface Catalogue {
        List<Case> of(int n);
    }

    private interface Choice {
        Collection<DType> of(Case c);
    }

    private void agrees(Case c, DType dtype) {
        Sample sample = sample(c, dtype);
        check(c, dtype, Expectation.of(c, dtype, sample, reference).difference(Outcome.of(backend, c, sample)));
    }

    private static List<Case> gradients(int n) {
        return Cases.of(n).stream().filter(c -> c.smoothness() != Smoothness.NONE).map(Case::gradient).toList();
    }

    private static Sample sample(Case c, DType dtype) {
        return Sample.of(c, dtype, c.name().hashCode());
    }

    /** F32 where the case has it, else one of its types. */
    private static List<DType> first(Case c) {
        return c.types().contains(DType.F32) ? List.of(DType.F32) : List.of(c.types().iterator().next());
    }

    /** Long sums in a narrow type, too: kernels for these are others. */
    private static List<DType> firstAndNarrow(Case c) {
        boolean isNarrow = c.types().contains(DType.BF16) && first(c).getFirst() != DType.BF16 && isProduct(c);
        return isNarrow ? List.of(first(c).getFirst(), DType.BF16) : first(c);
    }

    private static boolean isProduct(Case c) {
        return Recorded.ops(c).anyMatch(op -> op instanceof Convolution || op instanceof Contraction || op instanceof Recurrent);
    }

    private static Stream<DynamicNode> sizes(int[] sizes, Catalogue catalogue, Check check) {
        return IntStream.of(sizes).mapToObj(n -> DynamicContainer.dynamicContainer("size " + n,
                tests(catalogue.of(n), BackendConformance::first, check)));
    }

    private static Stream<DynamicNode> tests(List<Case> cases, Choice types, Check check) {
        return cases.stream().filter(c -> c.name().contains(CHOSEN)).flatMap(c -> types.of(c).stream()
                .map(dtype -> DynamicTest.dynamicTest(c.name() + " " + dtype.label(), () -> check.of(c, dtype))));
    }

    private static void check(Case c, DType dtype, Optional<String> difference) {
        difference.ifPresent(text -> fail(c.describe(dtype) + ": " + text + "; again: -Dgatun.kit.case=\"" + c.name() + "\""));
    }
}
