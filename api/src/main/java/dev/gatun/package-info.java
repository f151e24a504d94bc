/** Tensors, backends and compiled functions. */
package dev.gatun;
