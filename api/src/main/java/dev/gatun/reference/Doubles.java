package dev.gatun.reference;

/** A floating tensor as a {@code double[]}, row-major: for loops that come back to each element many times, or accumulate into it. */
final class Doubles {
    private Doubles() {
    }

    /** Returns the elements of {@code tensor}, each exactly. */
    static double[] of(Elements tensor) {
        double[] values = zeros(tensor);
        for (int i = 0; i < values.length; i++) {
            values[i] = tensor.get(i);
        }
        return values;
    }

    /** Returns as many zeros as {@code tensor} has elements. */
    static double[] zeros(Elements tensor) {
        long elements = tensor.type().elements();
        if (elements > Integer.MAX_VALUE - 8) {
            throw new UnsupportedOperationException("reference: " + tensor.type() + " has " + elements
                    + " elements, more than a Java array holds (split the batch, or use another backend)");
        }
        return new double[(int) elements];
    }

    /** Writes {@code values} to {@code tensor}, each rounded to its type. */
    static void store(double[] values, Elements tensor) {
        for (int i = 0; i < values.length; i++) {
            tensor.set(i, values[i]);
        }
    }
}
