package dev.gatun.onednn;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.DType;
import dev.gatun.Predictor;
import dev.gatun.TensorType;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Linear;
import dev.gatun.spi.Backend;
import dev.gatun.testkit.BackendConformance;
import org.junit.jupiter.api.Test;

/** The kit on oneDNN's own convolutions and products: its cases are so small that the backend leaves most of them to the vector backend otherwise. */
class OwnKernelsConformanceTest extends BackendConformance {
    @Override
    protected Backend open() {
        return OwnKernels.open(false);
    }

    @Test
    void aSmallProductIsLeftToTheVectorBackendOnlyWhereKernelsAreMixed() {
        Layer small = new Linear(8, 4);
        String mixed = plan(small, OwnKernels.open(true));
        String own = plan(small, open());
        assertTrue(own.contains("brg_matmul") || own.contains("gemm:jit"), own);
        assertFalse(mixed.contains("brg_matmul") || mixed.contains("gemm:jit"), mixed);
    }

    private static String plan(Layer layer, Backend opened) {
        try (Backend backend = opened; Predictor predictor = Predictor.of(layer, backend)) {
            return predictor.explain(TensorType.of(DType.F32, 2, 8));
        }
    }
}
