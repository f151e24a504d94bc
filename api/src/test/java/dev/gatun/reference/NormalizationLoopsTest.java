package dev.gatun.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import dev.gatun.op.Normalization;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class NormalizationLoopsTest {
    private static final double INFINITY = Double.POSITIVE_INFINITY;

    @Test
    void batchNormAndItsGradientsAreThoseOfPyTorch() {
        Golden golden = Golden.read("batch_norm_train");
        Values x = golden.get("x");
        Values w = golden.get("w");
        TensorType channel = w.type();
        List<Values> y = run(new Normalization.BatchNorm(1e-5), List.of(x.type(), channel, channel), x, w, golden.get("b"));
        golden.assertIs("y", y.get(0));
        double m = x.type().elements() / (double) x.shape().dim(1);
        golden.assertIs("new_running_mean", mix(golden.get("running_mean"), y.get(1), 1));
        golden.assertIs("new_running_var", mix(golden.get("running_var"), y.get(2), m / (m - 1)));
        List<Values> gradients = run(new Normalization.BatchNormBackward(1e-5), List.of(x.type(), channel, channel), x, w, y.get(1), y.get(2),
                golden.get("dy"));
        golden.assertIs("grad_x", gradients.get(0));
        golden.assertIs("grad_w", gradients.get(1));
        golden.assertIs("grad_b", gradients.get(2));
    }

    @Test
    void layerNormOfPyTorchIsStandardizeTimesScalePlusBias() {
        Golden golden = Golden.read("layer_norm");
        Values x = golden.get("x");
        TensorType rows = x.type().with(x.shape().without(2));
        List<Values> y = run(new Normalization.Standardize(2, 1e-5), List.of(x.type(), rows), x);
        golden.assertIs("y", y.getFirst().times(golden.get("w"), 2).plus(golden.get("b"), 2));
        Values dy = golden.get("dy").times(golden.get("w"), 2);
        golden.assertIs("grad_x", run(new Normalization.StandardizeBackward(2), List.of(x.type()), y.getFirst(), y.getLast(), dy).getFirst());
    }

    @Test
    void standardizeSpansAllAxesFromTheGivenOneOn() {
        Values x = Values.random(1, 2, 3, 4, 5);
        List<Values> y = run(new Normalization.Standardize(1, 0), List.of(x.type(), x.type().with(Shape.of(2))), x);
        for (int n = 0; n < 2; n++) {
            double[] row = Arrays.copyOfRange(y.getFirst().data(), n * 60, (n + 1) * 60);
            assertEquals(0, Arrays.stream(row).sum(), 1e-12);
            assertEquals(60, Arrays.stream(row).map(v -> v * v).sum(), 1e-10);
        }
        double spread = (x.data()[1] - x.data()[0]) * y.getLast().data()[0];
        assertEquals(y.getFirst().data()[1] - y.getFirst().data()[0], spread, 1e-12);
    }

    @Test
    void varianceSurvivesALargeMean() {
        Values x = Values.of(Shape.of(2, 1, 2), 1e9 + 1, 1e9 - 1, 1e9 + 1, 1e9 - 1);
        TensorType channel = TensorType.of(DType.F64, 1);
        Values one = Values.of(Shape.of(1), 1);
        List<Values> y = run(new Normalization.BatchNorm(0), List.of(x.type(), channel, channel), x, one, one);
        y.get(0).assertExactly(2, 0, 2, 0);
        y.get(1).assertExactly(1e9);
        y.get(2).assertExactly(1);
        run(new Normalization.Standardize(1, 0), List.of(x.type(), x.type().with(Shape.of(2))), x).getFirst().assertExactly(1, -1, 1, -1);
    }

    @Test
    void localResponseNormIsThatOfPyTorch() {
        Golden golden = Golden.read("local_response_norm");
        Values x = golden.get("x");
        golden.assertIs("y", run(new Normalization.LocalResponseNorm(5, 1e-4, .75, 2), List.of(x.type()), x).getFirst());
    }

    @Test
    void localResponseNormSumsTheSquaresOfTheChannelsAround() {
        Values x = Values.of(Shape.of(1, 4, 1), 1, 2, 4, 8);
        run(new Normalization.LocalResponseNorm(3, 3, 1, 1), List.of(x.type()), x).getFirst()
                .assertNear(Values.of(x.shape(), 1. / (1 + 1 + 4), 2. / (1 + 1 + 4 + 16), 4. / (1 + 4 + 16 + 64), 8. / (1 + 16 + 64)), 1e-15, 0, "size 3");
        run(new Normalization.LocalResponseNorm(2, 2, 2, 0), List.of(x.type()), x).getFirst()
                .assertNear(Values.of(x.shape(), 1, 2. / 25, 4. / 400, 8. / 6400), 1e-15, 0, "size 2: one in front, none behind");
    }

    @Test
    void softmaxIsThatOfPyTorch() {
        Golden golden = Golden.read("act_softmax_axis1");
        Values x = golden.get("x");
        golden.assertIs("y", run(new Normalization.Softmax(1), List.of(x.type()), x).getFirst());
    }

    @Test
    void logSoftmaxIsThatOfPyTorch() {
        Golden golden = Golden.read("act_log_softmax");
        Values x = golden.get("x");
        golden.assertIs("y", run(new Normalization.LogSoftmax(2), List.of(x.type()), x).getFirst());
    }

    @Test
    void softmaxNeitherOverflowsNorLosesMaskedElements() {
        Values x = Values.of(Shape.of(2, 2), 1000, 1000, -INFINITY, -1000);
        run(new Normalization.Softmax(1), List.of(x.type()), x).getFirst().assertExactly(.5, .5, 0, 1);
        Values y = run(new Normalization.LogSoftmax(1), List.of(x.type()), x).getFirst();
        y.assertExactly(-Math.log(2), -Math.log(2), -INFINITY, 0);
    }

    @Test
    void oneNotANumberSpoilsItsLineOnly() {
        Values x = Values.of(Shape.of(2, 2), Double.NaN, 1, 0, 0);
        run(new Normalization.Softmax(1), List.of(x.type()), x).getFirst().assertExactly(Double.NaN, Double.NaN, .5, .5);
    }

    private static List<Values> run(Normalization op, List<TensorType> out, Values... in) {
        return Values.run(NormalizationLoops.of(op, Stream.of(in).map(Values::type).toList(), out), out, in);
    }

    /** PyTorch's running statistics with momentum .1. */
    private static Values mix(Values running, Values batch, double correction) {
        return Values.of(running.shape(), IntStream.range(0, running.data().length)
                .mapToDouble(i -> .9 * running.data()[i] + .1 * batch.data()[i] * correction).toArray());
    }
}
