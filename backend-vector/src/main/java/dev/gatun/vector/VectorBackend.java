package dev.gatun.vector;

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
import dev.gatun.spi.Backend;
import dev.gatun.spi.HostMemory;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import dev.gatun.spi.Memory;
import dev.gatun.vector.blocked.BlockedKernels;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The opened vector backend: its threads, and which kernel serves which request. */
final class VectorBackend implements Backend {
    /** Whether this JVM can be asked about itself and told what to compile. On a class path, where nobody asks for these modules, it may lack them. */
    private static final boolean IS_MANAGED = Stream.of("java.management", "jdk.management").allMatch(m -> ModuleLayer.boot().findModule(m).isPresent());

    private final Workers workers;
    private final NarrowProducts library;

    VectorBackend(int threads) {
        this(new Workers(threads), NarrowProducts.NONE);
    }

    /** @param workers what kernels share their work out to; closed with the backend @param library multiplies narrow matrices for them */
    VectorBackend(Workers workers, NarrowProducts library) {
        this.workers = workers;
        this.library = library;
        HostMemory.shared().takeFrom(HugePages::allocate);
        SharedProfiles.start();
        BlockedKernels.warmUp(VectorBackend::prepareCompiler);
    }

    private static void prepareCompiler() {
        if (IS_MANAGED) {
            JitDirectives.add();
        }
        SharedProfiles.await();
    }

    /** Returns the instruction set in words. */
    static String instructions() {
        int bits = Simd.F32.vectorBitSize();
        return switch (System.getProperty("os.arch", "")) {
            case "amd64", "x86_64" -> bits == 512 ? "avx512" : bits == 256 ? "avx2" : "sse, 128-bit vectors";
            case "aarch64" -> bits == 128 ? "neon" : "sve, " + bits + "-bit vectors";
            case "riscv64" -> "rvv, " + bits + "-bit vectors";
            default -> bits + "-bit vectors";
        };
    }

    @Override
    public String name() {
        return "vector";
    }

    @Override
    public String description() {
        return "Vector API of Java " + Runtime.version() + ", " + instructions() + ", threads: " + workers.threads();
    }

    @Override
    public Memory memory() {
        return HostMemory.shared();
    }

    @Override
    public long cachedBytes() {
        return 2 * Caches.L2 * workers.threads();                      // beyond that its share of the last cache helps, which others use too
    }

    @Override
    public Optional<Kernel> compile(KernelRequest request) {
        return watched(unwatched(request));
    }

    /** Returns the kernel for a request if it is a convolution by Winograd's algorithm. */
    Optional<Kernel> winograd(KernelRequest request) {
        return ConvLimits.exclude(request) ? Optional.empty() : watched(BlockedKernels.winograd(request, workers));
    }

    /** Returns the kernel for a request if it is an LSTM with products that the library makes for each worker. */
    Optional<Kernel> narrowLstm(KernelRequest request) {
        return watched(request instanceof KernelRequest.Single r && r.op() instanceof Recurrent.Rnn rnn
                ? LstmNarrowKernel.of(rnn, r.inputs(), r.frozen(), library, workers) : Optional.empty());
    }

    private static Optional<Kernel> watched(Optional<Kernel> kernel) {
        return IS_MANAGED ? kernel.map(WatchedKernel::of) : kernel;
    }

    @Override
    public int threads() {
        return workers.threads();
    }

    /** What can stay in blocks of channels does so; everything else is row-major. */
    Optional<Kernel> unwatched(KernelRequest request) {
        if (ConvLimits.exclude(request)) {
            return Optional.empty();
        }
        return BlockedKernels.of(request, workers).or(() -> BlockedKernels.isBetterApart(request, workers) ? Optional.empty() : rowMajor(request));
    }

