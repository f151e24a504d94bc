package dev.gatun.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.TensorType;
import dev.gatun.op.Fused;
import dev.gatun.op.Movement;
import dev.gatun.op.Op;
import dev.gatun.spi.Arguments;
import dev.gatun.spi.Backend;
import dev.gatun.spi.BackendProvider;
import dev.gatun.spi.Buffer;
import dev.gatun.spi.HostBuffer;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Runs requests on the vector backend with one thread and with three, and on the reference loops, and compares. */
final class Requests {
    private static final Backend REFERENCE = ServiceLoader.load(BackendProvider.class).stream().map(ServiceLoader.Provider::get)
            .filter(p -> p.name().equals("reference")).findFirst().orElseThrow().open();
    static final VectorBackend ALONE = new VectorBackend(1);
    static final VectorBackend SHARED = new VectorBackend(3);

    private Requests() {
    }

    static KernelRequest single(Op op, List<TensorType> outputs, Operand... operands) {
        List<TensorType> inputs = Stream.of(operands).map(Operand::type).toList();
        return new KernelRequest.Single(op, inputs, outputs, plain(inputs), Collections.nCopies(inputs.size(), false));
    }

    static KernelRequest region(Fused.Region region, Operand... operands) {
        List<TensorType> inputs = Stream.of(operands).map(Operand::type).toList();
        List<TensorType> outputs = region.results().stream().map(r -> r < region.inputs() ? operands[r].type().with(region.shape())
                : new TensorType(region.code().get(r - region.inputs()).dtype(), region.shape())).toList();
        return new KernelRequest.Region(region, inputs, outputs, plain(inputs), Collections.nCopies(inputs.size(), false));
    }

    static List<Layout> plain(List<TensorType> types) {
        return Collections.nCopies(types.size(), Layout.PLAIN);
    }

    /** Runs {@code request} on the backend alone and shared, and in place wherever that is allowed: the bits must be the same. */
    static List<Operand> run(KernelRequest request, Operand... operands) {
        List<Operand> results = run(ALONE, request, operands);
        List<Operand> shared = run(SHARED, request, operands);
        for (int r = 0; r < results.size(); r++) {
            shared.get(r).assertSameBits(results.get(r), request + " with 3 threads");
        }
        Kernel kernel = SHARED.compile(request).orElseThrow();
        for (int o = 0; o < operands.length; o++) {
            for (int r = 0; r < results.size(); r++) {
                if (kernel.inPlace(o, r)) {
                    Operand[] copies = Stream.of(operands).map(Operand::copy).toArray(Operand[]::new);
                    List<Operand> written = garbage(request.outputs());
                    List<HostBuffer> buffers = new ArrayList<>(written.stream().map(Operand::buffer).toList());
                    buffers.set(r, copies[o].buffer());
                    launch(kernel, copies, buffers);
                    Operand result = new Operand(request.outputs().get(r));
                    result.buffer().segment().copyFrom(copies[o].buffer().segment());
                    written.set(r, result);
                    for (int i = 0; i < results.size(); i++) {
                        written.get(i).assertSameBits(results.get(i), request + " result " + r + " over operand " + o);
                    }
                }
            }
        }
        return results;
    }

    /** Runs {@code request} on {@code backend}, which must not decline, and checks that nothing else was written. */
    static List<Operand> run(Backend backend, KernelRequest request, Operand... operands) {
        Kernel kernel = backend.compile(request).orElseThrow(() -> new AssertionError("declined: " + request));
        List<Operand> results = garbage(request.outputs());
        Operand[] before = Stream.of(operands).map(Operand::copy).toArray(Operand[]::new);
        launch(kernel, operands, results.stream().map(Operand::buffer).toList());
        results.forEach(r -> r.check(request.toString()));
        for (int i = 0; i < operands.length; i++) {
            operands[i].assertSameBits(before[i], request + ": operand " + i + " changed");
            operands[i].check(request.toString());
        }
        return results;
    }

    private static void launch(Kernel kernel, Operand[] operands, List<HostBuffer> results) {
        List<Buffer> buffers = new ArrayList<>(Stream.of(operands).map(Operand::buffer).toList());
        buffers.addAll(results);
        MemorySegment workspace = Arena.ofAuto().allocate(kernel.workspaceBytes() + 256, 64).fill((byte) 0xff);
        if (kernel.workspaceBytes() > 0) {
            buffers.add(HostBuffer.of(workspace.asSlice(0, kernel.workspaceBytes())));
        }
        kernel.launch(new Arguments(buffers.toArray(Buffer[]::new), IntStream.range(0, buffers.size()).toArray()));
        for (long i = kernel.workspaceBytes(); i < workspace.byteSize(); i++) {
            assertEquals((byte) 0xff, workspace.get(ValueLayout.JAVA_BYTE, i), "workspace of " + kernel.name() + " overrun");
        }
    }

    private static List<Operand> garbage(List<TensorType> types) {
        return new ArrayList<>(types.stream().map(Operand::new).toList());
    }

    /** Runs one op on the reference loops. */
    static List<Operand> reference(Op op, List<TensorType> outputs, Operand... operands) {
        return run(REFERENCE, single(op, outputs, operands), operands);
    }

    /** Runs a region instruction by instruction on the reference loops. */
    static List<Operand> reference(Fused.Region region, Operand... operands) {
        List<Operand> values = new ArrayList<>();
        for (Operand operand : operands) {
            values.add(reference(new Movement.Expand(region.shape()), List.of(operand.type().with(region.shape())), operand).getFirst());
        }
        for (Fused.Instruction i : region.code()) {
            Operand[] arguments = i.arguments().stream().map(values::get).toArray(Operand[]::new);
            values.add(reference(i.op(), List.of(new TensorType(i.dtype(), region.shape())), arguments).getFirst());
        }
        return region.results().stream().map(values::get).toList();
    }

    /** Runs {@code op} everywhere and compares with the reference: |error| ≤ relative·|expected| + absolute. */
    static void check(Op op, List<TensorType> outputs, double relative, double absolute, Operand... operands) {
        KernelRequest request = single(op, outputs, operands);
        List<Operand> expected = reference(op, outputs, operands);
        List<Operand> actual = run(request, operands);
        for (int r = 0; r < expected.size(); r++) {
            actual.get(r).assertNear(expected.get(r), relative, absolute, request + " result " + r);
        }
    }

    static void check(Fused.Region region, double relative, double absolute, Operand... operands) {
        KernelRequest request = region(region, operands);
        List<Operand> expected = reference(region, operands);
        List<Operand> actual = run(request, operands);
        for (int r = 0; r < expected.size(); r++) {
            actual.get(r).assertNear(expected.get(r), relative, absolute, request + " result " + r);
        }
    }
}
