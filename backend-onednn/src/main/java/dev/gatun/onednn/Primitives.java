package dev.gatun.onednn;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Contraction;
import dev.gatun.op.Convolution;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Fused;
import dev.gatun.op.Indexing;
import dev.gatun.op.Movement;
import dev.gatun.op.Normalization;
import dev.gatun.op.Op;
import dev.gatun.op.Pooling;
import dev.gatun.op.Quantized;
import dev.gatun.op.Random;
import dev.gatun.op.Recurrent;
import dev.gatun.op.Reduction;
import dev.gatun.op.Source;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import dev.gatun.vector.ConvLimits;
import dev.gatun.vector.VectorKernels;
import dev.gatun.vector.Workers;
import dev.gatun.vector.blocked.Blocked;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Which primitive serves which request, one class a kind. Where oneDNN has none, or only plain loops, a kernel of the vector backend serves it, over the same
 * memory and on the same threads; and where that has a better algorithm.
 *
 * <pre>
 * convolutions      Winograd's algorithm of the vector backend, else {@link Conv}, {@link ConvGradient}
 * products          {@link MatMul}; {@link SmallWork} the vector backend
 * recurrent layers  {@link Rnn}, forward, where it is faster than the vector backend's; trainings in bfloat16, and large LSTMs, by that, with products of
 *                   {@link Bf16Products}
 * pools, norms      {@link Pool}, {@link Bf16MaxPool}, {@link BatchNorm}, {@link Lrn} of narrow types, in layouts of oneDNN's, and where they are faster;
 *                   else the vector backend
 * sums, transposes  {@link Reduce}, {@link Permute}, likewise
 * programs          {@link FlatRegion}, {@link Sum}, {@link Eltwise}, {@link Binary} where operands lie in a layout of oneDNN's, else the vector backend
 * casts             {@link Cast} of large tensors to float32, else the vector backend
 * joins             {@link Concat} where operands lie in a layout of oneDNN's, else the vector backend
 * reorders          {@link Reorder}, the vector backend's, or a {@link Detour}
 * </pre>
 *
 * <p>Not used: softmax, which makes 0 of NaN, and whose logarithm is off by 3e-6 near 0; shuffle, which is fast in blocks only, and PReLU, resampling and
 * gradients of elementwise functions, which are not ops here but programs and gathers; layer and group normalization, whose second result is the variance,
 * where that of our op, which its gradient reads, is 1/σ.
 *
 * @param mixed whether float32 convolutions and products, and recurrent layers, may run on the vector backend's kernels where those are faster; else they do
 *     where oneDNN has none
 */
record Primitives(Session session, VectorKernels vector, Workers workers, boolean mixed) {
    /** Returns the kernel for a request, or empty. Runs on the runner's thread: a primitive keeps the number of threads that it was made under. */
    Optional<Kernel> kernel(KernelRequest request) {
        return switch (request) {
            case KernelRequest.Reorder r -> reorder(r);
            case KernelRequest r when isEmpty(r) || hasManyAxes(r) || ConvLimits.exclude(r) -> vector.compile(r);
            case KernelRequest.Single r when mixed && SmallWork.is(r.op(), r) -> vector.compile(r).or(() -> single(r));
            case KernelRequest.Epilogue r when mixed && SmallWork.is(r.fused().root(), r) -> vector.compile(r);
            case KernelRequest.Single r -> single(r).or(() -> vector.compile(r));
            case KernelRequest.Epilogue r -> epilogue(r);
            case KernelRequest.Region r -> region(r).or(() -> vector.compile(r));
        };
    }

    private static boolean isEmpty(KernelRequest request) {
        return request.inputs().stream().anyMatch(t -> t.elements() == 0) || request.outputs().stream().anyMatch(t -> t.elements() == 0);
    }

    /** Returns whether a convolution has more axes than oneDNN's, which have one to three spatial ones. */
    private static boolean hasManyAxes(KernelRequest request) {
        return request.root().filter(op -> op instanceof Convolution || op instanceof Quantized.QuantizedConv).isPresent()
                && !ImageFormat.isImage(request.inputs().getFirst());
    }

