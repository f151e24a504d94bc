package dev.gatun.onednn;

import dev.gatun.TensorType;
import dev.gatun.ffi.dnnl.Dnnl;
import dev.gatun.op.Recurrent;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A recurrent layer forward, in one direction. Sequences are {@code [T, N, I]}, states {@code [1, 1, N, H]}, weights {@code [1, 1, I, G, H]}: oneDNN's axes of
 * layers and directions are 1, since our op is one of both.
 *
 * <p>oneDNN has no lengths of samples, and no reserve that anybody but its own gradient could read; its gradients are plain loops but for the bfloat16
 * LSTM. Its ReLU makes 0 of NaN, which would hide that a network has diverged. What is missing runs on the vector backend.
 */
final class Rnn {
    private static final int X = 0;
    private static final int W_INPUT = 1;
    private static final int W_STATE = 2;
    private static final int H0 = 5;
    private static final int C0 = 6;
    private static final int Y = 0;
    private static final int HN = 1;
    private static final int CN = 2;

    /**
     * Measured on two threads. In float32 an LSTM of H = 512 takes .96 to 1 of the vector backend's time from 8 samples on, 1.3 of it with two; one of 256,
     * whose weights stay in the caches, 1.00 with 8 samples and 1.05 with 32; other cells run there as fast or faster with any number of samples. In bfloat16
     * one sample takes 1.1 to 1.3 of the vector backend's time if weights are frozen.
     */
    private static final int MANY = 8;
    private static final long CACHED = 2 << 20;

    private final Session session;
    private final KernelRequest.Single request;
    private final Recurrent.Rnn op;
    private final DataType type;
    private final RnnBias bias;
    private final long H;

    private Rnn(Recurrent.Rnn op, DataType type, KernelRequest.Single request, Session session) {
        this.session = session;
        this.request = request;
        this.op = op;
        this.type = type;
        this.H = request.inputs().get(H0).shape().dim(1);
        this.bias = new RnnBias(op.cell().kind(), Math.toIntExact(H), type);
    }

    /** Returns the kernel, or empty if oneDNN has none that is right, or, of {@code mixed} kernels, the vector backend's is faster. */
    static Optional<Kernel> of(Recurrent.Rnn op, KernelRequest.Single request, Session session, boolean mixed) {
        Recurrent.Cell cell = op.cell();
        boolean lacks = cell.lengths() || op.reserve() || cell.kind() == Recurrent.Kind.RNN_RELU;
        return lacks ? Optional.empty() : DataType.floating(request.inputs().get(X).dtype()).filter(type -> !mixed || isFaster(type, cell, request))
                .flatMap(type -> new Rnn(op, type, request, session).kernel());
    }

    private static boolean isFaster(DataType type, Recurrent.Cell cell, KernelRequest.Single request) {
        int samples = request.inputs().get(X).shape().dim(1);
        long weights = request.inputs().get(W_INPUT).bytes() + request.inputs().get(W_STATE).bytes();
        return type == DataType.F32 ? cell.isLstm() && samples >= MANY && weights > CACHED : samples > 1 || !request.frozen().get(W_STATE);
    }

    private Optional<Kernel> kernel() {
        try (Attributes attributes = new Attributes()) {
            return PrimitiveDescriptor.create(function(), request, (pd, arena) -> create(pd, attributes.handle())).map(descriptor -> {
                try (descriptor) {
                    return new RnnKernel(session, op.cell(), bias, PrimitiveKernel.part(session, descriptor, inputs(descriptor), outputs()));
                }
            });
        }
    }

    private String function() {
        return switch (op.cell().kind()) {
            case RNN_TANH, RNN_RELU -> "dnnl_vanilla_rnn_forward_primitive_desc_create";
            case LSTM -> "dnnl_lstm_forward_primitive_desc_create";
            case GRU -> "dnnl_lbr_gru_forward_primitive_desc_create";
            case GRU_RESET_BEFORE -> "dnnl_gru_forward_primitive_desc_create";
        };
    }

