package dev.gatun.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.Backends;
import dev.gatun.DType;
import dev.gatun.Predictor;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.models.Zoo;
import dev.gatun.nn.Activation;
import dev.gatun.nn.BatchNorm;
import dev.gatun.nn.Conv;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Sequential;
import dev.gatun.op.Contraction;
import dev.gatun.spi.Arguments;
import dev.gatun.spi.Backend;
import dev.gatun.spi.Buffer;
import dev.gatun.spi.HostMemory;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OneDnnBackendTest {
    private static Layer net() {
        return new Sequential(Conv.conv2d(3, 32, 3), new BatchNorm(32), Activation.relu(), Conv.conv2d(32, 48, 5), Activation.relu(), Conv.conv2d(48, 9, 1));
    }

    private static Tensor images(Backend backend) {
        return Tensor.full(DType.F32, Shape.of(2, 3, 21, 19), 0.25).eval(backend);
    }

    private static Kernel product(Backend backend) {
        TensorType square = TensorType.of(DType.F32, 32, 32);
        return backend.compile(new KernelRequest.Single(new Contraction.MatMul(false, false), List.of(square, square), List.of(square),
                List.of(Layout.PLAIN, Layout.PLAIN), List.of(false, false))).orElseThrow();
    }

    @Test
    void noImplementationOfPlainLoopsIsInTheNetworks() {
        try (Backend backend = Backends.open("onednn")) {
            for (String name : List.of("resnet18", "alexnet")) {
                String plan = plan(backend, name);
                assertTrue(plan.contains("jit:") || plan.contains("brgconv"), plan);
                assertFalse(plan.lines().anyMatch(line -> line.matches(".*\\bref\\b.*")), plan);
                assertTrue(plan.contains("reference loops: 0"), plan);
            }
        }
    }

    @Test
    void kernelsOfBothLibrariesAlternateWithoutReorders() {
        try (Backend backend = Backends.open("onednn")) {
            String plan = plan(backend, "resnet18");
            assertTrue(plan.contains("conv winograd") && plan.contains("jit:"), plan);
            assertTrue(plan.contains("reorders at each call: 0"), plan);
        }
    }

    private static String plan(Backend backend, String name) {
        try (Predictor predictor = Predictor.of(Zoo.layer(name), backend)) {
            return predictor.explain(Zoo.input(name, 1));
        }
    }

    @Test
    void callersOfAllKindsGetTheSameBits() throws Exception {
        try (Backend backend = Backends.open("onednn"); Predictor predictor = Predictor.of(net(), backend); Tensor x = images(backend);
             var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            float[] expected = predictor.predict(x).toFloatArray();
            List<Callable<float[]>> calls = IntStream.range(0, 64).<Callable<float[]>>mapToObj(i -> () -> predictor.predict(x).toFloatArray()).toList();
            for (Future<float[]> again : callers.invokeAll(calls)) {
                assertArrayEquals(expected, again.get());
            }
        }
    }

    @Test
    void closingWhileCallsRunLetsThemFinishAndRefusesTheNextOnes() throws Exception {
        Backend backend = Backends.open("onednn");
        Predictor predictor = Predictor.of(net(), backend);
        Tensor x = images(backend);
        float[] expected = predictor.predict(x).toFloatArray();
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> calls = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                calls.add(callers.submit(() -> {
                    int done = 0;
                    try {
                        while (true) {
                            assertArrayEquals(expected, predictor.predict(x).toFloatArray());
                            done++;
                        }
                    } catch (IllegalStateException e) {
                        assertEquals("backend onednn is closed", e.getMessage());
                    }
                    return done;
                }));
            }
            Thread.sleep(100);
            backend.close();
            for (Future<Integer> call : calls) {
                assertTrue(call.get() >= 0);
            }
        }
        predictor.close();
    }

    @Test
    void openedAndClosedAgainAndAgainItGivesMemoryBack() {
        long before = HostMemory.shared().usedBytes();
        for (int i = 0; i < 20; i++) {
            try (Backend backend = Backends.open("onednn"); Tensor a = Tensor.full(DType.F32, Shape.of(40, 50), 1).eval(backend);
                 Tensor y = a.matmul(a, false, true).eval(backend)) {
                assertEquals(50, y.toFloatArray()[0]);
            }
        }
        assertTrue(HostMemory.shared().usedBytes() <= before, "memory is still in use");   // less, if tensors of other tests were collected
    }

    @Test
    void aBufferThatIsTooSmallIsRefusedBeforeTheLibrarySeesIt() {
        try (Backend backend = new OneDnnProvider().open()) {
            Kernel kernel = product(backend);
            assertTrue(kernel.name().startsWith("brg_matmul"), kernel.name());
            Buffer whole = backend.memory().allocate(32 * 32 * 4);
            Buffer scratch = backend.memory().allocate(Math.max(1, kernel.workspaceBytes()));
            Buffer[] table = {whole, whole.slice(0, 100), whole, scratch};
            int[] slots = kernel.workspaceBytes() > 0 ? new int[] {0, 1, 2, 3} : new int[] {0, 1, 2};
            String message = assertThrows(IllegalArgumentException.class, () -> kernel.launch(new Arguments(table, slots))).getMessage();
            assertTrue(message.endsWith("argument 1 needs 4096 bytes, but its buffer has 100"), message);
            backend.memory().free(whole);
            backend.memory().free(scratch);
        }
    }

    @Test
    void aKernelOfAClosedBackendIsRefused() {
        Backend backend = new OneDnnProvider().open();
        Kernel kernel = product(backend);
        backend.close();
        assertEquals("backend onednn is closed", assertThrows(IllegalStateException.class, () -> kernel.launch(new Arguments(new Buffer[0])))
                .getMessage());
    }
}
