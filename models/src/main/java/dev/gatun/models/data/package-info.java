/**
 * Data sets: what networks learn from and are tested on.
 *
 * <pre>
 * data set = Mnist (files) | Digits (drawn)  ->  LabelledImages
 * Batches  = LabelledImages in an order that depends on (seed, epoch)
 * Batch    = x [n, 1, H, W] F32, labels [n] I64
 * </pre>
 *
 * {@snippet :
 * Mnist mnist = Mnist.load(Path.of("mnist"));
 * Batches batches = Batches.shuffled(mnist.train(), 64, 42);
 * for (int i = 0; i < batches.count(); i++) {
 *     try (Batch batch = batches.batch(0, i)) {
 *         step.run(learningRate, batch.x(), batch.labels());
 *     }
 * }
 * }
 *
 * <p>Files are not trusted: {@link dev.gatun.models.data.MalformedFileException} says in one sentence what is wrong with which file. No method takes
 * or returns null.
 */
package dev.gatun.models.data;
