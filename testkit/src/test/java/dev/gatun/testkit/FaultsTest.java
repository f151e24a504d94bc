package dev.gatun.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.Backends;
import dev.gatun.DType;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Elementwise.UnaryFunction;
import dev.gatun.spi.Arguments;
import dev.gatun.spi.Backend;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Kernels with one fault each: the kit must see it. */
class FaultsTest {
    private static final Case ADD = ElementwiseCases.binary(BinaryFunction.ADD, 17);
    private static final Case EXP = ElementwiseCases.unary(UnaryFunction.EXP, 17);
    private static final Case MATMUL = ContractionCases.matmul(false, false, 5, 7, 33);

    private final Backend reference = Backends.open("reference");

    @AfterEach
    void close() {
        reference.close();
    }

    private Optional<String> difference(Case c, Consumer<Arguments> fault) {
        Sample sample = Sample.of(c, DType.F32, 1);
        try (Backend wrong = WrongBackend.open(fault)) {
            return Expectation.of(c, DType.F32, sample, reference).difference(Outcome.of(wrong, c, sample));
        }
    }

    private static MemorySegment result(Arguments a) {
        return a.segment(a.size() - 1);
    }

    private static Consumer<Arguments> scale(int element, float factor) {
        return a -> {
            MemorySegment y = result(a);
            y.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, element, y.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, element) * factor);
        };
    }

    @Test
    void aRightBackendPasses() {
        assertEquals(Optional.empty(), difference(ADD, a -> { }));
        assertEquals(Optional.empty(), difference(MATMUL, a -> { }));
    }

    @Test
    void twoDigitsOfASumAreSeen() {
        assertTrue(difference(ADD, scale(16, 1 + 3e-7f)).orElseThrow().contains("element 16"));
    }

    @Test
    void eightDigitsOfAFunctionAreSeen() {
        assertTrue(difference(EXP, scale(3, 1 + 1e-6f)).isPresent());
        assertFalse(difference(EXP, scale(3, 1 + 2e-7f)).isPresent(), "a function may be off by a few digits");
    }

    @Test
    void oneProductLeftOutOfAMatmulIsSeen() {
        assertTrue(difference(MATMUL, a -> {
            MemorySegment y = result(a);
            float first = a.segment(0).get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0) * a.segment(1).get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0);
            y.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 0, y.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0) - first);
        }).isPresent());
    }

    @Test
    void aLostNaNIsSeen() {
        Sample sample = Sample.of(EXP, DType.F32, 1).sprinkled(new double[] {Double.NaN}, 1, 1);
        try (Backend wrong = WrongBackend.open(scale(0, 0))) {
            Expectation expected = Expectation.of(EXP, DType.F32, sample, reference);
            assertEquals(Optional.empty(), expected.difference(Outcome.of(wrong, EXP, sample)), "NaN · 0 is NaN");
        }
        try (Backend wrong = WrongBackend.open(a -> result(a).fill((byte) 0))) {
            assertTrue(Expectation.of(EXP, DType.F32, sample, reference).difference(Outcome.of(wrong, EXP, sample)).isPresent());
        }
    }

    @Test
    void aByteBeyondAResultIsSeen() {
        Consumer<Arguments> fault = a -> {
            behind(a, a.size() - 1).set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
        };
        assertTrue(assertThrows(AssertionError.class, () -> guarded(fault)).getMessage().contains("1 bytes behind a buffer of 68 bytes"));
    }

    @Test
    void aReadBeyondAnOperandIsSeen() {
        Outcome expected = Outcome.of(reference, ADD, Sample.of(ADD, DType.F32, 1));
        Outcome actual = guarded(a -> {
            float beyond = behind(a, 0).get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0);
            scale(16, 1 + 0 * beyond).accept(a);
        });
        assertTrue(actual.differenceInBits(expected).isPresent());
    }

    /** Returns the first bytes behind a buffer, as code that does not check its bounds sees them. */
    @SuppressWarnings("restricted")
    private static MemorySegment behind(Arguments a, int i) {
        return MemorySegment.ofAddress(a.address(i) + a.buffer(i).bytes()).reinterpret(4);
    }

    private static Outcome guarded(Consumer<Arguments> fault) {
        try (Backend wrong = WrongBackend.open(fault); Backend guarded = Backends.open(new GuardedBackend(wrong, (byte) 0xFF).provider())) {
            return Outcome.of(guarded, ADD, Sample.of(ADD, DType.F32, 1));
        }
    }
}
