package dev.gatun.bench;

import dev.gatun.TensorType;
import dev.gatun.bench.Blueprint.Weights;
import dev.gatun.formats.Safetensors;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Lstm;
import dev.gatun.nn.Module;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/** The files that a service would have: weights as safetensors, and for inference the network as ONNX. */
final class WorkFiles {
    /** The seed of inputs. */
    static final int INPUT = 7;

    private WorkFiles() {
    }

    /** Writes the files of a work; trainings have none, because their first weights follow from a seed. */
    static void write(Work work, Path folder) throws IOException {
        switch (work) {
            case Work.Inference w -> {
                Layer network = Networks.layer(w.network());
                Safetensors.save(weights(folder), Safetensors.of(network), Map.of());
                OnnxModel.write(onnx(folder), BlueprintReader.of(network, Networks.input(w.network(), w.batch()), false));
            }
            case Work.Lstm w when !w.train() -> {
                Lstm lstm = new Lstm(Work.Lstm.INPUTS, w.hidden());
                Safetensors.save(weights(folder), Safetensors.of(lstm), Map.of());
                OnnxModel.writeLstm(onnx(folder), Work.Lstm.STEPS, w.batch(), parameter(lstm, "weight_ih_l0"), parameter(lstm, "weight_hh_l0"),
                        parameter(lstm, "bias_ih_l0"), parameter(lstm, "bias_hh_l0"));
            }
            case Work.Training _, Work.Lstm _, Work.Gan _ -> { }
        }
    }

    /** Returns the numbers of a parameter. */
    static Weights parameter(Module module, String name) {
        var p = module.parameters().get(name);
        return new Weights(p.type().shape(), p.value().toFloatArray());
    }

    /** Returns the weights' file. */
    static Path weights(Path folder) {
        return folder.resolve("weights.safetensors");
    }

    /** Returns the network's file. */
    static Path onnx(Path folder) {
        return folder.resolve("model.onnx");
    }

    /** Returns the type of what the work is given: images, sequences, or noise. */
    static TensorType input(Work work) {
        return switch (work) {
            case Work.Inference w -> Networks.input(w.network(), w.batch());
            case Work.Training w -> Networks.input(w.network(), w.batch());
            case Work.Lstm w -> KernelCase.f32(Work.Lstm.STEPS, w.batch(), Work.Lstm.INPUTS);
            case Work.Gan w -> KernelCase.f32(w.batch(), 100, 1, 1);
        };
    }

    /** Returns a second input, as unlike the first, which is noise, as can be: ones. */
    static float[] other(Work work) {
        float[] ones = new float[Math.toIntExact(input(work).elements())];
        Arrays.fill(ones, 1);
        return ones;
    }

    /** Returns the labels of a batch: 0, 1, 2 ... again and again. */
    static long[] labels(int batch, int classes) {
        long[] labels = new long[batch];
        for (int i = 0; i < batch; i++) {
            labels[i] = i % classes;
        }
        return labels;
    }
}
