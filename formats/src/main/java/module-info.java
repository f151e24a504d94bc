/** File formats of tensors and models. */
module dev.gatun.formats {
    requires transitive dev.gatun;
    requires com.fasterxml.jackson.core;

    exports dev.gatun.formats;
}
