/**
 * The vector backend. The incubating module is optional so that the provider loads without it, and can say which flag is missing.
 */
module dev.gatun.vector {
    requires dev.gatun;
    requires jdk.management;
    requires static jdk.incubator.vector;

    provides dev.gatun.spi.BackendProvider with dev.gatun.vector.VectorProvider;
}
