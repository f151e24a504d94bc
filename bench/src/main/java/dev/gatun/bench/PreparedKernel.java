package dev.gatun.bench;

import dev.gatun.TensorType;
import dev.gatun.spi.Arguments;
import dev.gatun.spi.Backend;
import dev.gatun.spi.Buffer;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import dev.gatun.spi.Memory;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A case ready to be launched on a backend again and again, as a plan would do it in the middle of a network: operands lie in the layouts that the
 * kernel asks for, and bringing them there is not part of a launch.
 */
final class PreparedKernel implements AutoCloseable {
    private final Backend backend;
    private final KernelCase of;
    private final Kernel kernel;
    private final List<TensorType> results;
    private final List<float[]> operands;
    private final List<Buffer> buffers = new ArrayList<>();
    private final Arguments arguments;

    private PreparedKernel(Backend backend, KernelCase of, Kernel kernel, List<TensorType> results) {
        this.backend = backend;
        this.of = of;
        this.kernel = kernel;
        this.results = results;
        this.operands = IntStream.range(0, of.operands().size()).mapToObj(i -> Numbers.of(of.operands().get(i), i)).toList();
        for (int i = 0; i < operands.size(); i++) {
            Buffer plain = backend.memory().allocate(of.operands().get(i).bytes());
            backend.memory().upload(MemorySegment.ofArray(operands.get(i)), plain);
            buffers.add(reordered(of.operands().get(i), plain, Layout.PLAIN, layout(kernel.inputLayouts(), i)));
        }
        for (int i = 0; i < results.size(); i++) {
            buffers.add(backend.memory().allocate(Math.max(1, layout(kernel.outputLayouts(), i).bytes(results.get(i)))));
        }
        if (kernel.workspaceBytes() > 0) {
            buffers.add(backend.memory().allocate(kernel.workspaceBytes()));
        }
        this.arguments = new Arguments(buffers.toArray(Buffer[]::new), IntStream.range(0, buffers.size()).toArray());
    }

    /** Compiles a case, fills its operands, and holds a first result against the oracle. @throws IllegalStateException if the backend declines it */
    static PreparedKernel of(KernelCase of, Backend backend) {
        List<TensorType> results = of.results();
        List<Layout> plain = of.operands().stream().map(t -> Layout.PLAIN).toList();
        Kernel kernel = backend.compile(new KernelRequest.Single(of.op(), of.operands(), results, plain, of.frozen()))
                .orElseThrow(() -> new IllegalStateException("backend " + backend.name() + " has no kernel for " + of.name()));
        PreparedKernel prepared = new PreparedKernel(backend, of, kernel, results);
        prepared.launch();
        Oracle.check(of, prepared.operands, prepared.firstResult());
        return prepared;
    }

    /** Returns the implementation's name. */
    String kernel() {
        return kernel.name();
    }

    /** Runs the kernel once. */
    void launch() {
        kernel.launch(arguments);
    }

    /** Returns the first result, row-major. */
    float[] firstResult() {
        Memory memory = backend.memory();
        TensorType type = results.getFirst();
        float[] y = new float[(int) type.elements()];
        Buffer result = buffers.get(operands.size());
        Layout layout = layout(kernel.outputLayouts(), 0);
        Buffer plain = layout.equals(Layout.PLAIN) ? result : copied(type, result, layout, Layout.PLAIN);
        memory.download(plain, MemorySegment.ofArray(y));
        if (plain != result) {
            memory.free(plain);
        }
        return y;
    }

    private static Layout layout(List<Layout> layouts, int i) {
        return layouts.isEmpty() ? Layout.PLAIN : layouts.get(i);
    }

    private Buffer reordered(TensorType type, Buffer source, Layout from, Layout to) {
        if (from.equals(to)) {
            return source;
        }
        Buffer target = copied(type, source, from, to);
        backend.memory().free(source);
        return target;
    }

    private Buffer copied(TensorType type, Buffer source, Layout from, Layout to) {
        Kernel reorder = backend.compile(new KernelRequest.Reorder(type, from, to))
                .orElseThrow(() -> new IllegalStateException("backend " + backend.name() + " cannot bring " + type + " from " + from + " to " + to));
        Buffer target = backend.memory().allocate(to.bytes(type));
        Buffer[] table = reorder.workspaceBytes() > 0 ? new Buffer[] {source, target, backend.memory().allocate(reorder.workspaceBytes())}
                : new Buffer[] {source, target};
        reorder.launch(new Arguments(table, IntStream.range(0, table.length).toArray()));
        backend.memory().synchronize();
        if (table.length > 2) {
            backend.memory().free(table[2]);
        }
        return target;
    }

    @Override
    public void close() {
        buffers.forEach(backend.memory()::free);
    }
}
