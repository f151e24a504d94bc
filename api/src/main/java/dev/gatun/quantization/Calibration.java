package dev.gatun.quantization;

import java.util.List;

/**
 * The ranges with which a function is quantized: an entry for each of its products with frozen weights, in the order in which they were recorded. It holds for
 * the function that was observed, with any size of the batch.
 */
public record Calibration(List<Site> sites) {
    /** Copies the list. */
    public Calibration {
        sites = List.copyOf(sites);
    }

    /** One product. @param channels of its result @param operand the range of what it reads @param result the range of what it gives, before any bias */
    public record Site(int channels, Range operand, Range result) { }
}
