/**
 * Bindings of native libraries through the foreign-function interface.
 *
 * <p>This package holds no code yet. It is the place of three things: the output of jextract, kept unedited under
 * {@code src/generated/java}; the include lists and the script that regenerate it; and the rules by which a library is located and
 * loaded. Backends reach generated bindings through one hand-written facade a library that turns status codes into exceptions.
 */
package dev.gatun.ffi;
