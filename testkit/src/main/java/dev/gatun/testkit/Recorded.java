package dev.gatun.testkit;

import dev.gatun.DType;
import dev.gatun.Producer;
import dev.gatun.Tensor;
import dev.gatun.op.Op;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What a case records: its applications of ops, without those that make its operands. */
final class Recorded {
    private final Set<Producer> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    private final List<Producer> producers = new ArrayList<>();

    private Recorded() {
    }

    /** Records a case on operands of element type {@code dtype}. @throws IllegalArgumentException if it is not defined for that type */
    static List<Producer> of(Case c, DType dtype) {
        List<Tensor> operands = c.inputs().stream().map(i -> Tensor.full(i.type(dtype).dtype(), i.shape(), 1)).toList();
        Recorded recorded = new Recorded();
        operands.forEach(recorded::collect);
        recorded.producers.clear();
        c.function().apply(operands).forEach(recorded::collect);
        return recorded.producers;
    }

    /** Returns the ops that a case records for one of its types. */
    static Stream<Op> ops(Case c) {
        return of(c, c.types().iterator().next()).stream().map(Producer::op);
    }

    /** Operands come before what reads them. */
    private void collect(Tensor t) {
        t.producer().filter(seen::add).ifPresent(p -> {
            p.inputs().forEach(this::collect);
            producers.add(p);
        });
    }
}
