package dev.gatun.reference;

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
import dev.gatun.spi.Arguments;
import dev.gatun.spi.Kernel;
import java.util.List;

/** The plain loops as kernels over host memory, for every op that can be recorded. */
public final class ReferenceKernels {
    private ReferenceKernels() {
    }

    /** Returns the kernel of the reference backend for {@code op}; all operands and results are row-major. */
    public static Kernel of(Op op, List<TensorType> in, List<TensorType> out) {
        return new LoopKernel(op.name() + " loop", loop(op, in, out), List.copyOf(in), List.copyOf(out), false);
    }

    /** Returns the kernel that stands in for {@code op} where another backend has none; its buffers must be of a host memory. */
    public static Kernel fallback(Op op, List<TensorType> in, List<TensorType> out) {
        return new LoopKernel(op.name() + " loop", loop(op, in, out), List.copyOf(in), List.copyOf(out), true);
    }

    static Loop loop(Op op, List<TensorType> in, List<TensorType> out) {
        return switch (op) {
            case Source o -> SourceLoops.of(o, in, out);
            case Elementwise o -> ElementwiseLoops.of(o, in, out);
            case Reduction o -> ReductionLoops.of(o, in, out);
            case Movement o -> MovementLoops.of(o, in, out);
            case Indexing o -> IndexingLoops.of(o, in, out);
            case Contraction o -> ContractionLoops.of(o, in, out);
            case Convolution o -> ConvolutionLoops.of(o, in, out);
            case Quantized o -> QuantizedLoops.of(o, in, out);
            case Pooling o -> PoolingLoops.of(o, in, out);
            case Normalization o -> NormalizationLoops.of(o, in, out);
            case Recurrent o -> RecurrentLoops.of(o, in, out);
            case Random o -> RandomLoops.of(o, in, out);
            case Fused o -> throw new IllegalArgumentException(o.name() + ": the reference loops take single ops; propose the ops of which it was made");
        };
    }

    private record LoopKernel(String name, Loop loop, List<TensorType> in, List<TensorType> out, boolean isFallback) implements Kernel {
        @Override
        public void launch(Arguments arguments) {
            loop.run(elements(arguments, 0, in), elements(arguments, in.size(), out));
        }

        private static Elements[] elements(Arguments arguments, int first, List<TensorType> types) {
            Elements[] elements = new Elements[types.size()];
            for (int i = 0; i < elements.length; i++) {
                elements[i] = Elements.of(types.get(i), arguments.segment(first + i));
            }
            return elements;
        }
    }
}
