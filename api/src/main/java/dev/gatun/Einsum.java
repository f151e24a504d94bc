package dev.gatun;

import dev.gatun.op.Ints;
import dev.gatun.op.Movement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Sums of products in Einstein's notation. Each axis of each operand gets a letter; y is the product of all operands at places with the same letters,
 * summed over the letters that the result does not name.
 *
 * <pre>
 * "ij,jk->ik"         matrix product                 "bhqd,bhkd->bhqk"   scores of attention
 * "ii->i", "ii"       diagonal, trace                "i,j->ij"           outer product
 * "...ij->...ji"      transposed matrices            "ijk->j"            sums
 * </pre>
 *
 * <p>Without {@code ->} the result has the axes of the ellipsis, then the letters that come once, in alphabetical order with capitals first. The axes
 * of an ellipsis broadcast against those of the others; an ellipsis that the result does not name is summed over. A letter has one size everywhere.
 *
 * <p>It is recorded as permutations, reshapes, sums and matrix products of two operands at a time; the two come first whose product makes least.
 * Source: NumPy's einsum, ONNX Einsum-12.
 */
public final class Einsum {
    private final Subscripts subscripts;
    private final List<Term> terms = new ArrayList<>();

    /** A tensor with a label for each axis, all different. */
    private record Term(Tensor value, List<Integer> labels) {
        Term permuted(List<Integer> order) {
            return labels.equals(order) ? this : new Term(value.permute(order.stream().mapToInt(labels::indexOf).toArray()), order);
        }
    }

    private Einsum(Subscripts subscripts) {
        this.subscripts = subscripts;
    }

    /**
     * Returns the sum of products that {@code equation} says.
     *
     * @param operands floating or integer, of one type
     * @throws IllegalArgumentException if the equation is not well-formed, does not fit the operands' axes, or gives a letter two sizes
     */
    public static Tensor of(String equation, Tensor... operands) {
        for (Tensor operand : operands) {
            if (operand.dtype() != operands[0].dtype()) {
                throw new IllegalArgumentException("einsum: operands are " + operands[0].dtype().label() + " and " + operand.dtype().label()
                        + "; types must be equal, write cast(DType." + operands[0].dtype() + ")");
            }
        }
        Einsum einsum = new Einsum(Subscripts.parse(equation, Arrays.stream(operands).map(Tensor::shape).toList()));
        for (int i = 0; i < operands.length; i++) {
            einsum.terms.add(distinct(operands[i], einsum.subscripts.operands().get(i)));
        }
        return einsum.contract();
    }

    private Tensor contract() {
        while (terms.size() > 1) {
            contractCheapest();
        }
        return summed(terms.getFirst(), subscripts.result()).permuted(subscripts.result()).value();
    }

    /** Replaces the two terms whose product adds least to memory by their product. */
    private void contractCheapest() {
        int first = 0;
        int second = 1;
        double least = Double.POSITIVE_INFINITY;
        for (int j = 1; j < terms.size(); j++) {
            for (int i = 0; i < j; i++) {
                List<Integer> a = terms.get(i).labels();
                List<Integer> b = terms.get(j).labels();
                List<Integer> made = union(a, b).filter(neededBeside(i, j)::contains).toList();
                double added = subscripts.volume(made) - subscripts.volume(a) - subscripts.volume(b);
                if (added < least) {
                    least = added;
                    first = i;
                    second = j;
                }
            }
        }
        List<Integer> needed = neededBeside(first, second);
        Term b = terms.remove(second);
        Term a = terms.remove(first);
        terms.add(product(a, b, needed));
    }

    /** Returns the labels of the result and of all terms but two. */
    private List<Integer> neededBeside(int i, int j) {
        Stream<Integer> others = IntStream.range(0, terms.size()).filter(t -> t != i && t != j).boxed().flatMap(t -> terms.get(t).labels().stream());
        return Stream.concat(subscripts.result().stream(), others).distinct().toList();
    }

    /** Returns Σ a · b over the labels that are not {@code needed}. */
    private static Term product(Term a, Term b, List<Integer> needed) {
        Term x = summed(a, union(needed, b.labels()).toList());
        Term y = summed(b, union(needed, a.labels()).toList());
        List<Integer> shared = x.labels().stream().filter(y.labels()::contains).toList();
        List<Integer> contracted = shared.stream().filter(label -> !needed.contains(label)).toList();
        if (contracted.isEmpty()) {
            List<Integer> all = union(x.labels(), y.labels()).toList();
            return new Term(aligned(x, all).mul(aligned(y, all)), all);
        }
        List<Integer> batch = shared.stream().filter(needed::contains).toList();
        List<Integer> rows = without(x.labels(), shared);
        List<Integer> columns = without(y.labels(), shared);
        x = expanded(x, y);
        y = expanded(y, x);
        // An operand that is stored the other way round is left so: the product can read it transposed.
        boolean transposeX = x.labels().equals(joined(batch, contracted, rows));
        boolean transposeY = y.labels().equals(joined(batch, columns, contracted));
        x = x.permuted(transposeX ? x.labels() : joined(batch, rows, contracted));
        y = y.permuted(transposeY ? y.labels() : joined(batch, contracted, columns));
        Tensor m = matrices(x, batch.size(), transposeX ? contracted.size() : rows.size());
        Tensor n = matrices(y, batch.size(), transposeY ? columns.size() : contracted.size());
        List<Integer> made = joined(batch, rows, columns);
        Term from = x;
        Term and = y;
        int[] dims = made.stream().mapToInt(label -> size(from.labels().contains(label) ? from : and, label)).toArray();
        return new Term(m.matmul(n, transposeX, transposeY).reshape(Shape.of(dims)), made);
    }

