package dev.gatun.onednn;

import dev.gatun.ffi.dnnl.Dnnl;
import dev.gatun.vector.NarrowProduct;
import dev.gatun.vector.NarrowProducts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Lends oneDNN's products of bfloat16 to the vector backend's kernels, on processors that have instructions for them. */
record Bf16Products(Session session, OpenMp pool) implements NarrowProducts {
    /** Runs on the runner's thread: a primitive keeps the number of threads that it was made under. */
    @Override
    public Optional<NarrowProduct> of(NarrowProduct.Sizes sizes) {
        return Library.has(Dnnl.dnnl_cpu_isa_avx512_core_bf16()) ? product(sizes, Descriptor.ABSENT, false) : Optional.empty();
    }

    /** Runs on the runner's thread likewise. */
    @Override
    public Optional<NarrowProduct> alone(NarrowProduct.Sizes sizes, boolean biased) {
        Descriptor bias = biased ? Descriptor.plain(DataType.F32, 1, sizes.N()) : Descriptor.ABSENT;
        return Library.has(Dnnl.dnnl_cpu_isa_avx512_core_bf16()) ? pool.alone(() -> product(sizes, bias, true)) : Optional.empty();
    }

    private Optional<NarrowProduct> product(NarrowProduct.Sizes z, Descriptor bias, boolean alone) {
        Descriptor a = matrix(DataType.BF16, z.M(), z.K(), z.rowA(), z.transposeA());
        Descriptor b = matrix(DataType.BF16, z.K(), z.N(), z.rowB(), z.transposeB());
        Descriptor wanted = z.packs() ? Descriptor.any(DataType.BF16, b.dims()) : b;
        Descriptor c = matrix(DataType.F32, z.M(), z.N(), z.rowC(), false);
        try (Attributes attributes = new Attributes()) {
            if (z.accumulate()) {
                attributes.sum(DataType.F32);
            }
            return PrimitiveDescriptor.create("dnnl_matmul_primitive_desc_create", z, AmxFaults.ofProduct(DataType.BF16, z.K()), (pd, arena) ->
                    Dnnl.dnnl_matmul_primitive_desc_create(pd, session.library().engine(), a.handle(), wanted.handle(), bias.handle(), c.handle(),
                            attributes.handle()))
                    .flatMap(descriptor -> {
                        try (descriptor) {
                            return bound(descriptor, a, b, bias, c, alone);
                        }
                    });
        }
    }

    private static Descriptor matrix(DataType type, long rows, long columns, long stride, boolean transposed) {
        return Descriptor.strided(type, new long[] {rows, columns}, transposed ? new long[] {1, stride} : new long[] {stride, 1});
    }

    private Optional<NarrowProduct> bound(PrimitiveDescriptor descriptor, Descriptor a, Descriptor b, Descriptor bias, Descriptor c, boolean alone) {
        Descriptor actual = descriptor.argument(Dnnl.DNNL_ARG_WEIGHTS());
        List<Operand> in = new ArrayList<>(List.of(Operand.plain(Dnnl.DNNL_ARG_SRC(), a), Operand.plain(Dnnl.DNNL_ARG_WEIGHTS(), actual)));
        if (bias != Descriptor.ABSENT) {
            in.add(Operand.plain(Dnnl.DNNL_ARG_BIAS(), bias));
        }
        PrimitiveKernel product = PrimitiveKernel.part(session, descriptor, in, List.of(Operand.plain(Dnnl.DNNL_ARG_DST(), c)));
        Operand from = Operand.plain(Dnnl.DNNL_ARG_FROM(), b);
        Operand to = Operand.plain(Dnnl.DNNL_ARG_TO(), actual);
        return Reorder.between(from, to, session).filter(packing -> packing.workspaceBytes() == 0)
                .map(packing -> new Bf16Product(product, packing, actual.bytes(), alone));
    }
}
