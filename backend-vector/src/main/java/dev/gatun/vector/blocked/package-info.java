/**
 * Networks of convolutions in blocks of channels: sixteen channels of a pixel (eight, four with narrower vectors) lie together, so that each kernel works on
 * whole vectors and images go from layer to layer as they are.
 *
 * <pre>
 * request      BlockedKernels    which requests stay in blocks
 *              BlockedConv       a convolution with biases, residual and ReLU   = ConvEpilogue over a ConvMethod
 *              BlockedPool, BlockedConcat, BlockedRegion, BlockedReorder, PackWeights
 *              BlockedBatchNorm, BlockedPoolGradient
 * method       ConvMethod        = DirectConv | WinogradConv | DepthwiseConv | StridedGradient | PhaseGradient, chosen by ConvChoice for a ConvShape
 *              the gradient in x with stride 1 is a convolution of dy with other weights, and so has the same methods
 *              BackwardWeightsConv | WinogradBackwardWeights: the gradient in the weights
 *              Winograd          the algorithms F(2x2, 3x3), F(4x4, 3x3), F(4x4, 2x2) by phases, and their transforms
 * panel        Panel             up to four blocks of output channels and any number of neighbouring pixels
 * tile         Tile4             6 pixels x 4 vectors: the loop in which the time goes, fed by tables of offsets (Taps)
 *              Finish            residual and ReLU over the finished tile
 * layout       Blocked           activations, [N, C / block, spatial..., C % block]
 *              PackedWeights     weights in the order in which a method reads them, gathered by WeightBlock
 * </pre>
 *
 * <p>A launch writes its addresses into a frame in native memory ({@link dev.gatun.vector.blocked.ConvFrame}); workers read them there. Kernels are immutable,
 * a launch allocates nothing, and how many workers share it changes no bit: they share outputs, never a sum. Lanes behind the last channel hold anything; no
 * kernel reads them into a channel that exists. No method takes or returns null.
 *
 * <p>Why one tile serves all convolutions: {@code docs/adr/0010-one-tile-for-all-convolutions.md}.
 */
package dev.gatun.vector.blocked;
