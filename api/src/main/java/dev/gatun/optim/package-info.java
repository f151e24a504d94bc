/**
 * Training: rules by which parameters follow their gradients, and the compiled step that applies them.
 *
 * <pre>
 * TrainStep = Module, Objective, Optimizer, Backend        run(rate, inputs...) -> loss, ...
 * Optimizer = Sgd | AdaGrad | RmsProp | Adadelta | Adam | AdamW | Adamax | NAdam
 *           | ClipByNorm Optimizer | ClipByValue Optimizer
 * Schedule  = steps done -> rate
 * </pre>
 *
 * {@snippet :
 * Schedule rates = Schedule.cosine(0.1, 0, 1000).warmedUp(50);
 * try (var backend = Backends.best();
 *         var step = TrainStep.of(net, Losses::crossEntropy, Sgd.momentum(0.9).weightDecay(1e-4).clippedByNorm(5), backend)) {
 *     for (int i = 0; i < batches.count(); i++) {
 *         Batch batch = batches.batch(0, i);
 *         Tensor loss = step.run(rates.rate(step.steps()), batch.x(), batch.labels()).getFirst();
 *     }
 * }
 * }
 *
 * <p>Rules are recorded as graph like everything else: an optimizer is a formula, and its state an explicit input and output that is updated in
 * place. No method takes or returns null.
 */
package dev.gatun.optim;
