package dev.gatun.cli;

import dev.gatun.Tensor;
import dev.gatun.models.CharGru;
import dev.gatun.models.CharLstm;
import dev.gatun.nn.Losses;
import dev.gatun.nn.Lstm;
import dev.gatun.nn.Module;
import dev.gatun.nn.Pass;
import dev.gatun.optim.Adam;
import dev.gatun.optim.TrainStep;
import dev.gatun.spi.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * A model of the characters of {@code text/gpl-3.txt}: its distinct bytes in order are the vocabulary; 16 streams of equal length lie side by side,
 * [time, stream]; step i reads rows 32i .. 32i + 31, predicts the next row of each, and hands its last state, detached, to the next step. Mean
 * cross entropy, Adam at .003, 20 steps.
 */
record CharTraining(IntFunction<Reader> network) implements GoldenTraining {
    private static final int STREAMS = 16;
    private static final int TIME = 32;
    private static final int STEPS = 20;
    private static final float LEARNING_RATE = 3e-3f;

    /** A network that reads on from a state of one or two tensors. */
    interface Reader {
        /** Returns what holds the parameters. */
        Module module();

        /** Returns the state before the first character. */
        List<Tensor> zeroState();

        /** Returns the logits and the state after x. */
        List<Tensor> read(Tensor x, List<Tensor> state, Pass pass);
    }

    private record LstmReader(CharLstm module) implements Reader {
        @Override
        public List<Tensor> zeroState() {
            Lstm.State zero = module.zeroState(STREAMS);
            return List.of(zero.h(), zero.c());
        }

        @Override
        public List<Tensor> read(Tensor x, List<Tensor> state, Pass pass) {
            CharLstm.Output out = module.forward(x, new Lstm.State(state.get(0), state.get(1)), pass);
            return List.of(out.logits(), out.state().h(), out.state().c());
        }
    }

    private record GruReader(CharGru module) implements Reader {
        @Override
        public List<Tensor> zeroState() {
            return List.of(module.zeroState(STREAMS));
        }

        @Override
        public List<Tensor> read(Tensor x, List<Tensor> state, Pass pass) {
            CharGru.Output out = module.forward(x, state.getFirst(), pass);
            return List.of(out.logits(), out.state());
        }
    }

    /** Returns the training of an LSTM. @param network makes it for a size of the vocabulary */
    static CharTraining lstm(IntFunction<CharLstm> network) {
        return new CharTraining(vocabulary -> new LstmReader(network.apply(vocabulary)));
    }

    /** Returns the training of a GRU. @param network makes it for a size of the vocabulary */
    static CharTraining gru(IntFunction<CharGru> network) {
        return new CharTraining(vocabulary -> new GruReader(network.apply(vocabulary)));
    }

    @Override
    public Result run(Backend backend, Path data) throws IOException {
        byte[] text = Files.readAllBytes(GoldenTraining.folder(data, "text").resolve("gpl-3.txt"));
        int[] code = new int[256];
        Arrays.fill(code, -1);
        for (byte b : text) {
            code[Byte.toUnsignedInt(b)] = 0;
        }
        int vocabulary = 0;
        for (int c = 0; c < code.length; c++) {
            code[c] = code[c] < 0 ? -1 : vocabulary++;
        }
        if (text.length / STREAMS <= STEPS * TIME) {
            throw new IOException(data + ": gpl-3.txt has but " + text.length + " bytes");
        }
        Reader reader = network.apply(vocabulary);
        NamedFill.fill(reader.module());
        int classes = vocabulary;
        double[] losses = new double[STEPS];
        try (TrainStep step = TrainStep.minimizing(reader.module(), (pass, in) -> {
            List<Tensor> out = reader.read(in.get(0), in.subList(2, in.size()), pass);
            List<Tensor> results = new ArrayList<>(out);
            results.set(0, Losses.crossEntropy(out.getFirst().reshape(-1, classes), in.get(1).flatten(0)));
            return results;
        }, new Adam(), backend)) {
            List<Tensor> state = reader.zeroState();
            for (int i = 0; i < STEPS; i++) {
                List<Tensor> inputs = new ArrayList<>(List.of(rows(text, code, i * TIME), rows(text, code, i * TIME + 1)));
                inputs.addAll(state);
                List<Tensor> results = step.run(LEARNING_RATE, inputs.toArray(Tensor[]::new));
                losses[i] = results.getFirst().item();
                state = results.subList(1, results.size());
            }
        }
        return new Result(new LinkedHashMap<>(Map.of("loss", losses)), reader.module());
    }

    /** Returns rows {@code from} .. {@code from + TIME - 1} of the streams, I64 {@code [TIME, STREAMS]}. */
    private static Tensor rows(byte[] text, int[] code, int from) {
        int length = text.length / STREAMS;
        long[] rows = new long[TIME * STREAMS];
        for (int t = 0; t < TIME; t++) {
            for (int s = 0; s < STREAMS; s++) {
                rows[t * STREAMS + s] = code[Byte.toUnsignedInt(text[s * length + from + t])];
            }
        }
        return Tensor.of(rows, TIME, STREAMS);
    }
}
