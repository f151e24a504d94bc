package dev.gatun;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The notation of {@link Einsum}, read: a label for each axis of each operand, and of the result.
 *
 * <pre>
 * equation = term ("," term)* ["->" term]
 * term     = letter* ["..." letter*]
 * </pre>
 *
 * <p>A letter's label is its character. The axes of an ellipsis are numbered from the right, -1, -2, ..., so that those of all operands broadcast.
 *
 * @param operands the labels of each operand's axes
 * @param result the labels of the result's axes, all different
 * @param sizes the size of each label
 */
record Subscripts(List<List<Integer>> operands, List<Integer> result, Map<Integer, Integer> sizes) {
    private static final String ELLIPSIS = "...";

    /** Reads {@code equation} for operands of the given shapes. @throws IllegalArgumentException if it is not well-formed or does not fit them */
    static Subscripts parse(String equation, List<Shape> shapes) {
        String text = equation.replace(" ", "");
        int arrow = text.indexOf("->");
        String[] terms = (arrow < 0 ? text : text.substring(0, arrow)).split(",", -1);
        if (terms.length != shapes.size()) {
            throw error(equation, "has " + terms.length + " terms but there are " + shapes.size() + " operands");
        }
        List<List<Integer>> operands = new ArrayList<>();
        Map<Integer, Integer> sizes = new HashMap<>();
        for (int i = 0; i < terms.length; i++) {
            operands.add(operand(equation, i, terms[i], shapes.get(i), sizes));
        }
        int ellipsis = -sizes.keySet().stream().mapToInt(Integer::intValue).filter(label -> label < 0).min().orElse(0);
        List<Integer> result = arrow < 0 ? implicit(operands, ellipsis) : labels(equation, text.substring(arrow + 2), ellipsis);
        for (int label : result) {
            if (!sizes.containsKey(label)) {
                throw error(equation, "has '" + (char) label + "' in the result but in no operand");
            }
        }
        if (result.stream().distinct().count() < result.size()) {
            throw error(equation, "repeats a letter in the result");
        }
        return new Subscripts(List.copyOf(operands), List.copyOf(result), Map.copyOf(sizes));
    }

    /** Reads the term of operand {@code i} and notes the sizes of its labels. */
    private static List<Integer> operand(String equation, int i, String term, Shape shape, Map<Integer, Integer> sizes) {
        boolean isOpen = term.contains(ELLIPSIS);
        int letters = isOpen ? term.length() - ELLIPSIS.length() : term.length();
        if (isOpen ? letters > shape.rank() : letters != shape.rank()) {
            throw error(equation, "names " + letters + " axes in '" + term + "' but operand " + i + " has shape " + shape);
        }
        List<Integer> labels = labels(equation, term, shape.rank() - letters);
        for (int axis = 0; axis < labels.size(); axis++) {
            int label = labels.get(axis);
            int size = shape.dim(axis);
            int known = sizes.getOrDefault(label, label < 0 ? 1 : size);
            if (size != known && !(label < 0 && (size == 1 || known == 1))) {
                throw error(equation, "gives " + (label < 0 ? "an axis of '...'" : "'" + (char) label + "'") + " the sizes " + known + " and " + size
                        + " (operand " + i + " has shape " + shape + ")");
            }
            sizes.put(label, size == 1 ? known : size);
        }
        return labels;
    }

    /** Returns the labels of a term whose ellipsis stands for {@code ellipsis} axes. */
    private static List<Integer> labels(String equation, String term, int ellipsis) {
        List<Integer> labels = new ArrayList<>();
        boolean isOpen = false;
        for (int i = 0; i < term.length(); i++) {
            char c = term.charAt(i);
            if (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') {
                labels.add((int) c);
            } else if (term.startsWith(ELLIPSIS, i) && !isOpen) {
                for (int e = ellipsis; e > 0; e--) {
                    labels.add(-e);
                }
                isOpen = true;
                i += ELLIPSIS.length() - 1;
            } else {
                throw error(equation, "has '" + c + "' in '" + term + "'; a term is made of letters a-z and A-Z and at most one '...'");
            }
        }
        return labels;
    }

    /** Returns the axes of the ellipsis, then the letters that come once, in alphabetical order with capitals first. */
    private static List<Integer> implicit(List<List<Integer>> operands, int ellipsis) {
        List<Integer> all = operands.stream().flatMap(Collection::stream).toList();
        List<Integer> result = new ArrayList<>();
        for (int e = ellipsis; e > 0; e--) {
            result.add(-e);
        }
        all.stream().filter(label -> label > 0 && all.stream().filter(label::equals).count() == 1).sorted().forEach(result::add);
        return result;
    }

    private static IllegalArgumentException error(String equation, String message) {
        return new IllegalArgumentException("einsum: \"" + equation + "\" " + message);
    }

    /** Returns the product of the sizes of {@code labels}: how many elements a tensor with these axes has. */
    double volume(Collection<Integer> labels) {
        return labels.stream().mapToDouble(sizes::get).reduce(1, (a, b) -> a * b);
    }
}
