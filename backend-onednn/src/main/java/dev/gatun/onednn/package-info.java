/**
 * The oneDNN backend: primitives of a native library as kernels, beside those of the vector backend, over the same host memory and on the same threads.
 *
 * <pre>
 * OneDnnProvider       is it usable? -> OneDnnBackend
 * Library              oneDNN in this process: version, engine, stream; {@link dev.gatun.onednn.Status} -> {@link dev.gatun.spi.NativeException}
 * OpenMp, Runner       the one thread that calls oneDNN, its pool of threads, and tasks of the vector backend on that pool
 * Session              what the kernels of one opened backend share, and what is destroyed when it is closed
 * Primitives           KernelRequest -> one class a kind: Conv, ConvGradient, MatMul, Reorder, Cast, Rnn, Pool, BatchNorm, Lrn, Reduce, Permute,
 *                      Concat, Sum, Eltwise, Binary, FlatRegion; SmallWork: what is left to the vector backend
 * ConvShape, PoolShape, ImageFormat, MemoryOrder, Scales, Sources, RnnKernel, RnnBias, RnnWeights
 *                      what some of these share or need besides
 * Bf16MaxPool          kernels of our own for what neither oneDNN nor the vector backend has: Bf16MaxPoolGradient; PixelRuns, WindowPositions
 * Bf16Products         Bf16Product, which oneDNN lends to the vector backend
 * DataType, Descriptor how a tensor lies, as a value; DnnlLayout = Descriptor as a layout of the planner's; Detour: from one to another
 * PrimitiveDescriptor  an implementation that oneDNN offers; Attributes, PostOps, Scaling: what it does besides
 * PrimitiveKernel      a primitive with its Operands; BoundPrimitive: with memory objects and the table of arguments
 * OneDnnExecutable     a plan of bound primitives and other kernels: one downcall a step
 * </pre>
 *
 * <p>A kind of primitive is added in one class: describe the operands ({@link dev.gatun.onednn.Descriptor#of} for what must be taken as it lies, {@code any}
 * for what oneDNN may choose), create the {@link dev.gatun.onednn.PrimitiveDescriptor}, which is empty where oneDNN has plain loops only, and name its
 * {@link dev.gatun.onednn.Operand}s in the order of the request; then name it in {@link dev.gatun.onednn.Primitives}.
 *
 * <p>No method takes or returns null. Nothing here is called by users: what they get wrong was reported when the op was recorded.
 */
package dev.gatun.onednn;
