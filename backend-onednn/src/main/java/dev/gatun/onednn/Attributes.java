package dev.gatun.onednn;

import dev.gatun.ffi.dnnl.Dnnl;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** What an operation does besides: post-ops on its result; its scratch memory always is the plan's. Lives in the block in which a kernel is made. */
final class Attributes implements AutoCloseable {
    private final MemorySegment handle;
    private final MemorySegment postOps;

    /** Makes attributes without post-ops. */
    Attributes() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(ValueLayout.ADDRESS);
            Status.check(Dnnl.dnnl_primitive_attr_create(result), "dnnl_primitive_attr_create");
            handle = result.get(ValueLayout.ADDRESS, 0);
            try {
                Status.check(Dnnl.dnnl_primitive_attr_set_scratchpad_mode(handle, Dnnl.dnnl_scratchpad_mode_user()),
                        "dnnl_primitive_attr_set_scratchpad_mode", "user");
                Status.check(Dnnl.dnnl_post_ops_create(result), "dnnl_post_ops_create");
            } catch (RuntimeException | Error e) {
                Dnnl.dnnl_primitive_attr_destroy(handle);
                throw e;
            }
            postOps = result.get(ValueLayout.ADDRESS, 0);
        }
    }

    /** Applies y = f(y) to the result; α and β are the function's parameters. */
    Attributes eltwise(int algorithm, float alpha, float beta) {
        Status.check(Dnnl.dnnl_post_ops_append_eltwise(postOps, algorithm, alpha, beta), "dnnl_post_ops_append_eltwise", algorithm, alpha, beta);
        return this;
    }

    /** Adds the result to what is there. */
    Attributes sum(DataType type) {
        Status.check(Dnnl.dnnl_post_ops_append_sum(postOps, 1, 0, type.code()), "dnnl_post_ops_append_sum", type);
        return this;
    }

    /** Applies y = f(y, operand) to the result. */
    Attributes binary(int algorithm, Descriptor operand) {
        Status.check(Dnnl.dnnl_post_ops_append_binary(postOps, algorithm, operand.handle()), "dnnl_post_ops_append_binary", algorithm, operand);
        return this;
    }

    /** Multiplies an argument by scales that are given at execution. @param mask a bit for each axis along which they differ */
    Attributes scales(int argument, int mask) {
        Status.check(Dnnl.dnnl_primitive_attr_set_scales_mask(handle, argument, mask), "dnnl_primitive_attr_set_scales_mask", argument, mask);
        return this;
    }

    /** Subtracts a zero point that is given at execution from an argument. */
    Attributes zeroPoint(int argument) {
        Status.check(Dnnl.dnnl_primitive_attr_set_zero_points_mask(handle, argument, 0), "dnnl_primitive_attr_set_zero_points_mask", argument);
        return this;
    }

    /** Returns the argument that is the operand of post-op {@code i}. */
    static int postOpArgument(int i) {
        return Dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE() * (i + 1) | Dnnl.DNNL_ARG_SRC_1();
    }

    /** Returns the native object. */
    MemorySegment handle() {
        Status.check(Dnnl.dnnl_primitive_attr_set_post_ops(handle, postOps), "dnnl_primitive_attr_set_post_ops");
        return handle;
    }

    @Override
    public void close() {
        Dnnl.dnnl_post_ops_destroy(postOps);
        Dnnl.dnnl_primitive_attr_destroy(handle);
    }
}
