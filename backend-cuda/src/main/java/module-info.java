/** The CUDA backend. */
module dev.gatun.cuda {
    requires dev.gatun;
    requires dev.gatun.ffi;
}
