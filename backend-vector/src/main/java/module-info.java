/**
 * The vector backend. The incubating module is optional so that the provider loads without it, and can say which flag is missing.
 */
@SuppressWarnings("module") // the backend that borrows its kernels is compiled later
module dev.gatun.vector {
    requires dev.gatun;
    requires jdk.management;
    requires static jdk.incubator.vector;

    exports dev.gatun.vector to dev.gatun.onednn;
    exports dev.gatun.vector.blocked to dev.gatun.onednn;

    provides dev.gatun.spi.BackendProvider with dev.gatun.vector.VectorProvider;
}
