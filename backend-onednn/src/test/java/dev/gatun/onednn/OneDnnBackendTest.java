package dev.gatun.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.Backends;
import dev.gatun.CompiledFunction;
import dev.gatun.DType;
import dev.gatun.Predictor;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.models.Zoo;
import dev.gatun.nn.Layer;
import dev.gatun.op.Contraction;
import dev.gatun.op.Recurrent;
import dev.gatun.spi.Arguments;
import dev.gatun.spi.Backend;
import dev.gatun.spi.BackendProvider;
import dev.gatun.spi.Buffer;
import dev.gatun.spi.Executable;
import dev.gatun.spi.HostMemory;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import dev.gatun.spi.Program;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OneDnnBackendTest {
    /** Of a product that is large enough for a primitive. */
    private static final int SIZE = 128;

    private static Tensor images(Backend backend) {
        return Tensor.full(DType.F32, MixedNetwork.INPUT.shape(), 0.25).eval(backend);
    }

    private static Kernel product(Backend backend) {
        TensorType square = TensorType.of(DType.F32, SIZE, SIZE);
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

    @Test
    void aSmallNetworkOfFloatsNeedsNoPrimitive() {
        try (Backend onednn = Backends.open("onednn"); Backend vector = Backends.open("vector")) {
            String plan = plan(onednn, "lenet");
            assertFalse(plan.contains("jit:") || plan.contains("brg"), plan);
            assertEquals(plan(vector, "lenet").lines().skip(1).toList(), plan.lines().skip(1).toList());
        }
    }

    @Test
    void aProgramWithoutPrimitivesStaysOnItsCallersThreadAndAnyOtherIsHandedOver() {
        List<Thread> seen = new ArrayList<>();
        Kernel look = kernel(arguments -> seen.add(Thread.currentThread()));
        try (Backend backend = new OneDnnProvider().open()) {
            Kernel product = product(backend);
            run(backend, 2, look);
            run(backend, 2, look, product);
            run(backend, 2, look, kernel(product::launch));
        }
        assertEquals(6, seen.size());
        Thread runner = seen.get(2);
        assertEquals("gatun-onednn", runner.getName());
        // A primitive inside of another kernel is found out by the first call.
        Thread caller = Thread.currentThread();
        assertEquals(List.of(caller, caller, runner, runner, caller, runner), seen);
    }

    private static Kernel kernel(Consumer<Arguments> launch) {
        return new Kernel() {
            @Override
            public String name() {
                return "kernel of a test";
            }

            @Override
            public void launch(Arguments arguments) {
                launch.accept(arguments);
            }
        };
    }

    /** Runs kernels one after another, each over the arguments of a square product. */
    private static void run(Backend backend, int times, Kernel... kernels) {
        Buffer[] table = {backend.memory().allocate(SIZE * SIZE * Float.BYTES), backend.memory().allocate(SIZE * SIZE * Float.BYTES)};
        long workspace = product(backend).workspaceBytes();
        List<Integer> slots = workspace > 0 ? List.of(0, 0, 1, 2) : List.of(0, 0, 1);
        List<Program.Step> steps = Stream.of(kernels).map(k -> new Program.Step(k, slots)).toList();
        try (Executable program = backend.link(new Program(steps, List.of(new Program.Temporary(0, workspace)), workspace, table.length))) {
            for (int i = 0; i < times; i++) {
                program.run(table);
            }
        }
        for (Buffer buffer : table) {
            backend.memory().free(buffer);
        }
    }

    private static String plan(Backend backend, String name) {
        try (Predictor predictor = Predictor.of(Zoo.layer(name), backend)) {
            return predictor.explain(Zoo.input(name, 1));
        }
    }

    @Test
    void callersOfAllKindsGetTheSameBits() throws Exception {
        try (Backend backend = Backends.open("onednn"); Predictor predictor = Predictor.of(MixedNetwork.layer(), backend); Tensor x = images(backend);
             var virtual = Executors.newVirtualThreadPerTaskExecutor(); var platform = Executors.newFixedThreadPool(8)) {
            float[] expected = predictor.predict(x).toFloatArray();
            Callable<float[]> call = () -> predictor.predict(x).toFloatArray();
            List<Future<float[]>> results = IntStream.range(0, 64).mapToObj(i -> (i % 2 == 0 ? virtual : platform).submit(call)).toList();
            for (Future<float[]> again : results) {
                assertArrayEquals(expected, again.get());
            }
        }
    }

    @Test
    void closingWhileCallsRunLetsThemFinishAndRefusesTheNextOnes() throws Exception {
        Backend backend = Backends.open("onednn");
        Predictor predictor = Predictor.of(MixedNetwork.layer(), backend);
        Tensor x = images(backend);
        float[] expected = predictor.predict(x).toFloatArray();
        try (var virtual = Executors.newVirtualThreadPerTaskExecutor(); var platform = Executors.newFixedThreadPool(4)) {
            List<Future<Integer>> calls = new ArrayList<>();
            CountDownLatch served = new CountDownLatch(8);
            for (int i = 0; i < 8; i++) {
                calls.add((i % 2 == 0 ? virtual : platform).submit(() -> {
                    int done = 0;
                    try {
                        while (true) {
                            assertArrayEquals(expected, predictor.predict(x).toFloatArray());
                            if (done++ == 0) {
                                served.countDown();
                            }
                        }
                    } catch (IllegalStateException e) {
                        assertEquals("backend onednn is closed", e.getMessage());
                    }
                    return done;
                }));
            }
            served.await();
            backend.close();
            for (Future<Integer> call : calls) {
                assertTrue(call.get() > 0);
            }
        }
        predictor.close();
    }

    /** Hands out a backend that is open. */
    private record Opened(OneDnnBackend backend) implements BackendProvider {
        @Override
        public String name() {
            return "onednn";
        }

        @Override
        public int priority() {
            return 0;
        }

        @Override
        public Availability probe() {
            return new OneDnnProvider().probe();
        }

        @Override
        public Backend open() {
            return backend;
        }
    }

    @Test
    void openedAndClosedAgainAndAgainItGivesMemoryAndPrimitivesBack() {
        Library library = Library.load();
        Layer network = MixedNetwork.layer();
        long before = 0;
        for (int i = 0; i < 8; i++) {
            var opened = new OneDnnBackend(library, 2, false);
            try (Backend backend = Backends.open(new Opened(opened)); Predictor images = Predictor.of(network, backend);
                 CompiledFunction sequences = NarrowGru.of(backend); Tensor x = images(backend); Tensor y = images.predict(x)) {
                assertTrue(Float.isFinite(y.toFloatArray()[0]));
                Tensor[] operands = NarrowGru.operands(backend);
                sequences.call(operands).getFirst().close();
                List.of(operands).forEach(Tensor::close);
                assertTrue(opened.session().live() > 4, "primitives of two networks");
            }
            assertEquals(0, opened.session().live());
            before = i == 0 ? HostMemory.shared().usedBytes() : before;                    // the network has its parameters now
        }
        assertTrue(HostMemory.shared().usedBytes() <= before, "memory is still in use");   // less, if tensors of other tests were collected
    }

    @Test
    void aBufferThatIsTooSmallIsRefusedBeforeTheLibrarySeesIt() {
        try (Backend backend = new OneDnnProvider().open()) {
            Kernel kernel = product(backend);
            assertTrue(kernel.name().startsWith("brg_matmul"), kernel.name());
            Buffer whole = backend.memory().allocate(SIZE * SIZE * Float.BYTES);
            Buffer scratch = backend.memory().allocate(Math.max(1, kernel.workspaceBytes()));
            Buffer[] table = {whole, whole.slice(0, 100), whole, scratch};
            int[] slots = kernel.workspaceBytes() > 0 ? new int[] {0, 1, 2, 3} : new int[] {0, 1, 2};
            String message = assertThrows(IllegalArgumentException.class, () -> kernel.launch(new Arguments(table, slots))).getMessage();
            assertTrue(message.endsWith("argument 1 needs 65536 bytes, but its buffer has 100"), message);
            backend.memory().free(whole);
            backend.memory().free(scratch);
        }
    }

    @Test
    void aListOfBuffersThatIsTooShortOrTooLongIsRefusedBeforeTheLibrarySeesIt() {
        try (Backend backend = new OneDnnBackend(Library.load(), 2, false)) {
            Buffer buffer = backend.memory().allocate(1 << 20);
            Map<Kernel, Integer> operandsAndResults = Map.of(product(backend), 2 + 1, recurrent(backend), 7 + 3);
            operandsAndResults.forEach((kernel, count) -> {
                int all = count + (kernel.workspaceBytes() > 0 ? 1 : 0);
                for (int given : new int[] {0, all - 1, all + 1}) {
                    String message = assertThrows(IllegalArgumentException.class, () -> kernel.launch(new Arguments(new Buffer[] {buffer}, new int[given])))
                            .getMessage();
                    assertEquals(kernel.name() + ": operands, results and workspace are " + all + " buffers, but " + given + " are given", message);
                }
            });
            backend.memory().free(buffer);
        }
    }

    @Test
    void aProgramThatCannotBeLinkedLeavesNoMemoryBehind() {
        try (Backend backend = new OneDnnProvider().open()) {
            Kernel product = product(backend);
            List<Integer> slots = product.workspaceBytes() > 0 ? List.of(0, 0, 0, 1) : List.of(0, 0, 0);
            var program = new Program(List.of(new Program.Step(product, slots), new Program.Step(product, List.of(0, 0))),
                    List.of(new Program.Temporary(0, product.workspaceBytes())), product.workspaceBytes() + (1 << 20), 1);
            long before = HostMemory.shared().usedBytes();
            assertThrows(IllegalArgumentException.class, () -> backend.link(program));
            assertTrue(HostMemory.shared().usedBytes() <= before, "the arena is still in use");
        }
    }

    private static Kernel recurrent(Backend backend) {
        int T = 2;
        int N = 8;
        int H = 16;
        TensorType weights = TensorType.of(DType.F32, 4 * H, H);
        TensorType bias = TensorType.of(DType.F32, 4 * H);
        TensorType x = TensorType.of(DType.F32, T, N, H);
        TensorType state = TensorType.of(DType.F32, N, H);
        var op = new Recurrent.Rnn(new Recurrent.Cell(Recurrent.Kind.LSTM, false, false), false, false);
        return backend.compile(new KernelRequest.Single(op, List.of(x, weights, weights, bias, bias, state, state), List.of(x, state, state),
                Collections.nCopies(7, Layout.PLAIN), Collections.nCopies(7, false))).orElseThrow();
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
