/**
 * Networks, one readable file each. Their parameters bear the names of PyTorch and torchvision, so that trained weights fit, and begin as their
 * authors draw them.
 *
 * <pre>
 * images to classes   Mlp  LeNet  AlexNet  Vgg  GoogLeNet  ResNet
 * text to text        CharLstm  CharGru
 * noise to images     Dcgan
 * </pre>
 *
 * {@snippet :
 * ResNet net = ResNet.resnet50(1000);
 * try (var backend = Backends.best(); var predictor = Predictor.of(net, backend)) {
 *     Tensor logits = predictor.predict(images);                       // [N, 3, 224, 224] -> [N, 1000]
 * }
 * }
 *
 * <p>{@link dev.gatun.models.Zoo} gives them by name; {@link dev.gatun.models.data} has what to train them on. No method takes or returns null.
 */
package dev.gatun.models;
