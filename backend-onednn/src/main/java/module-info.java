/** The oneDNN backend; shares host memory with the vector backend, which runs what oneDNN lacks. */
module dev.gatun.onednn {
    requires dev.gatun;
    requires dev.gatun.ffi;
    requires dev.gatun.vector;
    requires static jdk.incubator.vector;

    provides dev.gatun.spi.BackendProvider with dev.gatun.onednn.OneDnnProvider;
}
