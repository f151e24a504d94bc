package dev.gatun.quantization;

import dev.gatun.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** What the products of a function were seen to read and to give; ranges are chosen from it by any {@link Observer}. */
public final class Observations {
    private final List<Histogram> operands = new ArrayList<>();
    private final List<Histogram> results = new ArrayList<>();
    private final List<Integer> channels = new ArrayList<>();

    /** Makes empty ones, for {@link dev.gatun.CompiledFunction#observe}. */
    public Observations() {
    }

    /**
     * Takes what one call gave.
     *
     * @param values operand and result of each product, in turn; axis 1 of a result is that of its channels
     * @throws IllegalArgumentException if a value is infinite or NaN, or the products are not those of the calls before; nothing is taken then
     */
    public void add(List<Tensor> values) {
        List<Integer> now = IntStream.range(0, values.size() / 2).map(k -> values.get(2 * k + 1).dim(1)).boxed().toList();
        // All are looked at before one is counted; one after the other, as together they may be too many for the heap.
        values.forEach(v -> Histogram.check(v.toFloatArray()));
        if (operands.isEmpty()) {
            channels.addAll(now);
            now.forEach(c -> {
                operands.add(new Histogram());
                results.add(new Histogram());
            });
        }
        if (!channels.equals(now)) {
            throw new IllegalArgumentException("calibration: for these inputs the function has products of " + now + " channels, before it had " + channels);
        }
        for (int k = 0; k < now.size(); k++) {
            operands.get(k).add(values.get(2 * k).toFloatArray());
            results.get(k).add(values.get(2 * k + 1).toFloatArray());
        }
    }

    /** Returns how many products there are. */
    public int products() {
        return channels.size();
    }

    /** Returns the ranges that {@code observer} chooses. @throws IllegalStateException if nothing was seen */
    public Calibration calibration(Observer observer) {
        if (operands.isEmpty() || operands.getFirst().total() == 0) {
            throw new IllegalStateException("calibration: no samples were seen, or the function has no product with frozen weights");
        }
        List<Calibration.Site> sites = new ArrayList<>();
        for (int k = 0; k < channels.size(); k++) {
            sites.add(new Calibration.Site(channels.get(k), observer.range(operands.get(k)), observer.range(results.get(k))));
        }
        return new Calibration(sites);
    }
}