    private Optional<Kernel> single(KernelRequest.Single request) {
        return switch (request.op()) {
            case Contraction.MatMul m -> MatMul.of(m, request, PostOps.EMPTY, session);
            case Convolution c -> winograd(request).or(() -> trained(c, request)).or(() -> convolution(c, request));
            case Elementwise e -> elementwise(e, request);
            case Movement m -> movement(m, request);
            case Recurrent.Rnn r -> narrowLstm(request).or(() -> Rnn.of(r, request, session, mixed));
            case Quantized q -> quantized(q, request, PostOps.EMPTY);
            case Pooling p -> isForVector(request) && !Pool.isFaster(p, request) ? Optional.empty() : pooling(p, request);
            case Normalization n -> isForVector(request) && !Lrn.isFaster(n, request) ? Optional.empty() : normalization(n, request);
            case Reduction r -> isForVector(request) ? Optional.empty() : reduction(r, request);
            case Indexing _, Recurrent.RnnBackward _, Source _, Random _, Fused _ -> Optional.empty();
        };
    }

    private Optional<Kernel> narrowLstm(KernelRequest.Single request) {
        return mixed ? vector.narrowLstm(request) : Optional.empty();
    }

    /** Returns whether the vector backend has kernels for the operand as it lies: they are all of float32. */
    private static boolean isForVector(KernelRequest.Single request) {
        Layout layout = request.layouts().getFirst();
        return request.inputs().getFirst().dtype() == DType.F32 && (layout.equals(Layout.PLAIN) || layout.equals(Blocked.NATIVE));
    }

    private Optional<Kernel> pooling(Pooling op, KernelRequest.Single request) {
        return switch (op) {
            case Pooling.MaxPool p -> Pool.of(p, request, session).or(() -> Bf16MaxPool.of(p, request, workers));
            case Pooling.AvgPool p -> Pool.of(p, request, session);
            case Pooling.AvgPoolBackward p -> Pool.of(p, request, session);
            case Pooling.MaxPoolBackward p -> Bf16MaxPoolGradient.of(p, request, workers);
        };
    }

    private Optional<Kernel> normalization(Normalization op, KernelRequest.Single request) {
        return switch (op) {
            case Normalization.BatchNorm n -> BatchNorm.of(n, request, session);
            case Normalization.BatchNormBackward n -> BatchNorm.of(n, request, session);
            case Normalization.LocalResponseNorm n -> Lrn.of(n, request, session);
            case Normalization.Standardize _, Normalization.StandardizeBackward _, Normalization.Softmax _, Normalization.LogSoftmax _ -> Optional.empty();
        };
    }

    private Optional<Kernel> reduction(Reduction op, KernelRequest.Single request) {
        return switch (op) {
            case Reduction.Reduce r -> Reduce.of(r, request, session);
            case Reduction.ArgReduce _, Reduction.Cumulative _ -> Optional.empty();
        };
    }

    private Optional<Kernel> winograd(KernelRequest request) {
        return mixed ? vector.winograd(request) : Optional.empty();
    }

    /**
     * Convolutions of a float32 training, whose weights are no constants, run on the vector backend's kernels, gradients too: a step of ResNet-18 (224x224,
     * batch 8, 2 threads of a Zen 4) takes 315 ms so, and 358 ms on oneDNN's.
     */
    private Optional<Kernel> trained(Convolution op, KernelRequest.Single request) {
        boolean trained = op instanceof Convolution.ConvBackwardWeights || !request.frozen().get(1);
        return mixed && trained && request.outputs().getFirst().dtype() == DType.F32 ? vector.compile(request) : Optional.empty();
    }

    private Optional<Kernel> convolution(Convolution op, KernelRequest.Single request) {
        return switch (op) {
            case Convolution.Conv c -> Conv.of(c, request, PostOps.EMPTY, session);
            case Convolution.ConvBackwardData c -> ConvGradient.of(c, request, session);
            case Convolution.ConvBackwardWeights c -> ConvGradient.of(c, request, session);
        };
    }

    private Optional<Kernel> elementwise(Elementwise op, KernelRequest.Single request) {
        return FlatRegion.of(asRegion(op, request), vector).or(() -> switch (op) {
            case Elementwise.Unary u -> Eltwise.of(u.function(), request, session);
            case Elementwise.Binary b -> Binary.of(b.function(), request, session);
            case Elementwise.Cast _ -> Cast.of(request, session);
            case Elementwise.Where _, Elementwise.Quantize _, Elementwise.Dequantize _ -> Optional.empty();
        });
    }

    /** A single op is a program of one instruction. */
    private static KernelRequest.Region asRegion(Elementwise op, KernelRequest.Single request) {
        int operands = request.inputs().size();
        TensorType result = request.outputs().getFirst();
        List<Integer> arguments = IntStream.range(0, operands).boxed().toList();
        var program = new Fused.Region(result.shape(), operands, List.of(new Fused.Instruction(op, arguments, result.dtype())), List.of(operands));
        return new KernelRequest.Region(program, request.inputs(), request.outputs(), request.layouts(), request.frozen());
    }

