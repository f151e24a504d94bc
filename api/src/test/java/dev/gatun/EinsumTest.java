package dev.gatun;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EinsumTest {
    private static final Map<Character, Integer> SIZES = Map.of('i', 2, 'j', 3, 'k', 4, 'l', 2, 'b', 3, 'm', 1);

    private static Tensor random(int seed, int... dims) {
        return Tensor.of(new SplittableRandom(seed).doubles(Shape.of(dims).elements(), -1, 1).toArray(), dims);
    }

    /** The sum of products as one loop over all letters. */
    private static double[] naive(String[] terms, String result, List<double[]> data) {
        Map<Character, Integer> at = new TreeMap<>();
        for (char c : String.join("", terms).toCharArray()) {
            at.put(c, 0);
        }
        double[] y = new double[result.chars().map(c -> SIZES.get((char) c)).reduce(1, (a, b) -> a * b)];
        boolean isDone = false;
        while (!isDone) {
            double product = 1;
            for (int t = 0; t < terms.length; t++) {
                product *= data.get(t)[place(terms[t], at)];
            }
            y[place(result, at)] += product;
            isDone = true;
            for (char c : at.keySet()) {
                int next = at.get(c) + 1;
                at.put(c, next % SIZES.get(c));
                if (next < SIZES.get(c)) {
                    isDone = false;
                    break;
                }
            }
        }
        return y;
    }

    private static int place(String term, Map<Character, Integer> at) {
        int place = 0;
        for (char c : term.toCharArray()) {
            place = place * SIZES.get(c) + at.get(c);
        }
        return place;
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "ij,jk;ik", "ij,kj;ik", "ji,jk;ki", "ij,ij;", "ij,ij;ij", "ij;ji", "ij;", "ii;i", "ii;", "iij;j", "iji;ij", "iii;i", "i,j;ij", "i,j;ji",
        "bij,bjk;bik", "bij,bkj;bik", "ibj,kjb;bki", "bij,bij;b", "ijk,ijl;kl", "ijk,lk;ijl", "ij,jk,kl;il", "ij,jk,ki;", "i,ij,j;", "ijb,jkb,kb;ib",
        "ij,j;ij", "ij,k;j", "ikj,lkj;il", "im,mj;ij", "m,ij;j", "ilij,lk;kj", "i,i,i;i", "j,ij,bi,k;kb"})
    void everyEquationIsItsLoopOverAllLetters(String left, String right) {
        String result = right == null ? "" : right;
        String[] terms = left.split(",");
        List<Tensor> operands = new ArrayList<>();
        for (int t = 0; t < terms.length; t++) {
            operands.add(random(t, terms[t].chars().map(c -> SIZES.get((char) c)).toArray()));
        }
        double[] expected = naive(terms, result, operands.stream().map(Tensor::toDoubleArray).toList());
        Tensor y = Einsum.of(left + "->" + result, operands.toArray(Tensor[]::new));
        assertEquals(Shape.of(result.chars().map(c -> SIZES.get((char) c)).toArray()), y.shape());
        assertArrayEquals(expected, y.toDoubleArray(), 1e-12);
    }

    @Test
    void withoutAnArrowLettersThatComeOnceAreKeptInAlphabeticalOrder() {
        Tensor a = random(1, 2, 3);
        Tensor b = random(2, 3, 4);
        assertArrayEquals(a.matmul(b).toDoubleArray(), Einsum.of("ij,jk", a, b).toDoubleArray(), 1e-12);
        assertArrayEquals(a.transpose(0, 1).toDoubleArray(), Einsum.of("ba", a).toDoubleArray());
        assertArrayEquals(a.toDoubleArray(), Einsum.of("Ba", a).toDoubleArray());
        assertEquals(Shape.SCALAR, Einsum.of("ii", random(3, 4, 4)).shape());
    }

    @Test
    void anEllipsisStandsForAnyAxesAndTheyBroadcast() {
        Tensor a = random(1, 5, 1, 2, 3);
        Tensor b = random(2, 4, 3, 2);
        assertArrayEquals(a.matmul(b).toDoubleArray(), Einsum.of("...ij,...jk->...ik", a, b).toDoubleArray(), 1e-12);
        assertArrayEquals(a.matmul(b).toDoubleArray(), Einsum.of("...ij, ...jk", a, b).toDoubleArray(), 1e-12);
        assertEquals(Shape.of(2, 5, 4, 2), Einsum.of("...ij,...jk->i...k", a, b).shape());
        assertArrayEquals(a.transpose(2, 3).toDoubleArray(), Einsum.of("...ij->...ji", a).toDoubleArray());
        assertArrayEquals(a.mul(a).sum(0, 1).toDoubleArray(), Einsum.of("...ij,...ij->ij", a, a).toDoubleArray(), 1e-12);
        assertArrayEquals(a.sum(3).toDoubleArray(), Einsum.of("i...j->i...", a).toDoubleArray(), 1e-12);
        assertArrayEquals(a.mul(b.sum(2).reshape(4, 3, 1, 1).sum(1).reshape(4, 1, 1)).sum(0, 1).toDoubleArray(),
                Einsum.of("...ij,...kl->ij", a, b).toDoubleArray(), 1e-12);
        assertEquals(6, Einsum.of("...,...", Tensor.scalar(DType.F64, 2), Tensor.scalar(DType.F64, 3)).item());
    }

    @Test
    void integersAndEmptyAxesWork() {
        Tensor a = Tensor.arange(DType.I32, 6).reshape(2, 3);
        assertArrayEquals(a.matmul(a, false, true).toIntArray(), Einsum.of("ij,kj->ik", a, a).toIntArray());
        assertArrayEquals(new float[4], Einsum.of("ij,jk->ik", Tensor.zeros(DType.F32, 2, 0), Tensor.zeros(DType.F32, 0, 2)).toFloatArray());
        assertEquals(Shape.of(0), Einsum.of("ii->i", Tensor.zeros(DType.F32, 0, 0)).shape());
    }

    @Test
    void productsOfTwoAreMatrixProductsWithoutCopies() {
        Tensor y = Einsum.of("bqd,bkd->bqk", random(1, 2, 3, 4), random(2, 2, 5, 4));
        assertEquals("matmul", y.producer().orElseThrow().op().name());
    }

    private static String refusal(String equation, Tensor... operands) {
        return assertThrows(IllegalArgumentException.class, () -> Einsum.of(equation, operands)).getMessage();
    }

    @Test
    void whatIsWrongInAnEquationIsSaid() {
        Tensor a = random(1, 2, 3);
        assertEquals("einsum: \"ij,jk->ik\" has 2 terms but there are 1 operands", refusal("ij,jk->ik", a));
        assertEquals("einsum: \"ijk->i\" names 3 axes in 'ijk' but operand 0 has shape [2, 3]", refusal("ijk->i", a));
        assertEquals("einsum: \"ijk...->i\" names 3 axes in 'ijk...' but operand 0 has shape [2, 3]", refusal("ijk...->i", a));
        assertEquals("einsum: \"ij,jk->ik\" gives 'j' the sizes 3 and 2 (operand 1 has shape [2, 3])", refusal("ij,jk->ik", a, a));
        assertEquals("einsum: \"ii->i\" gives 'i' the sizes 2 and 3 (operand 0 has shape [2, 3])", refusal("ii->i", a));
        assertEquals("einsum: \"...,...\" gives an axis of '...' the sizes 2 and 3 (operand 1 has shape [3, 2])",
                refusal("...,...", a, a.reshape(3, 2)));
        assertEquals("einsum: \"ij->ik\" has 'k' in the result but in no operand", refusal("ij->ik", a));
        assertEquals("einsum: \"ij->ii\" repeats a letter in the result", refusal("ij->ii", a));
        assertEquals("einsum: \"i1->i\" has '1' in 'i1'; a term is made of letters a-z and A-Z and at most one '...'", refusal("i1->i", a));
        assertEquals("einsum: \"i..j->i\" has '.' in 'i..j'; a term is made of letters a-z and A-Z and at most one '...'",
                refusal("i..j->i", random(1, 2, 3, 1, 1)));
        assertEquals("einsum: operands are f64 and f32; types must be equal, write cast(DType.F64)", refusal("ij,ij", a, a.cast(DType.F32)));
    }
}
