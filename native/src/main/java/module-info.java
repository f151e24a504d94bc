/** Bindings of native libraries, and how these libraries are found and loaded. */
@SuppressWarnings("module") // the backends, to which all this is exported, are compiled later
module dev.gatun.ffi {
    exports dev.gatun.ffi to dev.gatun.onednn, dev.gatun.cuda;
    exports dev.gatun.ffi.dnnl to dev.gatun.onednn;
    exports dev.gatun.ffi.cublas to dev.gatun.cuda;
    exports dev.gatun.ffi.cublaslt to dev.gatun.cuda;
    exports dev.gatun.ffi.cuda to dev.gatun.cuda;
    exports dev.gatun.ffi.cudnn to dev.gatun.cuda;
    exports dev.gatun.ffi.nvrtc to dev.gatun.cuda;
}
