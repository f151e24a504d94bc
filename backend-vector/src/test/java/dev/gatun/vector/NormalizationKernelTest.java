package dev.gatun.vector;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Normalization.BatchNorm;
import dev.gatun.op.Normalization.BatchNormBackward;
import dev.gatun.op.Normalization.LocalResponseNorm;
import dev.gatun.op.Normalization.Standardize;
import dev.gatun.op.Normalization.StandardizeBackward;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("every-width")
class NormalizationKernelTest {
    private static final int[][] IMAGES = {{2, 3}, {4, 7, 5, 6}, {1, 1, 1, 9}, {3, 16, 17}, {2, 5, 8, 33}, {8, 40, 7, 7}, {2, 3, 2, 3, 4}, {33, 5, 1, 1}};

    private static TensorType f32(int... dims) {
        return TensorType.of(DType.F32, dims);
    }

    private static Operand positive(long seed, int size) {
        return Operand.of(f32(size), i -> 0.5 + (seed * 31 + i * 7) % 11 / 11.0);
    }

    @Test
    void batchNormTakesTheStatisticsOfEachChannel() {
        for (int[] d : IMAGES) {
            Requests.check(new BatchNorm(1e-5), List.of(f32(d), f32(d[1]), f32(d[1])), 1e-6, 2e-6, Operand.random(1, d), positive(2, d[1]),
                    Operand.random(3, d[1]));
        }
    }

    @Test
    void batchNormKeepsTheVarianceOfNumbersFarFromZero() {
        int[] d = {4, 2, 6, 6};
        Operand x = Operand.of(f32(d), i -> 1000 + i * 37 % 19 / 16.0);
        // x - 1000 is exact, and the mean is rounded by 3e-5.
        Requests.check(new BatchNorm(1e-5), List.of(f32(d), f32(2), f32(2)), 1e-6, 2e-4, x, positive(2, 2), Operand.random(3, 2));
    }

    @Test
    void batchNormBackwardGivesAllThreeGradients() {
        for (int[] d : IMAGES) {
            Requests.check(new BatchNormBackward(1e-5), List.of(f32(d), f32(d[1]), f32(d[1])), 2e-6, 1e-5, Operand.random(1, d), positive(2, d[1]),
                    Operand.random(3, d[1]), positive(4, d[1]), Operand.random(5, d));
        }
    }

    @Test
    void standardizeTakesTheInnermostAxes() {
        for (int[] d : IMAGES) {
            for (int axis = 1; axis < d.length; axis++) {
                if (f32(d).shape().elements(axis, d.length) > 1) {
                    TensorType r = new TensorType(DType.F32, f32(d).shape().slice(0, axis));
                    Requests.check(new Standardize(axis, 1e-3), List.of(f32(d), r), 1e-6, 4e-6, Operand.random(1, d));
                    Requests.check(new StandardizeBackward(axis), List.of(f32(d)), 2e-6, 4e-6, Operand.random(1, d),
                            Operand.of(r, i -> 0.5 + i % 5), Operand.random(3, d));
                }
            }
        }
    }

    @Test
    void standardizeJoinsThePartsOfLongRows() {
        int[] d = {3, 9001};
        Requests.check(new Standardize(1, 1e-3), List.of(f32(d), f32(3)), 1e-6, 4e-6, Operand.random(1, d));
    }

    @Test
    void standardizeKeepsTheVarianceOfRowsThatBeginFarFromTheirMean() {
        int[] d = {3, 4096};
        Operand x = Operand.of(f32(d), i -> i % 4096 < 16 ? 3000 : i * 37 % 19 / 16.0);
        Requests.check(new Standardize(1, 1e-3), List.of(f32(d), f32(3)), 1e-6, 2e-6, x);
    }

    @Test
    void localResponseNormSumsOverNeighbouringChannels() {
        for (int[] d : IMAGES) {
            for (int size : new int[] {1, 2, 3, 5}) {
                Requests.check(new LocalResponseNorm(size, 0.3, 0.75, 1.5), List.of(f32(d)), 2e-6, 1e-7, Operand.random(1, d));
            }
        }
    }
}
