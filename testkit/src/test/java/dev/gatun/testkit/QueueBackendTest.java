package dev.gatun.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.Backends;
import dev.gatun.CompiledFunction;
import dev.gatun.DType;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.op.Convolution;
import dev.gatun.op.Ints;
import dev.gatun.op.Pooling;
import dev.gatun.spi.Backend;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the planner must get right for a backend that is not the processor. */
class QueueBackendTest {
    private static final Convolution.Geometry SAME = new Convolution.Geometry(Ints.of(1, 1), Ints.of(1, 1), Ints.of(1, 1), Ints.of(1, 1), 1);
    private static final Pooling.Window HALF = new Pooling.Window(Ints.of(2, 2), Ints.of(2, 2), Ints.of(0, 0), Ints.of(0, 0), Ints.of(1, 1), false);

    private final Backend queue = Backends.open(new QueueBackend.Provider());
    private final Backend reference = Backends.open("reference");

    @AfterEach
    void close() {
        queue.close();
        reference.close();
    }

    private static Tensor pattern(int... dims) {
        int n = 1;
        for (int d : dims) {
            n *= d;
        }
        float[] v = new float[n];
        for (int i = 0; i < n; i++) {
            v[i] = (float) Math.sin(i * 0.7 + 1);
        }
        return Tensor.of(v, dims);
    }

    /** Two convolutions with relu, pooling and a residual, and a classifier with softmax. */
    private static UnaryOperator<List<Tensor>> network() {
        Tensor w1 = pattern(4, 3, 3, 3);
        Tensor w2 = pattern(4, 4, 3, 3);
        Tensor fc = pattern(4 * 3 * 3, 5);
        return in -> {
            Tensor h = Tensor.record(new Convolution.Conv(SAME), in.getFirst(), w1).getFirst().relu();
            Tensor r = Tensor.record(new Convolution.Conv(SAME), h, w2).getFirst().add(h).relu();
            Tensor p = Tensor.record(new Pooling.MaxPool(HALF, true), r).getFirst();
            return List.of(p.flatten(1).matmul(fc).softmax(1));
        };
    }

    @Test
    void aNetworkGivesWhatTheReferenceGives() {
        UnaryOperator<List<Tensor>> net = network();
        Tensor x = pattern(2, 3, 6, 6);
        float[] expected = CompiledFunction.of(reference, net).call(x).getFirst().toFloatArray();
        CompiledFunction f = CompiledFunction.of(queue, net);
        assertArrayEquals(expected, f.call(x).getFirst().toFloatArray());
        assertArrayEquals(expected, f.call(x).getFirst().toFloatArray());
    }

    @Test
    void itsLayoutPropagatesFromConvolutionToPool() {
        CompiledFunction f = CompiledFunction.of(queue, network());
        String plan = f.explain(TensorType.of(DType.F32, 2, 3, 6, 6));
        // One reorder of the input, one of what is flattened.
        assertTrue(plan.contains("reorders at each call: 2"), plan);
        assertTrue(plan.contains("{nhwc}"), plan);
    }

    @Test
    void whatItDeclinesRunsOnTheHostAndIsCounted() {
        String plan = CompiledFunction.of(queue, network()).explain(TensorType.of(DType.F32, 2, 3, 6, 6));
        assertTrue(plan.contains("softmax loop on the host") && plan.contains("reference loops: 1"), plan);
    }

    @Test
    void donatedDeviceMemoryIsUpdatedInPlace() {
        CompiledFunction f = CompiledFunction.of(queue, in -> List.of(in.get(0).add(in.get(1)))).donating(0);
        Tensor p = f.call(Tensor.of(new float[] {0, 0}), Tensor.of(new float[] {1, 2})).getFirst();
        for (int i = 0; i < 5; i++) {
            p = f.call(p, Tensor.of(new float[] {1, 2})).getFirst();
        }
        assertArrayEquals(new float[] {6, 12}, p.toFloatArray());
    }

    @Test
    void valuesMoveBetweenBackends() {
        Tensor onQueue = pattern(3, 3).exp().eval(queue);
        Tensor back = onQueue.matmul(onQueue).eval(reference);
        assertArrayEquals(pattern(3, 3).exp().matmul(pattern(3, 3).exp()).eval(reference).toFloatArray(), back.toFloatArray(), 1e-5f);
    }

    @Test
    void aFailureOnTheQueueIsReportedByTheNextWait() {
        Tensor t = Tensor.of(new float[] {1, 2, 3}).gather(0, Tensor.of(new long[] {5})).eval(queue);
        assertThrows(IndexOutOfBoundsException.class, t::toFloatArray);
    }

    @Test
    void closingGivesDeviceMemoryBack() {
        long before = queue.memory().usedBytes();
        try (CompiledFunction f = CompiledFunction.of(queue, network())) {
            f.call(pattern(2, 3, 6, 6)).getFirst().close();
        }
        assertEquals(before, queue.memory().usedBytes());
    }
}
