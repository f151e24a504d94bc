/** Bindings of native libraries, and how these libraries are found and loaded. */
module dev.gatun.ffi {
}
