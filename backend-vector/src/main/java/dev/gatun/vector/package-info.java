/** The vector backend: kernels on the Vector API. */
package dev.gatun.vector;
