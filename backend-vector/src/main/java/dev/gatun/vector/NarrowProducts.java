package dev.gatun.vector;

import java.util.Optional;

/** Makes products of bfloat16 matrices, which Java has no instructions for: a library lends them to the vector backend's kernels. */
@FunctionalInterface
public interface NarrowProducts {
    /** Lends nothing. */
    NarrowProducts NONE = sizes -> Optional.empty();

    /** Returns the product, or empty if the library has none that is worth it. */
    Optional<NarrowProduct> of(NarrowProduct.Sizes sizes);
}