    /** oneDNN's "linear before reset" is our GRU; its plain one resets before the product. */
    private int create(MemorySegment result, MemorySegment attributes) {
        MemorySegment engine = session.library().engine();
        int inference = Dnnl.dnnl_forward_inference();
        int direction = op.reverse() ? Dnnl.dnnl_unidirectional_right2left() : Dnnl.dnnl_unidirectional_left2right();
        MemorySegment x = plain(request.inputs().get(X)).handle();
        Descriptor h = state(request.inputs().get(H0));
        Descriptor wx = Descriptor.any(type, weightDims(W_INPUT));
        Descriptor wh = Descriptor.any(type, weightDims(W_STATE));
        Descriptor b = bias.descriptor();
        Descriptor y = plain(request.outputs().get(Y));
        return switch (op.cell().kind()) {
            case RNN_RELU -> throw new AssertionError("declined");
            case RNN_TANH -> Dnnl.dnnl_vanilla_rnn_forward_primitive_desc_create(result, engine, inference, Dnnl.dnnl_eltwise_tanh(), direction, x,
                    h.handle(), wx.handle(), wh.handle(), b.handle(), y.handle(), h.handle(), Dnnl.dnnl_rnn_flags_undef(), 0, 0, attributes);
            case LSTM -> {
                Descriptor c = state(request.inputs().get(C0));
                Descriptor p = op.cell().peephole() ? bias.peephole() : Descriptor.ABSENT;
                yield Dnnl.dnnl_lstm_forward_primitive_desc_create(result, engine, inference, direction, x, h.handle(), c.handle(), wx.handle(), wh.handle(),
                        p.handle(), Descriptor.ABSENT.handle(), b.handle(), y.handle(), h.handle(), c.handle(), Dnnl.dnnl_rnn_flags_undef(), attributes);
            }
            case GRU -> Dnnl.dnnl_lbr_gru_forward_primitive_desc_create(result, engine, inference, direction, x, h.handle(), wx.handle(), wh.handle(),
                    b.handle(), y.handle(), h.handle(), Dnnl.dnnl_rnn_flags_undef(), attributes);
            case GRU_RESET_BEFORE -> Dnnl.dnnl_gru_forward_primitive_desc_create(result, engine, inference, direction, x, h.handle(), wx.handle(), wh.handle(),
                    b.handle(), y.handle(), h.handle(), Dnnl.dnnl_rnn_flags_undef(), attributes);
        };
    }

    private Descriptor plain(TensorType tensor) {
        return Descriptor.plain(type, tensor);
    }

    private Descriptor state(TensorType tensor) {
        return Descriptor.plain(type, 1, 1, tensor.shape().dim(0), H);
    }

    /** Returns [1, 1, inputs, G, H] of our [G·H, inputs]. */
    private long[] weightDims(int operand) {
        return new long[] {1, 1, request.inputs().get(operand).shape().dim(1), op.cell().kind().gates(), H};
    }

    /** In the order that {@link RnnKernel} fills in. */
    private List<Operand> inputs(PrimitiveDescriptor descriptor) {
        List<Operand> in = new ArrayList<>();
        in.add(Operand.plain(Dnnl.DNNL_ARG_SRC_LAYER(), plain(request.inputs().get(X))));
        in.add(weights(Dnnl.DNNL_ARG_WEIGHTS_LAYER(), W_INPUT, descriptor));
        in.add(weights(Dnnl.DNNL_ARG_WEIGHTS_ITER(), W_STATE, descriptor));
        in.add(Operand.plain(Dnnl.DNNL_ARG_BIAS(), bias.descriptor()));
        in.add(Operand.plain(Dnnl.DNNL_ARG_SRC_ITER(), state(request.inputs().get(H0))));
        if (op.cell().isLstm()) {
            in.add(Operand.plain(Dnnl.DNNL_ARG_SRC_ITER_C(), state(request.inputs().get(C0))));
        }
        if (op.cell().peephole()) {
            in.add(Operand.plain(Dnnl.DNNL_ARG_WEIGHTS_PEEPHOLE(), bias.peephole()));
        }
        return in;
    }

    private Operand weights(int argument, int operand, PrimitiveDescriptor descriptor) {
        Descriptor actual = descriptor.argument(argument);
        return new Operand(argument, RnnWeights.of(op.cell().kind(), request.inputs().get(operand), actual, type), actual);
    }

    private List<Operand> outputs() {
        List<Operand> out = new ArrayList<>();
        out.add(Operand.plain(Dnnl.DNNL_ARG_DST_LAYER(), plain(request.outputs().get(Y))));
        out.add(Operand.plain(Dnnl.DNNL_ARG_DST_ITER(), state(request.outputs().get(HN))));
        if (op.cell().isLstm()) {
            out.add(Operand.plain(Dnnl.DNNL_ARG_DST_ITER_C(), state(request.outputs().get(CN))));
        }
        return out;
    }
}
