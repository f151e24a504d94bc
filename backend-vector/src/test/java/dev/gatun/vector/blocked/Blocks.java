package dev.gatun.vector.blocked;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Op;
import dev.gatun.spi.Backend;
import dev.gatun.spi.BackendProvider;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import dev.gatun.vector.Floats;
import dev.gatun.vector.Workers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.ServiceLoader;

/** Runs requests on row-major operands: on kernels in blocks of channels, with the reorders that the planner would put around them, and on reference loops. */
final class Blocks {
    private static final Backend REFERENCE = ServiceLoader.load(BackendProvider.class).stream().map(ServiceLoader.Provider::get)
            .filter(p -> p.name().equals("reference")).findFirst().orElseThrow().open();

    private Blocks() {
    }

    static TensorType f32(int... dims) {
        return TensorType.of(DType.F32, dims);
    }

    /** The request for {@code op} over operands in blocks. */
    static KernelRequest.Single request(Op op, List<TensorType> in, List<TensorType> out) {
        return new KernelRequest.Single(op, in, out, Collections.nCopies(in.size(), Blocked.NATIVE), Collections.nCopies(in.size(), false));
    }

    /** Runs a request that must not be declined. */
    static List<Floats> run(KernelRequest request, Workers workers, Floats... operands) {
        Kernel kernel = BlockedKernels.of(request, workers).orElseThrow(() -> new AssertionError("declined: " + request));
        List<Floats> all = new ArrayList<>();
        for (int i = 0; i < operands.length; i++) {
            all.add(reorder(operands[i], request.inputs().get(i), Layout.PLAIN, layout(kernel.inputLayouts(), i), workers));
        }
        for (int r = 0; r < request.outputs().size(); r++) {
            all.add(Floats.unset(layout(kernel.outputLayouts(), r).bytes(request.outputs().get(r)) / Float.BYTES));
        }
        Launch.run(kernel, all.toArray(Floats[]::new));
        List<Floats> results = new ArrayList<>();
        for (int r = 0; r < request.outputs().size(); r++) {
            results.add(reorder(all.get(operands.length + r), request.outputs().get(r), layout(kernel.outputLayouts(), r), Layout.PLAIN, workers));
        }
        return results;
    }

    private static Layout layout(List<Layout> layouts, int i) {
        return layouts.isEmpty() ? Layout.PLAIN : layouts.get(i);
    }

    private static Floats reorder(Floats x, TensorType type, Layout from, Layout to, Workers workers) {
        if (from.equals(to)) {
            return x;
        }
        Floats result = Floats.unset(to.bytes(type) / Float.BYTES);
        Launch.run(BlockedKernels.of(new KernelRequest.Reorder(type, from, to), workers).orElseThrow(), x, result);
        return result;
    }

    /** Runs {@code op} on the reference loops. */
    static List<Floats> reference(Op op, List<TensorType> in, List<TensorType> out, Floats... operands) {
        var request = new KernelRequest.Single(op, in, out, Collections.nCopies(in.size(), Layout.PLAIN), Collections.nCopies(in.size(), false));
        List<Floats> all = new ArrayList<>(List.of(operands));
        out.forEach(type -> all.add(Floats.unset(type.elements())));
        Launch.run(REFERENCE.compile(request).orElseThrow(), all.toArray(Floats[]::new));
        return all.subList(operands.length, all.size());
    }

    /** Returns the largest difference, as a fraction of the largest expected element; NaN wins. */
    static double error(Floats expected, Floats actual) {
        double most = Double.MIN_NORMAL;
        double error = 0;
        for (int i = 0; i < expected.length(); i++) {
            double e = Math.abs(expected.get(i) - actual.get(i));
            error = e <= error ? error : e;
            most = Math.max(most, Math.abs(expected.get(i)));
        }
        return error / most;
    }
}
