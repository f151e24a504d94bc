package dev.gatun.cli;

import dev.gatun.Backends;
import dev.gatun.Predictor;
import dev.gatun.formats.Safetensors;
import dev.gatun.models.LeNet;
import dev.gatun.models.data.Batches;
import dev.gatun.models.data.Digits;
import dev.gatun.nn.Losses;
import dev.gatun.optim.Sgd;
import dev.gatun.optim.TrainStep;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** The example of README.md, which {@link ReadmeTest} compares with it and runs. */
final class ReadmeExample {
    private ReadmeExample() {
    }

    static void run(Path folder) throws IOException {
        // README begin
        var digits = Digits.draw(42, 0, 6_400);                              // drawn by the library; Mnist.load(folder) reads the real ones
        var net = new LeNet(10);                                             // parameters bear PyTorch's names
        try (var backend = Backends.best();                                  // or Backends.open("vector")
             var step = TrainStep.of(net, Losses::crossEntropy, Sgd.momentum(0.9f), backend)) {
            var batches = Batches.shuffled(digits, 32, 1);
            for (int i = 0; i < 200; i++) {
                try (var batch = batches.batch(0, i)) {
                    step.run(0.02f, batch.x(), batch.labels());              // forward, gradients and update: one plan, compiled once
                }
            }
        }
        Safetensors.save(folder.resolve("lenet.safetensors"), Safetensors.of(net), Map.of());
        for (var found : Backends.discovered()) {
            if (found.isUsable()) {                                          // the same network on every backend that can run here
                try (var backend = Backends.open(found.name()); var predictor = Predictor.of(net, backend);
                     var test = Digits.draw(42, 6_400, 10).batch(0, 1, 2, 3, 4, 5, 6, 7, 8, 9); var logits = predictor.predict(test.x())) {
                    System.out.println(found.name() + " " + logits.argmax(1).eval() + " of " + test.labels());
                }
            }
        }
        // README end
    }
}
