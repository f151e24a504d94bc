package dev.gatun.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.Backends;
import dev.gatun.CompiledFunction;
import dev.gatun.DType;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.op.Op;
import dev.gatun.spi.Arguments;
import dev.gatun.spi.Backend;
import dev.gatun.spi.Buffer;
import dev.gatun.spi.HostBuffer;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import dev.gatun.vector.VectorKernels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/** Kernels of one kind of primitive, made whether or not the backend would choose them, and compared with the reference: in any layout, of any type. */
final class Direct implements AutoCloseable {
    /** A way to make a kernel. */
    interface Kind {
        Optional<Kernel> of(KernelRequest.Single request, Session session);
    }

    private static final float[] EXTREMES = {0, -0f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 1, -1, 2.5f, -0.75f};

    private final Library library = Library.load();                          // first of all: the pool is its
    private final OpenMp pool = OpenMp.start(VectorKernels.threads());
    private final Session session = new Session(library, pool.runner());
    private final Backend backend = new OneDnnProvider().open();
    private final Backend reference = Backends.open("reference");
    private final List<Buffer> buffers = new ArrayList<>();

    /** Makes the request for operands that lie in {@code layouts} and are not frozen. */
    static KernelRequest.Single request(Op op, List<TensorType> in, List<TensorType> out, List<Layout> layouts) {
        return new KernelRequest.Single(op, in, out, layouts, Collections.nCopies(in.size(), false));
    }

    Optional<Kernel> kernel(Kind kind, KernelRequest.Single request) {
        return pool.runner().call(() -> kind.of(request, session));
    }

    /**
     * Makes the kernel of a request, checks that it takes operands as they lie, and runs it on random numbers.
     *
     * @param tolerance of the reference's largest number, of each result
     */
    void agrees(Kind kind, KernelRequest.Single request, double tolerance) {
        Kernel kernel = kernel(kind, request).orElseThrow(() -> new AssertionError("no kernel for " + request));
        assertEquals(request.layouts(), kernel.inputLayouts(), request.toString());
        agrees(kernel, request, tolerance);
    }

    /** Runs a kernel on random numbers and compares it with the reference. */
    void agrees(Kernel kernel, KernelRequest.Single request, double tolerance) {
        Random random = new Random(request.toString().hashCode());
        agrees(kernel, request, request.inputs().stream().map(t -> operand(t, random)).toList(), tolerance);
    }

    /** {@link #agrees} on all pairs of numbers of which some are zeros of both signs, infinite or none; a result that is infinite or none must be the same. */
    void agreesOnExtremes(Kind kind, KernelRequest.Single request, double tolerance) {
        Kernel kernel = kernel(kind, request).orElseThrow(() -> new AssertionError("no kernel for " + request));
        List<Tensor> operands = new ArrayList<>();
        for (TensorType type : request.inputs()) {
            int stride = operands.isEmpty() ? 1 : EXTREMES.length;
            float[] values = new float[(int) type.elements()];
            for (int i = 0; i < values.length; i++) {
                values[i] = EXTREMES[i / stride % EXTREMES.length];
            }
            operands.add(Tensor.of(values).reshape(type.shape().dims()).cast(type.dtype()).eval(reference));
        }
        agrees(kernel, request, operands, tolerance);
    }

    private void agrees(Kernel kernel, KernelRequest.Single request, List<Tensor> operands, double tolerance) {
        double[][] expected;
        try (CompiledFunction f = CompiledFunction.of(reference, in -> Tensor.record(request.op(), in.toArray(Tensor[]::new)))) {
            expected = f.call(operands.toArray(Tensor[]::new)).stream().map(Direct::numbers).toArray(double[][]::new);
        }
        List<double[]> results = run(kernel, request, operands);
        for (int i = 0; i < expected.length; i++) {
            double largest = Arrays.stream(expected[i]).filter(Double::isFinite).map(Math::abs).max().orElse(1);
            for (int k = 0; k < expected[i].length; k++) {
                double difference = Math.abs(results.get(i)[k] - expected[i][k]);
                boolean same = Double.compare(results.get(i)[k], expected[i][k]) == 0;
                boolean exact = tolerance == 0 || !Double.isFinite(expected[i][k]);
                assertTrue(same || !exact && difference <= tolerance * largest, kernel.name() + " for " + request + ": result " + i + " element " + k
                        + " is " + results.get(i)[k] + ", expected " + expected[i][k]);
            }
        }
    }

    private Tensor operand(TensorType type, Random random) {
        float[] values = new float[(int) type.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = type.dtype().isFloating() ? random.nextFloat() + 0.5f : random.nextInt(0, 100);
        }
        return Tensor.of(values).reshape(type.shape().dims()).cast(type.dtype()).eval(reference);
    }

    private static double[] numbers(Tensor tensor) {
        float[] values = tensor.cast(DType.F32).toFloatArray();
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
    }

    private List<double[]> run(Kernel kernel, KernelRequest.Single request, List<Tensor> operands) {
        List<Buffer> arguments = new ArrayList<>();
        for (int i = 0; i < operands.size(); i++) {
            Layout layout = kernel.inputLayouts().isEmpty() ? Layout.PLAIN : kernel.inputLayouts().get(i);
            arguments.add(reordered(request.inputs().get(i), plain(operands.get(i)), Layout.PLAIN, layout));
        }
        List<Layout> layouts = new ArrayList<>();
        for (int i = 0; i < request.outputs().size(); i++) {
            layouts.add(kernel.outputLayouts().isEmpty() ? Layout.PLAIN : kernel.outputLayouts().get(i));
            arguments.add(buffer(layouts.getLast().bytes(request.outputs().get(i))));
        }
        launch(kernel, arguments);
        List<double[]> results = new ArrayList<>();
        for (int i = 0; i < layouts.size(); i++) {
            TensorType type = request.outputs().get(i);
            Buffer plain = reordered(type, arguments.get(operands.size() + i), layouts.get(i), Layout.PLAIN);
            results.add(numbers(Tensor.of(type, ((HostBuffer) plain).segment().asSlice(0, type.bytes()))));
        }
        return results;
    }

    private Buffer plain(Tensor tensor) {
        Buffer buffer = buffer(tensor.type().bytes());
        tensor.copyTo(((HostBuffer) buffer).segment().asSlice(0, tensor.type().bytes()));
        return buffer;
    }

    private Buffer reordered(TensorType type, Buffer from, Layout is, Layout wanted) {
        if (is.equals(wanted)) {
            return from;
        }
        Buffer to = buffer(wanted.bytes(type));
        launch(backend.compile(new KernelRequest.Reorder(type, is, wanted)).orElseThrow(), List.of(from, to));
        return to;
    }

    private void launch(Kernel kernel, List<Buffer> arguments) {
        List<Buffer> all = new ArrayList<>(arguments);
        if (kernel.workspaceBytes() > 0) {
            all.add(buffer(kernel.workspaceBytes()));
        }
        kernel.launch(new Arguments(all.toArray(Buffer[]::new), IntStream.range(0, all.size()).toArray()));
    }

    private Buffer buffer(long bytes) {
        buffers.add(backend.memory().allocate(Math.max(1, bytes)));
        return buffers.getLast();
    }

    @Override
    public void close() {
        buffers.forEach(backend.memory()::free);
        pool.close();
        session.close();
        backend.close();
        reference.close();
    }
}