    private Optional<Kernel> rowMajor(KernelRequest request) {
        return switch (request) {
            case KernelRequest.Single r -> single(r.op(), r.inputs(), r.outputs(), r.frozen());
            case KernelRequest.Region r -> RegionKernel.best(r.region(), r.inputs(), workers);
            case KernelRequest.Epilogue r -> epilogue(r);
            case KernelRequest.Reorder r -> r.from().equals(Layout.PLAIN) ? pack(r.type(), r.to()) : Optional.empty();
        };
    }

    private static Optional<Kernel> pack(TensorType type, Layout to) {
        return switch (to) {
            case PackedB packed -> Optional.of(new PackedB.Pack(packed));
            case RnnPanels panels -> Optional.of(new RnnPanels.Pack(panels));
            case RnnPairs pairs -> Optional.of(new RnnPairs.Pack(pairs));
            case LstmNarrowWeights pieces -> Optional.of(new LstmNarrowWeights.Pack(pieces));
            case WidenedKernel.Widened widened -> pack(type, widened.wide()).map(second -> new WidenedKernel.Pack(widened, second, type));
            default -> Optional.empty();
        };
    }

    private Optional<Kernel> single(Op op, List<TensorType> in, List<TensorType> out, List<Boolean> frozen) {
        return switch (op) {
            case Elementwise e -> elementwise(e, in, out.getFirst());
            case Reduction r -> reduction(r, in.getFirst());
            case Movement m -> Optional.of(MoveKernel.of(m, in, out.getFirst(), workers));
            case Indexing i -> indexing(i, in);
            case Contraction.MatMul m -> kernel(MatMulKernel.of(m, Tail.NONE, in, frozen, workers));
            case Convolution c -> kernel(WholeImageConv.of(c, in, out.getFirst(), workers))
                    .or(() -> kernel(ConvKernel.of(c, Tail.NONE, in, out.getFirst(), workers)));
            case Normalization n -> normalization(n, in);
            case Pooling p -> pooling(p, in, out);
            case Recurrent.Rnn r -> RnnKernel.of(r, in, out, frozen, library, workers);
            case Recurrent.RnnBackward r -> RnnBackwardKernel.of(r, in, out, library, workers);
            case Quantized q -> Optional.empty();
            case Source s -> Optional.empty();
            case Random.Draw d -> Optional.of(DrawKernel.of(d, workers));
            case Fused f -> Optional.empty();
        };
    }

    private Optional<Kernel> reduction(Reduction op, TensorType x) {
        return switch (op) {
            case Reduction.Reduce r -> kernel(ReduceKernel.of(r, x, workers));
            case Reduction.ArgReduce a -> kernel(ArgReduceKernel.of(a, x, workers));
            case Reduction.Cumulative c -> kernel(CumulativeKernel.of(c, x, workers));
        };
    }

    private Optional<Kernel> indexing(Indexing op, List<TensorType> in) {
        return switch (op) {
            case Indexing.Gather g -> Optional.of(new GatherKernel(g, in, workers));
            case Indexing.GatherElements g -> Optional.of(new GatherElementsKernel(g, in, workers));
            case Indexing.Scatter s -> kernel(ScatterKernel.of(s, in, workers));
            case Indexing.ScatterElements s -> kernel(ScatterKernel.of(s, in, workers));
            case Indexing.GatherNd g -> Optional.of(new GatherNdKernel(g, in, workers));
            case Indexing.ScatterNd s -> kernel(ScatterKernel.of(s, in, workers));
            case Indexing.TopK t -> kernel(TopKKernel.of(t, in, workers));
        };
    }

    private Optional<Kernel> pooling(Pooling op, List<TensorType> in, List<TensorType> out) {
        return switch (op) {
            case Pooling.MaxPool p -> p.indices() ? kernel(MaxPoolIndexKernel.of(p, in.getFirst(), out, workers))
                    : kernel(PoolKernel.of(p, in.getFirst(), out.getFirst(), workers));
            case Pooling.MaxPoolBackward p -> kernel(MaxPoolBackwardKernel.of(in, out.getFirst(), workers));
            case Pooling.AvgPool p -> kernel(PoolKernel.of(p, in.getFirst(), out.getFirst(), workers));
            case Pooling.AvgPoolBackward p -> kernel(AvgPoolBackwardKernel.of(p, in.getFirst(), out.getFirst(), workers));
        };
    }

