package dev.gatun.vector;

/**
 * A call of a loop that is to be compiled before it is needed. The JIT compilers count calls, and take loops that were called some thousand times; what such a
 * call does is the same to them. Before it is compiled a step of vectors costs a microsecond, so nearly all calls are idle: they return at once.
 */
@FunctionalInterface
public interface ColdLoop {
    /** Calls the loop for a few steps, or, if {@code idle}, for none. */
    void run(boolean idle);
}
