package dev.gatun.onednn;

import dev.gatun.ffi.dnnl.Dnnl;
import java.lang.invoke.MethodHandle;
import java.util.List;

/**
 * Links the functions that networks of convolutions call, in a thread of its own, while weights are read. For each signature that it has not seen the JVM makes
 * some ten classes of code, one after the other, which no archive of classes holds; a first network, whose kernels wait for them, wants 250.
 */
final class Linking implements Runnable {
    private Linking() {
    }

    /** Starts with it. The library must have been loaded. */
    static void start() {
        Thread.ofPlatform().daemon().name("gatun-onednn-linking").start(new Linking());
    }

    @Override
    public void run() {
        handles();
    }

    /** Returns them, linked, in the order in which a convolution needs them. */
    static List<MethodHandle> handles() {
        return List.of(
            Dnnl.dnnl_memory_desc_create_with_strides$handle(),
            Dnnl.dnnl_memory_desc_create_with_tag$handle(),
            Dnnl.dnnl_primitive_attr_create$handle(),
            Dnnl.dnnl_primitive_attr_set_scratchpad_mode$handle(),
            Dnnl.dnnl_post_ops_create$handle(),
            Dnnl.dnnl_post_ops_append_eltwise$handle(),
            Dnnl.dnnl_post_ops_append_binary$handle(),
            Dnnl.dnnl_post_ops_append_sum$handle(),
            Dnnl.dnnl_primitive_attr_set_post_ops$handle(),
            Dnnl.dnnl_convolution_forward_primitive_desc_create$handle(),
            Dnnl.dnnl_primitive_desc_query$handle(),
            Dnnl.dnnl_primitive_desc_query_md$handle(),
            Dnnl.dnnl_memory_desc_clone$handle(),
            Dnnl.dnnl_memory_desc_query$handle(),
            Dnnl.dnnl_memory_desc_equal$handle(),
            Dnnl.dnnl_memory_desc_get_size$handle(),
            Dnnl.dnnl_primitive_create$handle(),
            Dnnl.dnnl_reorder_primitive_desc_create$handle(),
            Dnnl.dnnl_memory_create$handle(),
            Dnnl.dnnl_memory_set_data_handle$handle(),
            Dnnl.dnnl_primitive_execute$handle(),
            Dnnl.dnnl_matmul_primitive_desc_create$handle());
    }
}
