/**
 * What a backend implements. The planner turns a graph into steps and proposes; the backend disposes.
 *
 * <pre>
 * BackendProvider   found by ServiceLoader; probe() -> Usable | Refused, open() -> Backend
 * Backend           memory(), compile(KernelRequest) -> Kernel or decline, link(Program) -> Executable
 * KernelRequest   = Single op | Epilogue root region | Region program | Reorder from to
 * Kernel            layouts, workspace, launch(Arguments)
 * Program           steps over numbered buffers and one arena
 * Executable        run(external buffers)
 * Memory            allocate, free, upload, download, synchronize; Buffer = address + bytes
 * Layout          = PLAIN | whatever the backend makes
 * NativeException   a function of a backend's library failed
 * </pre>
 *
 * <p>A minimal backend has a provider, {@link dev.gatun.spi.HostMemory#shared} as its memory, and a {@code compile} that answers the requests it is good
 * at; the reference loops run the rest. A backend with its own memory and queue answers the same requests with device addresses: reference loops then
 * run over copies. No method takes or returns null.
 */
package dev.gatun.spi;
