package dev.gatun.op;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** An immutable list of ints with value equality, for the attributes of ops (axes, strides, paddings). */
public final class Ints {
    private static final Ints EMPTY = new Ints(new int[0]);

    private final int[] values;

    private Ints(int[] values) {
        this.values = values;
    }

    /** Returns the list of the given values. */
    public static Ints of(int... values) {
        return values.length == 0 ? EMPTY : new Ints(values.clone());
    }

    /** Returns the list of the given values. */
    public static Ints of(List<Integer> values) {
        return of(values.stream().mapToInt(Integer::intValue).toArray());
    }

    /** Returns a list of {@code size} times {@code value}. */
    public static Ints filled(int size, int value) {
        int[] v = new int[size];
        Arrays.fill(v, value);
        return of(v);
    }

    /** Returns 0, 1, ... {@code size - 1}. */
    public static Ints range(int size) {
        return of(IntStream.range(0, size).toArray());
    }

    /** Returns the value at {@code index}. */
    public int get(int index) {
        return values[index];
    }

    /** Returns the number of values. */
    public int size() {
        return values.length;
    }

    /** Returns whether {@code value} is in the list. */
    public boolean contains(int value) {
        return stream().anyMatch(v -> v == value);
    }

    /** Returns whether every value equals {@code value}. */
    public boolean all(int value) {
        return stream().allMatch(v -> v == value);
    }

    /** Returns the values as a stream. */
    public IntStream stream() {
        return Arrays.stream(values);
    }

    /** Returns a copy of the values. */
    public int[] toArray() {
        return values.clone();
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Ints i && Arrays.equals(values, i.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return Arrays.toString(values);
    }
}
