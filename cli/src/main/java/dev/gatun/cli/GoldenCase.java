package dev.gatun.cli;

import dev.gatun.spi.Backend;
import java.util.List;

/** Something whose right numbers are known. */
interface GoldenCase {
    /** Returns the folder that it was found in: layers, models or training. */
    String kind();

    /** Returns the name of its files. */
    String name();

    /**
     * Computes it on {@code backend} and compares.
     *
     * @return the comparisons, at least one
     * @throws Exception if the case is not known or cannot be computed; the message says why
     */
    List<Difference> run(Backend backend) throws Exception;
}
