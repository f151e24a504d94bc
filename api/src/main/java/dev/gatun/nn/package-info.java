/**
 * Layers and losses: networks as named trees of parameters, and what is recorded when a tensor passes through them.
 *
 * <pre>
 * Module    = (name Parameter)* (name Module)*          a tree; full names are PyTorch's: "layer1.0.conv1.weight"
 * Layer     = Module with Tensor -> Tensor
 * Parameter = type, initializer, value | not drawn yet  trained, frozen, or a buffer
 * Pass      = training?, key, what parameters stand for one walk through a network
 * </pre>
 *
 * <p>Each layer comes twice: as a class that owns its parameters ({@link dev.gatun.nn.Conv}, {@link dev.gatun.nn.BatchNorm}) and as a function of
 * tensors ({@link dev.gatun.nn.Convolutions}, {@link dev.gatun.nn.Norms}). Names, defaults and formulas are PyTorch's, so that its state dicts fit
 * and its numbers come out.
 *
 * {@snippet :
 * Layer net = new Sequential(
 *         Conv.conv2d(1, 8, 5).padding(2), Activation.relu(), MaxPool.maxPool2d(2),
 *         new Flatten(), new Linear(8 * 14 * 14, 10));
 * net.initialize(42);
 * Tensor logits = net.forward(images, Pass.inference());      // [N, 1, 28, 28] -> [N, 10]
 * }
 *
 * <p>Training is in {@code dev.gatun.optim}. No method takes or returns null.
 */
package dev.gatun.nn;
