package dev.gatun.graph;

import static dev.gatun.graph.TypeRulesTest.f32;
import static dev.gatun.graph.TypeRulesTest.of;
import static dev.gatun.graph.TypeRulesTest.refused;
import static dev.gatun.graph.TypeRulesTest.types;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Convolution.Conv;
import dev.gatun.op.Convolution.ConvBackwardData;
import dev.gatun.op.Convolution.ConvBackwardWeights;
import dev.gatun.op.Convolution.Geometry;
import dev.gatun.op.Ints;
import dev.gatun.op.Normalization;
import dev.gatun.op.Pooling;
import dev.gatun.op.Pooling.Divisor;
import dev.gatun.op.Pooling.Window;
import dev.gatun.op.Recurrent;
import dev.gatun.op.Recurrent.Cell;
import dev.gatun.op.Recurrent.Kind;
import org.junit.jupiter.api.Test;

class NeuralTypeRulesTest {
    private static Geometry geometry(int stride, int pad, int dilation, int groups) {
        return new Geometry(Ints.of(stride, stride), Ints.of(pad, pad), Ints.of(pad, pad), Ints.of(dilation, dilation), groups);
    }

    private static Window window(int kernel, int stride, int pad, boolean ceil) {
        return new Window(Ints.of(kernel, kernel), Ints.of(stride, stride), Ints.of(pad, pad), Ints.of(pad, pad), Ints.of(1, 1), ceil);
    }

    @Test
    void convolutionAndItsGradientsGoRound() {
        Geometry g = geometry(2, 1, 1, 2);
        TensorType x = f32(5, 4, 8, 9);
        TensorType w = f32(6, 2, 3, 3);
        TensorType y = f32(5, 6, 4, 5);
        assertEquals(y.toString(), types(new Conv(g), x, w));
        assertEquals(x.toString(), types(new ConvBackwardData(g, Ints.of(8, 9)), y, w));
        assertEquals(w.toString(), types(new ConvBackwardWeights(g, Ints.of(3, 3)), x, y));
    }

    @Test
    void convolutionSaysWhatDoesNotFit() {
        Conv conv = new Conv(geometry(1, 0, 1, 1));
        refused("conv: x[1, 4, 8, 8] has 4 channels but w[8, 3, 3, 3] takes 3 in 1 group", conv, f32(1, 4, 8, 8), f32(8, 3, 3, 3));
        refused("conv: x[1, 4, 8, 8] has 4 channels but w[8, 4, 3, 3] takes 4 in each of 2 groups", new Conv(geometry(1, 0, 1, 2)), f32(1, 4, 8, 8),
                f32(8, 4, 3, 3));
        refused("conv: 4 input and 9 output channels are not divisible by 2 groups", new Conv(geometry(1, 0, 1, 2)), f32(1, 4, 8, 8), f32(9, 2, 3, 3));
        refused("conv: a kernel of 7 does not fit into the 4 places of spatial axis 1 with padding 0 + 0", conv, f32(1, 3, 8, 4), f32(8, 3, 7, 7));
        refused("conv: a kernel of 3 with dilation 4 does not fit into the 8 places of spatial axis 0 with padding 0 + 0", new Conv(geometry(1, 0, 4, 1)),
                f32(1, 3, 8, 8), f32(8, 3, 3, 3));
        refused("conv: the kernel [0, 3] is empty along spatial axis 0", conv, f32(1, 3, 8, 8), f32(8, 3, 0, 3));
        refused("conv: x[3, 8, 8] has 3 axes but must have 4: [N, IC, spatial...]", conv, f32(3, 8, 8), f32(8, 3, 3, 3));
        refused("conv: x is i32 but must be floating, write x.cast(DType.F32)", conv, of(DType.I32, 1, 3, 8, 8), of(DType.I32, 8, 3, 3, 3));
        refused("conv: strides must be at least 1, got [0, 0]", new Conv(geometry(0, 0, 1, 1)), f32(1, 3, 8, 8), f32(8, 3, 3, 3));
        refused("conv: padBefore must be at least 0, got [-1, -1]", new Conv(geometry(1, -1, 1, 1)), f32(1, 3, 8, 8), f32(8, 3, 3, 3));
        refused("conv: dilations must be at least 1, got [0, 0]", new Conv(geometry(1, 0, 0, 1)), f32(1, 3, 8, 8), f32(8, 3, 3, 3));
        refused("conv: groups must be at least 1, got 0", new Conv(geometry(1, 0, 1, 0)), f32(1, 3, 8, 8), f32(8, 3, 3, 3));
        refused("conv: dilations [1] must have one entry for each of 2 spatial axes",
                new Conv(new Geometry(Ints.of(1, 1), Ints.of(0, 0), Ints.of(0, 0), Ints.of(1), 1)), f32(1, 3, 8, 8), f32(8, 3, 3, 3));
    }

