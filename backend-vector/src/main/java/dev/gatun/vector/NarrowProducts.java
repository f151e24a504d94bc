package dev.gatun.vector;

import java.util.Optional;

/** Makes products of bfloat16 matrices, which Java has no instructions for: a library lends them to the vector backend's kernels. */
public interface NarrowProducts {
    /** Lends nothing. */
    NarrowProducts NONE = new NarrowProducts() {
        @Override
        public Optional<NarrowProduct> of(NarrowProduct.Sizes sizes) {
            return Optional.empty();
        }

        @Override
        public Optional<NarrowProduct> alone(NarrowProduct.Sizes sizes, boolean biased) {
            return Optional.empty();
        }
    };

    /** Returns the product, or empty if the library has none that is worth it. */
    Optional<NarrowProduct> of(NarrowProduct.Sizes sizes);

    /**
     * Returns the product as one that its caller makes alone, on any thread, while other threads may make other products.
     *
     * @param biased whether b, {@code [N]} of float32, is added to each row
     */
    Optional<NarrowProduct> alone(NarrowProduct.Sizes sizes, boolean biased);
}
