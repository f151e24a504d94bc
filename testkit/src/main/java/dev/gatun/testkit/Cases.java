package dev.gatun.testkit;

import java.util.List;
import java.util.stream.Stream;

/** The catalogue: every op in every function, and the chains that the planner fuses. */
public final class Cases {
    private Cases() {
    }

    /**
     * Returns the cases for one size: each has an axis of {@code n} places (rows, columns, channels, samples ...), where its op allows it.
     *
     * @param n 0 or more; 1, odd numbers and those next to 16 and 32 are what loops over vectors get wrong
     */
    public static List<Case> of(int n) {
        return Stream.of(ElementwiseCases.of(n), ReductionCases.of(n), MovementCases.of(n), IndexingCases.of(n), ContractionCases.of(n),
                ConvolutionCases.of(n), PoolingCases.of(n), NormalizationCases.of(n), RecurrentCases.of(n), RandomCases.of(n), FusionCases.of(n),
                NarrowCases.of(n), QuantizedCases.of(n))
                .flatMap(List::stream).toList();
    }

    /** Returns cases that are large enough to be split between threads, at sizes that no number of threads divides. */
    public static List<Case> large() {
        return Stream.of(ElementwiseCases.large(), ReductionCases.large(), MovementCases.large(), IndexingCases.large(), ContractionCases.large(),
                ConvolutionCases.large(), PoolingCases.large(), NormalizationCases.large(), RecurrentCases.large(), RandomCases.large(),
                FusionCases.large(), NarrowCases.large(), QuantizedCases.large()).flatMap(List::stream).toList();
    }
}
