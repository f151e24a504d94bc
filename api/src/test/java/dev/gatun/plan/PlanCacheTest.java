package dev.gatun.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.graph.Graph;
import dev.gatun.graph.Graph.Value;
import dev.gatun.graph.GraphBuilder;
import dev.gatun.op.Elementwise.Binary;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Source.Iota;
import dev.gatun.reference.ReferenceProvider;
import dev.gatun.spi.Backend;
import dev.gatun.spi.Buffer;
import dev.gatun.spi.DelegatingBackend;
import dev.gatun.spi.HostBuffer;
import dev.gatun.spi.HostMemory;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PlanCacheTest {
    private static final int N = 100_000;
    private static final long MOST = 3L * N * Float.BYTES;

    /** A memory of its own: of the shared one other tests' garbage comes back at any time. */
    private record Alone(Backend backend, HostMemory memory) implements DelegatingBackend {
        @Override
        public void close() {
            backend.close();
        }
    }

    private final Backend backend = new Alone(new ReferenceProvider().open(), new HostMemory());
    private final PlanCache cache = new PlanCache(backend, MOST);

    @AfterEach
    void close() {
        cache.close();
        backend.close();
    }

    /** Returns x + (0, 1, 2, ...), of which the plan keeps the second operand. */
    private static Graph graph(int n) {
        GraphBuilder b = new GraphBuilder();
        Value x = b.leaf(TensorType.of(DType.F32, n), false);
        return b.build(List.of(b.add(new Binary(BinaryFunction.ADD), x, b.add(new Iota(DType.F32, n)))));
    }

    /** Returns the last element for x = 1. */
    private float run(Plan plan, int n) {
        HostBuffer x = (HostBuffer) backend.memory().allocate(n * 4L);
        HostBuffer y = (HostBuffer) backend.memory().allocate(n * 4L);
        try {
            x.segment().setAtIndex(ValueLayout.JAVA_FLOAT, n - 1, 1);
            plan.run(new Buffer[] {x, y});
            return y.segment().getAtIndex(ValueLayout.JAVA_FLOAT, n - 1);
        } finally {
            backend.memory().free(x);
            backend.memory().free(y);
        }
    }

    @Test
    void forgottenPlansGiveBackWhatTheyHold() {
        for (int n = N; n < N + 20; n++) {
            int size = n;
            float last = cache.with(graph(n), plan -> run(plan, size));
            assertEquals(n, last);
            assertTrue(cache.heldBytes() <= MOST, cache.heldBytes() + " bytes");
        }
        assertTrue(backend.memory().usedBytes() <= 2 * MOST, () -> "in use: " + backend.memory().usedBytes());
        cache.close();
        assertEquals(0, backend.memory().usedBytes());
        assertEquals(0, cache.heldBytes());
    }

    @Test
    void aPlanLargerThanAllIsKeptUntilTheNext() {
        float last = cache.with(graph(4 * N), plan -> run(plan, 4 * N));
        assertEquals(4 * N, last);
        long held = cache.heldBytes();
        assertTrue(held > MOST);
        cache.with(graph(4 * N), plan -> run(plan, 4 * N));
        assertEquals(held, cache.heldBytes());
        cache.with(graph(N), plan -> run(plan, N));
        assertTrue(cache.heldBytes() <= MOST);
    }

    @Test
    void aPlanThatIsForgottenWhileItRunsIsClosedAfterwards() {
        float y = cache.with(graph(N), plan -> {
            for (int n = N + 1; n < N + 9; n++) {
                int size = n;
                cache.with(graph(n), other -> run(other, size));
            }
            return run(plan, N);
        });
        assertEquals(N, y);
        cache.close();
        assertEquals(0, backend.memory().usedBytes());
    }
}