    private Optional<Kernel> normalization(Normalization op, List<TensorType> in) {
        return switch (op) {
            case Normalization.Softmax s -> kernel(SoftmaxKernel.of(s.axis(), false, in.getFirst(), workers));
            case Normalization.LogSoftmax s -> kernel(SoftmaxKernel.of(s.axis(), true, in.getFirst(), workers));
            case Normalization.BatchNorm n -> kernel(BatchNormKernel.of(false, n.epsilon(), in.getFirst(), workers));
            case Normalization.BatchNormBackward n -> kernel(BatchNormKernel.of(true, n.epsilon(), in.getFirst(), workers));
            case Normalization.Standardize n -> kernel(StandardizeKernel.of(false, n.axis(), n.epsilon(), in.getFirst(), workers));
            case Normalization.StandardizeBackward n -> kernel(StandardizeKernel.of(true, n.axis(), 0, in.getFirst(), workers));
            case Normalization.LocalResponseNorm n -> kernel(LocalResponseNormKernel.of(n, in.getFirst(), workers));
        };
    }

    /** A single op is a program of one instruction. */
    private Optional<Kernel> elementwise(Elementwise op, List<TensorType> in, TensorType result) {
        var code = List.of(new Fused.Instruction(op, IntStream.range(0, in.size()).boxed().toList(), result.dtype()));
        return kernel(RegionKernel.of(new Fused.Region(result.shape(), in.size(), code, List.of(in.size())), in, workers));
    }

    /** A product takes a bias, a residual and a ReLU into its own loops; any other region runs after it. */
    private Optional<Kernel> epilogue(KernelRequest.Epilogue request) {
        Fused.Epilogue fused = request.fused();
        List<TensorType> in = request.inputs();
        List<TensorType> rootIn = in.subList(0, fused.rootInputs());
        TensorType product = new TensorType(rootIn.getFirst().dtype(), fused.region().shape());
        List<TensorType> regionIn = new ArrayList<>(List.of(product));
        regionIn.addAll(in.subList(fused.rootInputs(), in.size()));
        Optional<Kernel> inOne = switch (fused.root()) {
            case Contraction.MatMul m ->
                Tail.of(fused.region(), regionIn, Epilogue.Bias.COLUMN).flatMap(tail -> MatMulKernel.of(m, tail, in, request.frozen(), workers));
            case Convolution c -> c instanceof Convolution.ConvBackwardWeights ? Optional.empty()
                    : Tail.of(fused.region(), regionIn, Epilogue.Bias.ROW).flatMap(tail -> ConvKernel.of(c, tail, in, product, workers));
            case Elementwise e -> Optional.empty();
            case Reduction r -> Optional.empty();
            case Movement m -> Optional.empty();
            case Indexing i -> Optional.empty();
            case Normalization n -> Optional.empty();
            case Pooling p -> Optional.empty();
            case Recurrent r -> Optional.empty();
            case Quantized q -> Optional.empty();
            case Source s -> Optional.empty();
            case Random r -> Optional.empty();
            case Fused f -> Optional.empty();
        };
        if (inOne.isPresent() || request.outputs().size() > fused.region().results().size()) {
            return inOne;
        }
        Optional<Kernel> root = single(fused.root(), rootIn, List.of(product), request.frozen().subList(0, fused.rootInputs()));
        Optional<RegionKernel> region = RegionKernel.of(fused.region(), regionIn, workers);
        return root.flatMap(r -> region.map(g -> EpilogueKernel.of(r, g, request, product)));
    }

    private static Optional<Kernel> kernel(Optional<? extends Kernel> kernel) {
        return kernel.map(k -> k);
    }

    @Override
    public void close() {
        workers.close();
    }
}