    /** Returns the term with repeated labels replaced by diagonals: the elements at n + 1 places' distance of n x n. */
    private static Term distinct(Tensor operand, List<Integer> labels) {
        Term term = new Term(operand, labels);
        for (int q = labels.size() - 1; q > 0; q--) {
            int label = labels.get(q);
            int p = term.labels().indexOf(label);
            int last = term.labels().lastIndexOf(label);
            if (p < last) {
                int at = p;
                int[] others = IntStream.range(0, term.labels().size()).filter(i -> i != at && i != last).toArray();
                int n = term.value().dim(p);
                Tensor pairs = term.value().permute(IntStream.concat(Arrays.stream(others), IntStream.of(p, last)).toArray());
                Tensor flat = pairs.reshape(pairs.shape().slice(0, others.length).concat(Shape.of(axis((long) n * n))));
                int[] sizes = flat.shape().with(-1, n).dims();
                int[] steps = Ints.filled(others.length + 1, 1).toArray();
                steps[others.length] = n + 1;
                Movement.Slice diagonal = new Movement.Slice(Ints.filled(sizes.length, 0), Ints.of(sizes), Ints.of(steps));
                List<Integer> rest = new ArrayList<>(Arrays.stream(others).mapToObj(term.labels()::get).toList());
                rest.add(label);
                term = new Term(Tensor.record(diagonal, flat).getFirst(), rest);
            }
        }
        return term;
    }

    /** Returns the term summed over all labels but those of {@code kept}. */
    private static Term summed(Term t, Collection<Integer> kept) {
        int[] axes = IntStream.range(0, t.labels().size()).filter(i -> !kept.contains(t.labels().get(i))).toArray();
        return axes.length == 0 ? t : new Term(t.value().sum(axes), t.labels().stream().filter(kept::contains).toList());
    }

    /** Returns the term's value with its axes in the order of {@code all}, and of size 1 where it lacks one. */
    private static Tensor aligned(Term t, List<Integer> all) {
        Term ordered = t.permuted(all.stream().filter(t.labels()::contains).toList());
        return ordered.value().reshape(Shape.of(all.stream().mapToInt(label -> t.labels().contains(label) ? size(t, label) : 1).toArray()));
    }

    /** Returns t with the axes that it shares with {@code other} repeated to the size there; only those of an ellipsis can differ. */
    private static Term expanded(Term t, Term other) {
        int[] dims = t.value().shape().dims();
        for (int i = 0; i < dims.length; i++) {
            int label = t.labels().get(i);
            if (dims[i] == 1 && other.labels().contains(label)) {
                dims[i] = size(other, label);
            }
        }
        return new Term(t.value().expand(Shape.of(dims)), t.labels());
    }

    /** Returns the value with its axes joined to [batch, rows, columns], without the first if there is none. */
    private static Tensor matrices(Term t, int batch, int rows) {
        Shape s = t.value().shape();
        int r = axis(s.elements(batch, batch + rows));
        int c = axis(s.elements(batch + rows, s.rank()));
        return t.value().reshape(batch == 0 ? Shape.of(r, c) : Shape.of(axis(s.elements(0, batch)), r, c));
    }

    private static int size(Term t, int label) {
        return t.value().dim(t.labels().indexOf(label));
    }

    private static int axis(long size) {
        if (size > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("einsum: axes of together " + size + " places would have to be joined, an axis holds at most "
                    + Integer.MAX_VALUE);
        }
        return (int) size;
    }

    private static Stream<Integer> union(List<Integer> a, List<Integer> b) {
        return Stream.concat(a.stream(), b.stream()).distinct();
    }

    private static List<Integer> without(List<Integer> labels, List<Integer> dropped) {
        return labels.stream().filter(label -> !dropped.contains(label)).toList();
    }

    private static List<Integer> joined(List<Integer> a, List<Integer> b, List<Integer> c) {
        return Stream.of(a, b, c).flatMap(List::stream).toList();
    }
}
