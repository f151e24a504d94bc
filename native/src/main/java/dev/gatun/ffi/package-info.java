/**
 * Where a native library is found, and how it is loaded; the packages below hold its generated bindings.
 *
 * <pre>
 * NativeLibrary   title, key, file names, bundle, folders           what a backend looks for
 * Bundle          a library that comes as resources of a jar        extracted into the user's cache when it is located
 * Located       = Found file source | Missing reason remedy         locate() has looked, and loaded nothing
 * Source        = PROPERTY | ENVIRONMENT | BUNDLE | LOADER_PATH | FOLDER
 * </pre>
 *
 * <p>A provider locates when it is probed and loads when it is opened:
 * {@snippet :
 * var onednn = new NativeLibrary("oneDNN", "onednn", List.of("libdnnl.so.3", "libdnnl.so"), Optional.of(bundle), List.of());
 * return switch (onednn.locate()) {
 *     case Located.Missing missing -> new Availability.Refused(missing.reason(), missing.remedy());
 *     case Located.Found found -> open(found.load(Map.of("GOMP_SPINCOUNT", "10000")), found);
 * };
 * }
 *
 * <p>Sources are asked in the order above. What a user names explicitly is taken or refused, never passed over: a typing error in a path must not end with
 * another library. Bindings look symbols up in the libraries that this module's class loader has loaded, which is why all are loaded here.
 *
 * <p>Nothing here throws because of what the machine lacks: that is an answer, {@link Located.Missing}. No method takes or returns null.
 */
package dev.gatun.ffi;
