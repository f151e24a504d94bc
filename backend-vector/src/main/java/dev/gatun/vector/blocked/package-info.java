/** Convolutions over activations in blocks of channels. */
package dev.gatun.vector.blocked;
