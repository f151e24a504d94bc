package dev.gatun;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.nn.Activation;
import dev.gatun.nn.BatchNorm;
import dev.gatun.nn.Conv;
import dev.gatun.nn.Flatten;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Linear;
import dev.gatun.nn.Lstm;
import dev.gatun.nn.MaxPool;
import dev.gatun.nn.Pass;
import dev.gatun.nn.Sequential;
import dev.gatun.op.Movement;
import dev.gatun.spi.Backend;
import dev.gatun.spi.BackendProvider;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Memory;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PrecisionTest {
    private static final float[] NUMBERS = {0.1f, 1.7f, -3.3f, 2.9f, 1e-3f, 7.77f};
    private final Backend backend = Backends.open("reference");

    @AfterEach
    void close() {
        backend.close();
    }

    private static Sequential net() {
        Sequential net = new Sequential(Conv.conv2d(1, 8, 3).padding(1), new BatchNorm(8), Activation.relu(), MaxPool.maxPool2d(2), new Flatten(),
                new Linear(32, 10));
        net.initialize(1);
        return net;
    }

    private static Tensor images() {
        float[] pixels = new float[3 * 16];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) Math.sin(i * 1.7);
        }
        return Tensor.of(pixels, 3, 1, 4, 4);
    }

    private static float[] rounded(float[] values, DType to) {
        return Tensor.of(values).cast(to).cast(DType.F32).toFloatArray();
    }

    @Test
    void aProductInBf16IsThatOfRoundedOperandsRoundedOnce() {
        Tensor x = Tensor.of(NUMBERS, 2, 3);
        Tensor w = Tensor.of(NUMBERS, 3, 2);
        float[] near = rounded(NUMBERS, DType.BF16);
        float[] expected = rounded(Tensor.of(near, 2, 3).matmul(Tensor.of(near, 3, 2)).toFloatArray(), DType.BF16);
        try (CompiledFunction f = CompiledFunction.of(backend, in -> List.of(in.get(0).matmul(w))).precision(Precision.BF16)) {
            Tensor y = f.call(x).getFirst();
            assertEquals(DType.F32, y.dtype());
            assertArrayEquals(expected, y.toFloatArray());
        }
    }

    @Test
    void aNetworkInANarrowTypeGivesItsResultsWithinThatTypesDigits() {
        Layer net = net();
        try (Predictor wide = Predictor.of(net, backend)) {
            float[] expected = wide.predict(images()).toFloatArray();
            for (Precision precision : List.of(Precision.BF16, Precision.F16)) {
                try (Predictor narrow = Predictor.of(net, backend).precision(precision)) {
                    float[] got = narrow.predict(images()).toFloatArray();
                    double digits = precision == Precision.BF16 ? 0x1p-8 : 0x1p-11;
                    double error = 0;
                    for (int i = 0; i < got.length; i++) {
                        error = Math.max(error, Math.abs(got[i] - expected[i]));
                    }
                    assertTrue(error > 0 && error < 8 * digits, precision + " is off by " + error);
                }
            }
        }
    }

    @Test
    void frozenWeightsAreRoundedOnceAndKeptInTwoBytes() {
        Layer net = net();
        try (Predictor wide = Predictor.of(net, backend); Predictor narrow = Predictor.of(net, backend).precision(Precision.BF16)) {
            String plan = narrow.explain(images().type());
            assertTrue(plan.startsWith("plan for backend reference in bf16: "), plan);
            assertTrue(plan.contains("bf16[8, 1, 3, 3]*"), plan);
            assertFalse(plan.contains("f32[8, 1, 3, 3]"), plan);
            assertFalse(wide.explain(images().type()).contains("bf16"));
            assertTrue(narrow.arenaBytes(images().type()) <= wide.arenaBytes(images().type()));
        }
    }

    @Test
    void lossesAndSumsKeepFloat32() {
        Tensor x = Tensor.of(new float[] {1, 0x1p-12f}, 1, 2);
        try (CompiledFunction f = CompiledFunction.of(backend, in -> List.of(in.get(0).sum(), in.get(0).exp())).precision(Precision.BF16)) {
            List<Tensor> results = f.call(x);
            assertEquals(1 + 0x1p-12f, results.get(0).toFloatArray()[0]);
            assertEquals((float) Math.exp(0x1p-12), results.get(1).toFloatArray()[1]);
        }
    }

    @Test
    void oneFunctionInTwoPrecisionsHasTwoPlans() {
        Tensor x = Tensor.of(new float[] {1 + 0x1p-10f}, 1, 1);
        CompiledFunction f = CompiledFunction.of(backend, in -> List.of(in.get(0).matmul(in.get(0))));
        try (f; CompiledFunction narrow = f.precision(Precision.BF16)) {
            assertEquals(1, narrow.call(x).getFirst().toFloatArray()[0]);
            assertNotEquals(1, f.call(x).getFirst().toFloatArray()[0]);
        }
    }

    @Test
    void recurrentLayersRunNarrow() {
        Tensor x = images().reshape(3, 4, 4).eval(backend);
        Lstm lstm = new Lstm(4, 5);
        lstm.initialize(2);
        CompiledFunction wide = CompiledFunction.of(backend, in -> List.of(lstm.forward(in.getFirst(), lstm.zeroState(4), Pass.inference()).y()));
        try (wide; CompiledFunction narrow = wide.precision(Precision.BF16)) {
            assertArrayEquals(wide.call(x).getFirst().toFloatArray(), narrow.call(x).getFirst().toFloatArray(), 4 * 0x1p-8f);
            assertTrue(narrow.explain(x.type()).contains("-> bf16[3, 4, 5]"), narrow.explain(x.type()));
        }
    }

    @Test
    void aBackendWithoutNarrowKernelsIsAskedForThoseOfFloat32() {
        Layer net = net();
        try (Backend wide = Backends.open(new WideOnly(Backends.open("reference"))); Predictor here = Predictor.of(net, wide).precision(Precision.BF16);
             Predictor expected = Predictor.of(net, backend).precision(Precision.BF16)) {
            String plan = here.explain(images().type());
            assertTrue(plan.lines().anyMatch(l -> l.contains(" conv ") && l.contains("f32[3, 1, 4, 4], f32[8, 1, 3, 3]* -> f32[3, 8, 4, 4]")), plan);
            assertTrue(plan.lines().anyMatch(l -> l.contains(" matmul ") && l.contains("f32[3, 32], f32[10, 32]* -> f32[3, 10]")), plan);
            assertTrue(plan.lines().filter(l -> l.contains("(reference loop)")).allMatch(l -> l.contains(" cast ")), plan);
            assertArrayEquals(expected.predict(images()).toFloatArray(), here.predict(images()).toFloatArray(), 0x1p-7f);
        }
    }

    @Test
    void aBackendThatCannotSaysWhy() {
        try (Backend refusing = Backends.open(new WideOnly(Backends.open("reference")))) {
            UnsupportedOperationException e = assertThrows(UnsupportedOperationException.class, () -> Predictor.of(net(), refusing).precision(Precision.F16));
            assertEquals("backend reference cannot compute in f16: this processor has no such kernels, choose BF16", e.getMessage());
        }
    }

    /** A backend with kernels for F32 alone, and none at all of F16. */
    private record WideOnly(Backend inner) implements BackendProvider, Backend {
        @Override
        public String name() {
            return inner.name();
        }

        @Override
        public int priority() {
            return 0;
        }

        @Override
        public Availability probe() {
            return new Availability.Usable("none", "none", "1");
        }

        @Override
        public Backend open() {
            return this;
        }

        @Override
        public String description() {
            return inner.description();
        }

        @Override
        public Memory memory() {
            return inner.memory();
        }

        @Override
        public Optional<Kernel> compile(KernelRequest request) {
            boolean isNarrow = Stream.concat(request.inputs().stream(), request.outputs().stream()).anyMatch(t -> t.dtype() == DType.BF16);
            return isNarrow && !(request instanceof KernelRequest.Single s && s.op() instanceof Movement) ? Optional.empty() : inner.compile(request);
        }

        @Override
        public Optional<String> whyNot(Precision precision) {
            return precision == Precision.F16 ? Optional.of("this processor has no such kernels, choose BF16") : Optional.empty();
        }

        @Override
        public void close() {
            inner.close();
        }
    }
}