    @Test
    void gradientsOfConvolutionRefuseSizesThatNoImageHas() {
        refused("conv_backward_data: dy[5, 6, 4, 4] must be [5, 6, 5, 5]: y of x[5, 4, 9, 9] and w[6, 4, 3, 3]",
                new ConvBackwardData(geometry(2, 1, 1, 1), Ints.of(9, 9)), f32(5, 6, 4, 4), f32(6, 4, 3, 3));
        refused("conv_backward_weights: dy[5, 6, 4, 4] must be [5, 6, 5, 5]: y of x[5, 4, 9, 9] and w[6, 4, 3, 3]",
                new ConvBackwardWeights(geometry(2, 1, 1, 1), Ints.of(3, 3)), f32(5, 4, 9, 9), f32(5, 6, 4, 4));
    }

    @Test
    void poolingCountsWindowsByFloorOrCeiling() {
        assertEquals("f32[1, 2, 3, 3], i32[1, 2, 3, 3]", types(new Pooling.MaxPool(window(3, 2, 1, false), true), f32(1, 2, 6, 6)));
        assertEquals("f32[1, 2, 4, 4]", types(new Pooling.MaxPool(window(3, 2, 1, true), false), f32(1, 2, 6, 6)));
        assertEquals("f32[1, 2, 2, 2]", types(new Pooling.AvgPool(window(3, 2, 0, false), Divisor.VALID), f32(1, 2, 6, 6)));
        assertEquals("f32[1, 2, 6, 6]", types(new Pooling.AvgPoolBackward(window(3, 2, 0, false), Divisor.VALID, Ints.of(6, 6)), f32(1, 2, 2, 2)));
        assertEquals("f32[1, 2, 6, 6]", types(new Pooling.MaxPoolBackward(window(3, 2, 0, false), Ints.of(6, 6)), f32(1, 2, 2, 2),
                of(DType.I32, 1, 2, 2, 2)));
    }

    @Test
    void poolingSaysWhatDoesNotFit() {
        refused("max_pool: a kernel of 3 does not fit into the 2 places of spatial axis 0 with padding 0 + 0",
                new Pooling.MaxPool(window(3, 2, 0, false), false), f32(1, 2, 2, 6));
        refused("avg_pool: padding 2 + 2 along spatial axis 0 must be smaller than the window, which spans 2, or a window would see padding only",
                new Pooling.AvgPool(window(2, 2, 2, false), Divisor.PADDED), f32(1, 2, 6, 6));
        refused("max_pool_backward: i is i64 but must be i32, write i.cast(DType.I32)", new Pooling.MaxPoolBackward(window(3, 2, 0, false), Ints.of(6, 6)),
                f32(1, 2, 2, 2), of(DType.I64, 1, 2, 2, 2));
        refused("avg_pool_backward: dy[1, 2, 3, 3] must be [1, 2, 2, 2]: y of x[1, 2, 6, 6]",
                new Pooling.AvgPoolBackward(window(3, 2, 0, false), Divisor.VALID, Ints.of(6, 6)), f32(1, 2, 3, 3));
        refused("avg_pool: x[2, 6, 6] has 3 axes but must have 4: [N, C, spatial...]", new Pooling.AvgPool(window(3, 2, 0, false), Divisor.ONE), f32(2, 6, 6));
    }

    @Test
    void normalizationsGiveTheirStatistics() {
        assertEquals("f32[4, 3, 5], f32[3], f32[3]", types(new Normalization.BatchNorm(1e-5), f32(4, 3, 5), f32(3), f32(3)));
        assertEquals("f32[4, 3, 5], f32[3], f32[3]",
                types(new Normalization.BatchNormBackward(1e-5), f32(4, 3, 5), f32(3), f32(3), f32(3), f32(4, 3, 5)));
        assertEquals("f32[4, 3, 5], f32[4]", types(new Normalization.Standardize(1, 1e-5), f32(4, 3, 5)));
        assertEquals("f32[4, 3, 5]", types(new Normalization.StandardizeBackward(1), f32(4, 3, 5), f32(4), f32(4, 3, 5)));
        assertEquals("f32[4, 3, 5]", types(new Normalization.LocalResponseNorm(5, 1e-4, 0.75, 1), f32(4, 3, 5)));
        assertEquals("f32[4, 3]", types(new Normalization.Softmax(1), f32(4, 3)));
        assertEquals("f32[4, 3]", types(new Normalization.LogSoftmax(0), f32(4, 3)));
    }

