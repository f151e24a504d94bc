package dev.gatun.vector;

/**
 * A product of matrices by a library, c[m, n] = Σₖ a[m, k] · b[k, n]: a and b of bfloat16, sums and c of float32. Calls are made one after another, on the
 * thread that launches kernels; the library shares the work out itself, unless its caller makes the product {@linkplain NarrowProducts#alone alone}.
 */
public interface NarrowProduct {
    /**
     * What is multiplied.
     *
     * @param transposeA whether a lies as {@code [K, M]} @param transposeB whether b lies as {@code [N, K]}
     * @param rowA elements from one row of a, as it lies, to the next @param rowB likewise @param rowC likewise
     * @param accumulate whether the product is added to c
     * @param packs whether b, which many products share, is given as {@link #pack} has left it
     */
    record Sizes(int M, int N, int K, boolean transposeA, boolean transposeB, int rowA, int rowB, int rowC, boolean accumulate, boolean packs) {
        /** Returns the sizes of matrices without gaps. */
        static Sizes dense(int M, int N, int K, boolean transposeA, boolean transposeB) {
            return new Sizes(M, N, K, transposeA, transposeB, transposeA ? M : K, transposeB ? K : N, N, false, false);
        }

        /** Returns the same with another distance between the rows of a. */
        Sizes withRowA(int elements) {
            return new Sizes(M, N, K, transposeA, transposeB, elements, rowB, rowC, accumulate, packs);
        }

        /** Returns the same, added to c. */
        Sizes accumulating() {
            return new Sizes(M, N, K, transposeA, transposeB, rowA, rowB, rowC, true, packs);
        }

        /** Returns the same with b packed. */
        Sizes packing() {
            return new Sizes(M, N, K, transposeA, transposeB, rowA, rowB, rowC, accumulate, true);
        }
    }

    /** Returns the bytes of a packed b. */
    long packedBytes();

    /** Packs. @param b address of b as it lies @param packed address of {@link #packedBytes} bytes */
    void pack(long b, long packed);

    /** Returns the bytes of scratch memory that a call needs. */
    long scratchBytes();

    /** Multiplies. @param b address of b, packed if it shall be @param bias that of N floats, if the product is a biased one */
    void run(long a, long b, long bias, long c, long scratch);

    /** Multiplies without a bias. */
    default void run(long a, long b, long c, long scratch) {
        run(a, b, 0, c, scratch);
    }
}
