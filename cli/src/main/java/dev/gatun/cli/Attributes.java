package dev.gatun.cli;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The attributes of a golden layer: numbers, lists of numbers, truth values and words by name. */
record Attributes(Map<String, Object> values) {
    /** Returns one number for each of {@code axes} axes: a list's, or one number repeated. */
    int[] ints(String name, int axes, int absent) {
        Object value = values.getOrDefault(name, (long) absent);
        if (value instanceof List<?> list && list.size() != axes) {
            return wrong(name, "a list of " + axes);
        }
        return IntStream.range(0, axes).map(i -> toInt(name, value instanceof List<?> list ? list.get(i) : value)).toArray();
    }

    /** Returns a whole number. */
    int integer(String name, int absent) {
        return toInt(name, values.getOrDefault(name, (long) absent));
    }

    /** Returns how many entries a list has; 1 for a number. */
    int size(String name) {
        return values.get(name) instanceof List<?> list ? list.size() : 1;
    }

    /** Returns a number. @throws IllegalArgumentException if it is absent */
    double number(String name) {
        return values.get(name) instanceof Number n ? n.doubleValue() : wrong(name, "a number");
    }

    /** Returns a number. */
    double number(String name, double absent) {
        return values.containsKey(name) ? number(name) : absent;
    }

    /** Returns entry {@code i} of a list of numbers. */
    double entry(String name, int i) {
        return values.get(name) instanceof List<?> list && i < list.size() && list.get(i) instanceof Number n ? n.doubleValue()
                : wrong(name, "a list of numbers");
    }

    /** Returns a truth value; false if it is absent. */
    boolean truth(String name) {
        return truth(name, false);
    }

    /** Returns a truth value. */
    boolean truth(String name, boolean absent) {
        return values.getOrDefault(name, absent) instanceof Boolean b ? b : wrong(name, "a truth value");
    }

    /** Returns a word; empty if it is absent. */
    String word(String name) {
        return values.getOrDefault(name, "") instanceof String s ? s : wrong(name, "a word");
    }

    private int toInt(String name, Object value) {
        return value instanceof Long n && n == n.intValue() ? n.intValue() : wrong(name, "a whole number");
    }

    private <T> T wrong(String name, String wanted) {
        throw new IllegalArgumentException("attribute " + name + " is " + values.get(name) + ", which is not " + wanted);
    }
}