    @Test
    void normalizationsRefuseWhatDoesNotFit() {
        refused("batch_norm: scale[4] must be [3]: one a channel of x[4, 3, 5]", new Normalization.BatchNorm(1e-5), f32(4, 3, 5), f32(4), f32(3));
        refused("batch_norm: x[0, 3] has no elements to take the statistics of", new Normalization.BatchNorm(1e-5), f32(0, 3), f32(3), f32(3));
        refused("batch_norm: epsilon must not be negative, got -1.0", new Normalization.BatchNorm(-1), f32(4, 3), f32(3), f32(3));
        refused("standardize: axis 2 is outside of x[4, 3], whose axes are 0 to 1", new Normalization.Standardize(2, 1e-5), f32(4, 3));
        refused("standardize: the axes of x[4, 0] from 1 on hold no elements to take the statistics of", new Normalization.Standardize(1, 1e-5), f32(4, 0));
        refused("standardize_backward: r[3] must be [4]: the axes of x̂[4, 3] before 1",
                new Normalization.StandardizeBackward(1), f32(4, 3), f32(3), f32(4, 3));
        refused("local_response_norm: size must be at least 1, got 0", new Normalization.LocalResponseNorm(0, 1, 1, 1), f32(4, 3));
        refused("softmax: axis -1 is outside of x[4, 3], whose axes are 0 to 1", new Normalization.Softmax(-1), f32(4, 3));
        refused("log_softmax: x is i32 but must be floating, write x.cast(DType.F32)", new Normalization.LogSoftmax(0), of(DType.I32, 2));
    }

    @Test
    void recurrentLayersGiveSequenceStatesAndReserve() {
        TensorType x = f32(7, 2, 3);
        TensorType h = f32(2, 5);
        TensorType y = f32(7, 2, 5);
        assertEquals("f32[7, 2, 5], f32[2, 5]", types(new Recurrent.Rnn(new Cell(Kind.RNN_TANH, false, false), false, false), x, f32(5, 3), f32(5, 5),
                f32(5), f32(5), h));
        Cell lstm = new Cell(Kind.LSTM, true, true);
        TensorType lengths = of(DType.I64, 2);
        assertEquals("f32[7, 2, 5], f32[2, 5], f32[2, 5], f32[7, 2, 25]", types(new Recurrent.Rnn(lstm, false, true), x, f32(20, 3), f32(20, 5), f32(20),
                f32(20), h, h, f32(15), lengths));
        assertEquals("f32[7, 2, 3], f32[20, 3], f32[20, 5], f32[20], f32[20], f32[2, 5], f32[2, 5], f32[15]", types(new Recurrent.RnnBackward(lstm, false), x,
                f32(20, 3), f32(20, 5), f32(20), f32(20), h, h, f32(15), lengths, y, f32(7, 2, 25), y, h, h));
        Cell gru = new Cell(Kind.GRU, false, false);
        assertEquals("f32[7, 2, 3], f32[15, 3], f32[15, 5], f32[15], f32[15], f32[2, 5]", types(new Recurrent.RnnBackward(gru, false), x,
                f32(15, 3), f32(15, 5), f32(15), f32(15), h, y, f32(7, 2, 20), y, h));
    }

    @Test
    void recurrentLayersSayWhatDoesNotFit() {
        Recurrent.Rnn gru = new Recurrent.Rnn(new Cell(Kind.GRU, false, true), false, false);
        TensorType x = f32(7, 2, 3);
        refused("gru: wIh[20, 3] must be [15, 3]: [G·H, I] with 3 gates of 5 units", gru, x, f32(20, 3), f32(15, 5), f32(15), f32(15), f32(2, 5),
                of(DType.I64, 2));
        refused("gru: h0[5] must be [2, 5]: [N, H]", gru, x, f32(15, 3), f32(15, 5), f32(15), f32(15), f32(5), of(DType.I64, 2));
        refused("gru: lengths is i32 but must be i64, write lengths.cast(DType.I64)", gru, x, f32(15, 3), f32(15, 5), f32(15), f32(15), f32(2, 5),
                of(DType.I32, 2));
        refused("gru: takes 7 operands (x, wIh, wHh, bIh, bHh, h0, lengths) but got 1", gru, x);
        refused("rnn_tanh: only an lstm has peepholes", new Recurrent.Rnn(new Cell(Kind.RNN_TANH, true, false), false, false), x, f32(5, 3), f32(5, 5), f32(5),
                f32(5), f32(2, 5), f32(15));
    }
}
