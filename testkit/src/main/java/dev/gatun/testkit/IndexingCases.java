package dev.gatun.testkit;

import static dev.gatun.testkit.Smoothness.ONCE;
import static dev.gatun.testkit.Smoothness.TWICE;

import dev.gatun.DType;
import dev.gatun.op.Indexing;
import dev.gatun.op.Indexing.ScatterFunction;
import dev.gatun.op.Op;
import java.util.ArrayList;
import java.util.List;

/** Reads and writes at places that are data; places repeat, and some are counted from the end. */
final class IndexingCases {
    private IndexingCases() {
    }

    static List<Case> of(int n) {
        List<Case> cases = new ArrayList<>();
        cases.add(gather("gather of rows", new Indexing.Gather(0), Input.of(5, n), Input.indices(5, 7)));
        cases.add(gather("gather of a row", new Indexing.Gather(0), Input.of(5, n), Input.indices(5)));
        cases.add(gather("gather of columns", new Indexing.Gather(1), Input.of(2, 6, n), Input.indices(6, 2, 3)));
        cases.add(gather("gather by i32", new Indexing.Gather(0), Input.of(5, 3), Input.fixed(DType.I32, new Domain(-5, 4), n)));
        cases.add(gather("gather of words", new Indexing.Gather(0, false), Input.of(5, n), Input.fixed(DType.I64, new Domain(0, 4), 2, 3)));
        cases.add(gather("gather_elements of classes", new Indexing.GatherElements(1, false), Input.of(4, 6), Input.fixed(DType.I64, new Domain(0, 5), 4, 1)));
        cases.add(gather("gather_elements", new Indexing.GatherElements(1), Input.of(3, 5), Input.indices(5, 2, n)));
        cases.add(gather("gather_elements of rows", new Indexing.GatherElements(0), Input.of(4, n), Input.indices(4, 3, n)));
        cases.add(gather("gather_nd of elements", new Indexing.GatherNd(0), Input.of(4, 4), Input.indices(4, n, 2)));
        cases.add(gather("gather_nd of slices", new Indexing.GatherNd(0), Input.of(4, n), Input.indices(4, 3, 1)));
        cases.add(gather("gather_nd in batches", new Indexing.GatherNd(1), Input.of(2, 5, n), Input.indices(5, 2, 3, 1)));
        for (ScatterFunction f : ScatterFunction.values()) {
            cases.add(scatter(f, "", new Indexing.Scatter(0, f), Input.of(domain(f), 5, n), Input.indices(5, 7), Input.of(domain(f), 7, n)));
            cases.add(scatter(f, " of columns", new Indexing.Scatter(1, f), Input.of(domain(f), 2, 4, 3), Input.indices(4, n),
                    Input.of(domain(f), 2, n, 3)));
            cases.add(scatter(f, "", new Indexing.ScatterElements(1, f), Input.of(domain(f), 3, 5), Input.indices(5, 2, n),
                    Input.of(domain(f), 2, n)));
            cases.add(scatter(f, "", new Indexing.ScatterNd(f), Input.of(domain(f), 4, n), Input.indices(4, 6, 1), Input.of(domain(f), 6, n)));
            cases.add(scatter(f, " of elements", new Indexing.ScatterNd(f), Input.of(domain(f), 3, 3), Input.indices(3, n, 2),
                    Input.of(domain(f), n)));
        }
        for (boolean largest : new boolean[] {false, true}) {
            cases.add(topK("", new Indexing.TopK(Math.min(3, n), 1, largest), 3, n));
            cases.add(topK(" as a sort", new Indexing.TopK(n, 1, largest), 2, n, 2));
        }
        return cases;
    }

    static List<Case> large() {
        List<Case> cases = new ArrayList<>(List.of(
                gather("gather of many rows", new Indexing.Gather(0), Input.of(501, 67), Input.indices(501, 601)),
                gather("gather of many columns", new Indexing.Gather(1), Input.of(67, 501), Input.indices(501, 601)),
                gather("gather_elements of many", new Indexing.GatherElements(1), Input.of(67, 501), Input.indices(501, 67, 401)),
                topK(" of many", new Indexing.TopK(17, 1, true), 31, 601)));
        for (ScatterFunction f : ScatterFunction.values()) {
            cases.add(scatter(f, " of many", new Indexing.Scatter(0, f), Input.of(domain(f), 501, 67), Input.indices(501, 401),
                    Input.of(domain(f), 401, 67)));
        }
        return cases;
    }

    static Case gather(String name, Op op, Input... inputs) {
        return Case.of(name, Tolerance.EXACT, op, inputs).in(Types.ANY).summing(8).differentiable(TWICE);
    }

    /** Where several updates meet, the order of a sum or product is the backend's; minimum and maximum are only differentiable once. */
    static Case scatter(ScatterFunction f, String how, Op op, Input... inputs) {
        Case c = Case.of(op.name() + how, f == ScatterFunction.ADD || f == ScatterFunction.MUL ? Tolerance.SUM : Tolerance.EXACT, op, inputs)
                .summing(16);
        return switch (f) {
            case SET -> c.in(Types.ANY).differentiable(TWICE);
            case ADD, MUL -> c.in(Types.NUMERIC).differentiable(TWICE);
            case MIN, MAX -> c.in(Types.ANY).differentiable(ONCE);
        };
    }

    static Case topK(String how, Indexing.TopK op, int... dims) {
        return Case.of((op.largest() ? "largest" : "smallest") + " top_k" + how, Tolerance.EXACT, op, Input.of(dims)).in(Types.ANY)
                .differentiable(ONCE);
    }

    static Domain domain(ScatterFunction f) {
        return f == ScatterFunction.MUL ? Domain.NEAR_ONE : Domain.SIGNED;
    }
}
