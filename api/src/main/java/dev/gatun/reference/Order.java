package dev.gatun.reference;

import dev.gatun.DType;

/** How two elements of a tensor compare. NaN is above every number and equal to itself; -0 equals 0. */
@FunctionalInterface
interface Order {
    /** Returns less than 0, 0 or more than 0 as element {@code i} of {@code x} is below, equal to or above element {@code j}. */
    int compare(Elements x, long i, long j);

    /** Returns the order in which larger numbers are above smaller ones. */
    static Order ascending(DType dtype) {
        if (dtype.isFloating()) {
            return (x, i, j) -> numbers(x.get(i), x.get(j), 1);
        }
        return dtype == DType.U64 ? (x, i, j) -> Long.compareUnsigned(x.getLong(i), x.getLong(j))
                : (x, i, j) -> Long.compare(x.getLong(i), x.getLong(j));
    }

    /** Returns the order in which smaller numbers are above larger ones, but NaN, still, above both. */
    static Order descending(DType dtype) {
        if (dtype.isFloating()) {
            return (x, i, j) -> numbers(x.get(i), x.get(j), -1);
        }
        Order ascending = ascending(dtype);
        return (x, i, j) -> ascending.compare(x, j, i);
    }

    private static int numbers(double a, double b, int sign) {
        if (Double.isNaN(a) || Double.isNaN(b)) {
            return Boolean.compare(Double.isNaN(a), Double.isNaN(b));
        }
        return a < b ? -sign : a > b ? sign : 0;
    }
}
