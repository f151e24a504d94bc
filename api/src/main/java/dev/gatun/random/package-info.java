/**
 * Random numbers that depend on a seed, a stream and a position only: the same on every backend, in every order of computation.
 *
 * <p>No method takes or returns null.
 */
package dev.gatun.random;