    private Optional<Kernel> movement(Movement op, KernelRequest.Single request) {
        return switch (op) {
            case Movement.Concat c -> Concat.of(c, request, session);
            case Movement.Permute p -> Permute.isFaster(p, request) ? Permute.of(p, request, session) : Optional.empty();
            case Movement.Reshape _, Movement.Expand _, Movement.Slice _, Movement.Pad _, Movement.Detach _ -> Optional.empty();
        };
    }

    private Optional<Kernel> region(KernelRequest.Region request) {
        return FlatRegion.of(request, vector).or(() -> Sum.of(request.region(), request, session));
    }

    private Optional<Kernel> epilogue(KernelRequest.Epilogue request) {
        Fused.Epilogue fused = request.fused();
        Op root = fused.root();
        List<TensorType> rootIn = request.inputs().subList(0, fused.rootInputs());
        TensorType result = new TensorType((root instanceof Quantized ? rootIn.getLast() : rootIn.getFirst()).dtype(), fused.region().shape());
        List<TensorType> operands = new ArrayList<>(List.of(result));
        operands.addAll(request.inputs().subList(fused.rootInputs(), request.inputs().size()));
        Optional<Kernel> own = switch (root) {
            case Contraction.MatMul m -> MatMul.postOps(fused.region(), operands, true).flatMap(p -> MatMul.of(m, request, p, session));
            case Convolution.Conv c -> winograd(request).or(() -> Conv.postOps(fused.region(), operands)
                    .flatMap(p -> Conv.of(c, request, p, session)));
            // Its post-ops are plain loops whose sigmoid makes 0 of a NaN, unlike those of convolutions and products: the program runs after it.
            case Convolution.ConvBackwardData c -> winograd(request).or(() -> Conv.postOps(fused.region(), operands).filter(PostOps::isBiasAlone)
                    .flatMap(p -> Conv.transposed(c, request, p, session)));
            case Quantized q -> quantizedPostOps(q, fused.region(), operands).flatMap(p -> quantized(q, request, p.ofFiniteNumbers()));
            case Op _ -> Optional.empty();
        };
        // A program that cannot be part of a convolution runs after it, in the convolution's layout.
        boolean apart = root instanceof Convolution c && single(new KernelRequest.Single(c, rootIn, List.of(result),
                request.layouts().subList(0, rootIn.size()), request.frozen().subList(0, rootIn.size()))).isPresent();
        return own.or(() -> apart ? Optional.empty() : vector.compile(request));
    }

    private static Optional<PostOps> quantizedPostOps(Quantized op, Fused.Region region, List<TensorType> operands) {
        return switch (op) {
            case Quantized.QuantizedConv _ -> Conv.postOps(region, operands);
            case Quantized.QuantizedMatMul _ -> MatMul.postOps(region, operands, false);
        };
    }

    private Optional<Kernel> quantized(Quantized op, KernelRequest request, PostOps postOps) {
        return switch (op) {
            case Quantized _ when !Scales.areFloats(request) -> Optional.empty();
            case Quantized.QuantizedConv c -> Conv.of(c, request, postOps, session);
            case Quantized.QuantizedMatMul m -> MatMul.of(m, request, postOps, session);
        };
    }

    private Optional<Kernel> reorder(KernelRequest.Reorder request) {
        return request.from() instanceof WindowPositions p ? positions(p, request) : copy(request);
    }

    /** Channels of one pixel are side by side where they lie row-major, too: then there is nothing to reorder. */
    private Optional<Kernel> positions(WindowPositions from, KernelRequest.Reorder request) {
        return from.layout().equals(Layout.PLAIN) && request.to().equals(Layout.PLAIN) ? Reorder.plain(request.type(), session)
                : copy(new KernelRequest.Reorder(request.type(), from.layout(), request.to()));
    }

    private Optional<Kernel> copy(KernelRequest.Reorder request) {
        return RnnWeights.pack(request, session).or(() -> Reorder.of(request, session)).or(() -> vector.compile(request))
                .or(() -> request.from().equals(Layout.PLAIN) || request.to().equals(Layout.PLAIN) ? Optional.empty() : detour(request));
    }

    private Optional<Kernel> detour(KernelRequest.Reorder request) {
        return copy(new KernelRequest.Reorder(request.type(), request.from(), Layout.PLAIN)).flatMap(first ->
                copy(new KernelRequest.Reorder(request.type(), Layout.PLAIN, request.to())).map(second -> new Detour(first, second, request)));
    }
}
