package dev.gatun.onednn;

import dev.gatun.TensorType;
import dev.gatun.ffi.dnnl.Dnnl;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The operands of a primitive that takes any number of them, as they lie, some in a layout that oneDNN alone knows; it chooses how the result lies. */
record Sources(KernelRequest request, List<Descriptor> descriptors) {
    /** Makes a primitive's descriptor. */
    interface Creation {
        /** @param result how y may lie @param sources the native descriptors, one behind the other */
        int create(MemorySegment pd, Arena arena, MemorySegment result, MemorySegment sources, MemorySegment attributes);
    }

    /** Returns the operands, or empty if all are row-major, for which the vector backend is as good, or one cannot be read as it lies. */
    static Optional<Sources> of(KernelRequest request) {
        if (request.layouts().stream().noneMatch(DnnlLayout.class::isInstance)) {
            return Optional.empty();
        }
        List<Descriptor> descriptors = new ArrayList<>();
        for (int i = 0; i < request.inputs().size(); i++) {
            Descriptor.of(request.inputs().get(i), request.layouts().get(i)).ifPresent(descriptors::add);
        }
        return descriptors.size() < request.inputs().size() ? Optional.empty() : Optional.of(new Sources(request, descriptors));
    }

    int count() {
        return descriptors.size();
    }

    /**
     * Returns the kernel of the primitive that {@code creation} describes, or empty if there are only plain loops.
     *
     * @param type of the result
     * @param alongImages whether it joins images, so that the operands one behind the other are the result if they lie like it
     */
    Optional<Kernel> kernel(String function, DataType type, boolean alongImages, Session session, Creation creation) {
        TensorType y = request.outputs().getFirst();
        Descriptor any = Descriptor.any(type, Descriptor.dims(y));
        try (Attributes attributes = new Attributes()) {
            return PrimitiveDescriptor.create(function, request, (pd, arena) -> {
                MemorySegment table = arena.allocate(ValueLayout.ADDRESS, count());
                for (int i = 0; i < count(); i++) {
                    table.setAtIndex(ValueLayout.ADDRESS, i, descriptors.get(i).handle());
                }
                return creation.create(pd, arena, any.handle(), table, attributes.handle());
            }).map(descriptor -> {
                try (descriptor) {
                    List<Operand> result = List.of(Operand.of(Dnnl.DNNL_ARG_DST(), descriptor, y, Descriptor.plain(type, y)));
                    return alongImages && descriptors.stream().allMatch(x -> isPart(x, descriptor.argument(Dnnl.DNNL_ARG_DST())))
                            ? PrimitiveKernel.joining(session, descriptor, operands(), result) : PrimitiveKernel.of(session, descriptor, operands(), result);
                }
            });
        }
    }

    private List<Operand> operands() {
        List<Operand> operands = new ArrayList<>();
        for (int i = 0; i < count(); i++) {
            operands.add(new Operand(Dnnl.DNNL_ARG_MULTIPLE_SRC() + i, request.layouts().get(i), descriptors.get(i)));
        }
        return operands;
    }

    /** Returns whether some images lie as the same images do in {@code all}, which has them one behind the other. */
    private static boolean isPart(Descriptor images, Descriptor all) {
        boolean sameBlocks = images.isOpen() && all.isOpen() && Arrays.equals(images.blocks().getFirst(), all.blocks().getFirst())
                && Arrays.equals(images.blocks().getLast(), all.blocks().getLast());
        int rank = all.dims().length;
        return sameBlocks && Arrays.equals(images.strides(), 1, rank, all.strides(), 1, rank)
                && images.bytes() * all.dims()[0] == all.bytes() * images.dims()[0];
    }
}
