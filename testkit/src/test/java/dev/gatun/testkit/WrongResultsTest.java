package dev.gatun.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.Backends;
import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Contraction;
import dev.gatun.op.Convolution;
import dev.gatun.op.Recurrent;
import dev.gatun.op.Reduction;
import dev.gatun.spi.Backend;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * No tolerance is so wide that what is plainly wrong passes: for every case and type the right results, rounded, pass; all zeros, half of each number,
 * nine tenths of each, and sums from which a large term is missing do not. A wrong result that is within one unit of the last place of the right one in
 * every element is none: where all is 0, zeros are right.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WrongResultsTest {
    private static final int SMALL = 3;
    private static final int SIZE = 17;

    /** Of fewer terms each is a good part of the sum, which other checks see. */
    private static final int TERMS = 64;
    private static final List<DType> NARROW = List.of(DType.BF16, DType.F16);

    private final Backend reference = Backends.open("reference");

    /** Gives what is expected for a sample of a case. */
    private interface Asked extends BiFunction<Case, Sample, Expectation> { }

    @AfterAll
    void close() {
        reference.close();
    }

    @TestFactory
    Stream<DynamicTest> fractionsOfResultsAreWrongInEveryType() {
        return Types.FLOATING.stream().flatMap(dtype -> Stream.of(SMALL, SIZE).map(n -> DynamicTest.dynamicTest(dtype.label() + " at size " + n,
                () -> assertEquals(List.of(), passing(Cases.of(n), dtype, asRecorded(dtype))))));
    }

    @Test
    void fractionsOfGradientsAreWrong() {
        List<Case> gradients = Cases.of(SIZE).stream().filter(c -> c.smoothness() != Smoothness.NONE).map(Case::gradient).toList();
        assertEquals(List.of(), passing(gradients, DType.F32, asRecorded(DType.F32)));
    }

    @TestFactory
    Stream<DynamicTest> fractionsOfResultsOfNarrowPlansAreWrong() {
        List<Case> products = Cases.of(SIZE).stream().filter(has(WrongResultsTest::isProduct)).toList();
        return NARROW.stream().map(narrow -> DynamicTest.dynamicTest(narrow.label(),
                () -> assertEquals(List.of(), passing(products, DType.F32, inPlan(narrow)))));
    }

    @TestFactory
    Stream<DynamicTest> sumsWithoutALargeTermAreWrong() {
        List<Case> sums = Stream.of(Cases.of(SIZE).stream(), Cases.large().stream(), Stream.of(64, 512, 4096).map(WrongResultsTest::product))
                .flatMap(cases -> cases).filter(c -> c.terms() >= TERMS && isSum(c)).toList();
        return Stream.of(DType.F32, DType.BF16, DType.F16).map(dtype -> DynamicTest.dynamicTest(dtype.label(),
                () -> assertEquals(List.of(), passingWithoutATerm(sums, dtype, asRecorded(dtype)))));
    }

    @TestFactory
    Stream<DynamicTest> sumsOfNarrowPlansWithoutALargeTermAreWrong() {
        List<Case> products = Cases.of(SIZE).stream().filter(c -> c.terms() >= TERMS && isSum(c) && has(WrongResultsTest::isProduct).test(c)).toList();
        return NARROW.stream().map(narrow -> DynamicTest.dynamicTest(narrow.label(),
                () -> assertEquals(List.of(), passingWithoutATerm(products, DType.F32, inPlan(narrow)))));
    }

    @TestFactory
    Stream<DynamicTest> sumsKeptInANarrowTypeAndTruncatedOnesAreWrong() {
        return NARROW.stream().flatMap(dtype -> Stream.of(TERMS, 512, 4096).map(K -> DynamicTest.dynamicTest(dtype.label() + ", " + K + " terms", () -> {
            Case c = product(K);
            Sample sample = Sample.of(c, dtype, K);
            Expectation expected = Expectation.of(c, dtype, sample, reference);
            assertEquals(List.of(), expected.difference(product(sample, K, s -> s, s -> s)).stream().toList());
            assertTrue(expected.difference(product(sample, K, s -> Numbers.round(dtype, s), s -> s)).isPresent(), "sums in " + dtype);
            assertTrue(expected.difference(product(sample, K, s -> s, s -> truncated(dtype, s))).isPresent(), "truncated sums");
        })));
    }

    private Asked asRecorded(DType dtype) {
        return (c, sample) -> Expectation.of(c, dtype, sample, reference);
    }

    private Asked inPlan(DType narrow) {
        return (c, sample) -> Expectation.ofPlan(c, narrow, sample, reference);
    }

    private static Case product(int K) {
        return ContractionCases.matmul(false, false, SIZE, SIZE, K);
    }

    private static boolean isProduct(Object op) {
        return op instanceof Convolution || op instanceof Contraction || op instanceof Recurrent;
    }

    private static Predicate<Case> has(Predicate<Object> kind) {
        return c -> Recorded.ops(c).anyMatch(kind::test);
    }

    private static boolean isSum(Case c) {
        return Recorded.ops(c).count() == 1 && has(op -> op instanceof Contraction || op instanceof Convolution
                || op instanceof Reduction.Reduce r && r.function() == Reduction.ReduceFunction.SUM).test(c);
    }

    /** Returns which wrong results of {@code cases} pass, and which right ones do not. */
    private List<String> passing(List<Case> cases, DType dtype, Asked asked) {
        List<String> passing = new ArrayList<>();
        for (Case c : cases.stream().filter(c -> c.types().contains(dtype)).toList()) {
            Sample sample = Sample.of(c, dtype, c.name().hashCode());
            Expectation expected = asked.apply(c, sample);
            List<TensorType> types = Interpreter.run(reference, c, sample).types();
            expected.difference(rounded(expected, types)).ifPresent(text -> passing.add(c.name() + ", what is right: " + text));
            for (int k = 0; k < types.size(); k++) {
                for (double factor : new double[] {0, 0.5, 0.9}) {
                    Outcome wrong = scaled(expected, types, k, factor);
                    if (differs(expected, wrong) && expected.difference(wrong).isEmpty()) {
                        passing.add(c.name() + ", " + factor + " of result " + k);
                    }
                }
            }
        }
        return passing;
    }

    /** Returns the cases that may forget what the largest element of an operand adds to its sums. */
    private List<String> passingWithoutATerm(List<Case> cases, DType dtype, Asked asked) {
        List<String> passing = new ArrayList<>();
        for (Case c : cases.stream().filter(c -> c.types().contains(dtype)).toList()) {
            Sample sample = Sample.of(c, dtype, c.name().hashCode());
            Expectation expected = asked.apply(c, sample);
            for (int operand = 0; operand < sample.types().size(); operand++) {
                Outcome wrong = Interpreter.run(reference, c, withoutLargest(sample, operand));
                if (differs(expected, wrong) && expected.difference(wrong).isEmpty()) {
                    passing.add(c.name() + ", operand " + operand);
                }
            }
        }
        return passing;
    }

    private static Sample withoutLargest(Sample sample, int operand) {
        TensorType type = sample.types().get(operand);
        MemorySegment data = Sample.empty(type).copyFrom(sample.data().get(operand));
        long largest = 0;
        for (long i = 1; i < type.elements(); i++) {
            largest = Math.abs(Numbers.read(type.dtype(), data, i)) > Math.abs(Numbers.read(type.dtype(), data, largest)) ? i : largest;
        }
        Numbers.write(type.dtype(), data, largest, 0);
        List<MemorySegment> all = new ArrayList<>(sample.data());
        all.set(operand, data);
        return new Sample(sample.types(), all);
    }

    /** Returns what is expected, in the types of results. */
    private static Outcome rounded(Expectation expected, List<TensorType> types) {
        Outcome results = expected.outcome();
        for (int k = 0; k < types.size(); k++) {
            results = scaled(results, types, k, 1);
        }
        return results;
    }

    private static Outcome scaled(Expectation expected, List<TensorType> types, int result, double factor) {
        return scaled(rounded(expected, types), types, result, factor);
    }

    /** Returns results of which one, if it is floating, is converted to its type in {@code types} and multiplied. */
    private static Outcome scaled(Outcome results, List<TensorType> types, int result, double factor) {
        TensorType from = results.types().get(result);
        TensorType to = types.get(result);
        if (!to.dtype().isFloating()) {
            return results;
        }
        MemorySegment y = Sample.empty(to);
        for (long i = 0; i < to.elements(); i++) {
            Numbers.write(to.dtype(), y, i, factor * Numbers.read(from.dtype(), results.data().get(result), i));
        }
        List<TensorType> newTypes = new ArrayList<>(results.types());
        newTypes.set(result, to);
        List<MemorySegment> data = new ArrayList<>(results.data());
        data.set(result, y);
        return new Outcome(newTypes, data);
    }

    /** Returns whether an element is off by more than a unit of the last place of the type in which it may be stored. */
    private static boolean differs(Expectation expected, Outcome wrong) {
        for (int k = 0; k < wrong.types().size(); k++) {
            TensorType type = wrong.types().get(k);
            DType right = expected.outcome().types().get(k).dtype();
            for (long i = 0; type.dtype().isFloating() && i < type.elements(); i++) {
                double r = Numbers.read(right, expected.outcome().data().get(k), i);
                double y = Numbers.read(type.dtype(), wrong.data().get(k), i);
                if (Math.abs(y - r) > Numbers.unit(expected.narrow().orElse(type.dtype()), r)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Multiplies the matrices of a sample in double; {@code step} is applied to each partial sum, {@code last} to the whole before it is stored. */
    private static Outcome product(Sample sample, int K, DoubleUnaryOperator step, DoubleUnaryOperator last) {
        DType dtype = sample.types().getFirst().dtype();
        TensorType type = TensorType.of(dtype, SIZE, SIZE);
        MemorySegment y = Sample.empty(type);
        for (int m = 0; m < SIZE; m++) {
            for (int n = 0; n < SIZE; n++) {
                double sum = 0;
                for (int k = 0; k < K; k++) {
                    double a = Numbers.read(dtype, sample.data().getFirst(), (long) m * K + k);
                    sum = step.applyAsDouble(sum + a * Numbers.read(dtype, sample.data().getLast(), (long) k * SIZE + n));
                }
                Numbers.write(dtype, y, (long) m * SIZE + n, last.applyAsDouble(sum));
            }
        }
        return new Outcome(List.of(type), List.of(y));
    }

    /** Returns the number of {@code dtype} next to {@code value} on the side of 0. */
    private static double truncated(DType dtype, double value) {
        double nearest = Numbers.round(dtype, value);
        double unit = Math.scalb(Numbers.epsilon(dtype), Math.getExponent(value));
        return Math.abs(nearest) > Math.abs(value) ? nearest - Math.copySign(unit, value) : nearest;
    }
}
