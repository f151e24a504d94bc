/**
 * The CUDA backend.
 *
 * <p>This package holds no code and registers no provider yet. It is the place of the provider, of the facades over the driver API, cuDNN,
 * cuBLASLt and NVRTC, and of streams, the pool of device memory, kernels and captured graphs.
 */
package dev.gatun.cuda;
