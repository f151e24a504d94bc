package dev.gatun.onednn;

import dev.gatun.DType;
import dev.gatun.ffi.dnnl.Dnnl;
import dev.gatun.spi.KernelRequest;
import java.util.List;

/**
 * What the integers of a quantized product stand for: operands (x, w, scaleX, zeroX, scaleW, ...) as {@link dev.gatun.op.Quantized} says, of which oneDNN takes
 * the last three at execution.
 *
 * @param weights a bit for each axis of the weights along which their scales differ; 0 where there are no scales at all
 * @param centered whether zeroX is known to be 0
 */
record Scales(int weights, boolean centered) {
    /** Of products of floating numbers. */
    static final Scales NONE = new Scales(0, true);

    private static final int SCALE_X = 2;
    private static final int SCALE_W = 4;

    /** Returns whether the scales of a quantized product are floats, which alone oneDNN takes. */
    static boolean areFloats(KernelRequest request) {
        return request.inputs().get(SCALE_X).dtype() == DType.F32;
    }

    boolean isPresent() {
        return weights != 0;
    }

    /** Returns how many operands they are. */
    int operands() {
        return isPresent() ? 3 : 0;
    }

    /** Says that there are scales, and a zero point of x if it may be another one than 0; of what is not said, oneDNN passes the argument over. */
    void append(Attributes attributes) {
        if (isPresent()) {
            attributes.scales(Dnnl.DNNL_ARG_SRC(), 0).scales(Dnnl.DNNL_ARG_WEIGHTS(), weights);
            if (!centered) {
                attributes.zeroPoint(Dnnl.DNNL_ARG_SRC());
            }
        }
    }

    /** Returns them as operands. */
    List<Operand> arguments(KernelRequest request) {
        return !isPresent() ? List.of() : List.of(
                Operand.plain(Dnnl.DNNL_ARG_ATTR_SCALES() | Dnnl.DNNL_ARG_SRC(), Descriptor.plain(DataType.F32, request.inputs().get(SCALE_X))),
                Operand.plain(Dnnl.DNNL_ARG_ATTR_ZERO_POINTS() | Dnnl.DNNL_ARG_SRC(), Descriptor.plain(DataType.I32, 1)),
                Operand.plain(Dnnl.DNNL_ARG_ATTR_SCALES() | Dnnl.DNNL_ARG_WEIGHTS(), Descriptor.plain(DataType.F32, request.inputs().get(SCALE_W))));
    }
}
