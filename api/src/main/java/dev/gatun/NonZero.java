package dev.gatun;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.Set;

/**
 * The places of elements that are not zero. How many there are is data, so these compute their operand at once, and cannot be part of a compiled
 * function: there, keep the shape and use {@link Tensor#where} instead.
 */
public final class NonZero {
    private NonZero() {
    }

    /**
     * Returns the positions of the elements that are not 0, in row-major order. Source: ONNX NonZero-13.
     *
     * @return I64, {@code [rank, count]}: a column for each element
     * @throws IllegalStateException if x depends on an input of a function that is being traced
     */
    public static Tensor of(Tensor x) {
        boolean[] mask = mask("nonzero", x);
        int rank = x.rank();
        int count = 0;
        for (boolean b : mask) {
            count += b ? 1 : 0;
        }
        long[] strides = x.shape().strides();
        long[] positions = new long[Math.multiplyExact(rank, count)];
        int found = 0;
        for (int i = 0; i < mask.length; i++) {
            if (mask[i]) {
                for (int axis = 0; axis < rank; axis++) {
                    positions[axis * count + found] = i / strides[axis] % x.dim(axis);
                }
                found++;
            }
        }
        return Tensor.of(positions, rank, count);
    }

    /**
     * Returns the slices of x along {@code axis} for which {@code condition} is true. Source: ONNX Compress-11, NumPy's compress.
     *
     * @param condition BOOL, {@code [n]} with n at most the size of the axis; slices beyond count as false
     * @throws IllegalArgumentException if {@code condition} is no such vector
     * @throws IllegalStateException if {@code condition} depends on an input of a function that is being traced
     */
    public static Tensor compress(Tensor x, int axis, Tensor condition) {
        Logic.requireBool("compress", "condition", condition);
        if (condition.rank() != 1 || condition.dim(0) > x.dim(axis)) {
            throw new IllegalArgumentException("compress: condition" + condition.shape() + " must be a vector of at most the " + x.dim(axis)
                    + " positions of axis " + axis + " of x" + x.shape());
        }
        Tensor places = of(condition);                                                          // [1, count]
        return x.gather(axis, places.reshape(places.dim(1)));
    }

    /** Returns which elements are not 0. The comparison is evaluated, not x, which keeps how it was computed. */
    private static boolean[] mask(String op, Tensor x) {
        if (isTraced(x)) {
            throw new IllegalStateException(op + ": x " + x.type() + " depends on an input of a compiled function; the result's shape would depend"
                    + " on data, but there shapes are fixed before data is seen. Compute it outside, or keep the shape with where()");
        }
        return x.cast(DType.BOOL).detach().toBooleanArray();
    }

    /** Returns whether x cannot be computed because it leads back to a placeholder. */
    private static boolean isTraced(Tensor x) {
        Set<Tensor> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Tensor> open = new ArrayDeque<>();
        open.push(x);
        while (!open.isEmpty()) {
            Tensor t = open.pop();
            t.requireUsable();
            if (seen.add(t) && !t.hasValue()) {
                Optional<Producer> producer = t.producer();
                // Another thread may have evaluated t since it was asked for a value: then it has one now, and no producer.
                if (producer.isEmpty() && !t.hasValue()) {
                    return true;
                }
                producer.ifPresent(p -> p.inputs().forEach(open::push));
            }
        }
        return false;
    }
}
