/**
 * Training recipes: which network learns by which rule, and how well it does.
 *
 * <pre>
 * Recipe         = network, optimizer, learning rate, batch, epochs
 * ImageTraining  = Recipe + images + seed + backend; its state is what a checkpoint holds
 * Answers        = what a trained network says about labelled images
 * </pre>
 *
 * {@snippet :
 * Mnist mnist = Mnist.load(Path.of("mnist"));
 * try (var backend = Backends.best(); var training = new ImageTraining(Recipe.LENET, mnist.train(), 42, backend)) {
 *     while (training.steps() < training.totalSteps()) {
 *         System.out.println(training.run().loss());
 *     }
 *     try (var predictor = Predictor.of(training.net(), backend)) {
 *         System.out.println(Answers.of(predictor, mnist.test(), 500).accuracy());
 *     }
 * }
 * }
 *
 * <p>No method takes or returns null.
 */
package dev.gatun.models.train;
