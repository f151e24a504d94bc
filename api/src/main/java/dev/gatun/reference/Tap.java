package dev.gatun.reference;

import dev.gatun.op.Ints;
import java.util.ArrayList;
import java.util.List;

/**
 * Where one place k of a kernel that slides over an image meets it: the pairs of an output place o and the input place i = o·S + k·D - P. Each is a
 * position in the row-major spatial volume of one channel, whatever the number of axes. Pairs whose i lies outside of the image are left out, because
 * padding adds nothing to a sum and never is the largest.
 *
 * @param outputs o of each pair, ascending
 * @param inputs i of each pair
 */
record Tap(int[] outputs, int[] inputs) {
    /**
     * Returns the taps of a kernel in row-major order of k; every argument has one entry a spatial axis.
     *
     * @param in sizes of the image
     * @param kernel sizes K of the kernel
     * @param out sizes of the output
     * @param strides S
     * @param padBefore P
     * @param dilations D
     */
    static List<Tap> of(Ints in, Ints kernel, Ints out, Ints strides, Ints padBefore, Ints dilations) {
        List<Tap> taps = List.of(new Tap(new int[] {0}, new int[] {0}));
        for (int axis = 0; axis < kernel.size(); axis++) {
            List<Tap> deeper = new ArrayList<>();
            for (Tap outer : taps) {
                for (int k = 0; k < kernel.get(axis); k++) {
                    Tap inner = along(in.get(axis), out.get(axis), strides.get(axis), (long) k * dilations.get(axis) - padBefore.get(axis));
                    deeper.add(outer.times(inner, in.get(axis), out.get(axis)));
                }
            }
            taps = deeper;
        }
        return taps;
    }

    /** Returns the number of pairs. */
    int size() {
        return outputs.length;
    }

    /** The pairs with i = o·S + offset of one axis. */
    private static Tap along(int in, int out, int stride, long offset) {
        long first = Math.clamp(Math.ceilDiv(-offset, (long) stride), 0, out);
        long end = Math.clamp(Math.ceilDiv(in - offset, (long) stride), first, out);
        int[] outputs = new int[(int) (end - first)];
        int[] inputs = new int[outputs.length];
        for (int pair = 0; pair < outputs.length; pair++) {
            outputs[pair] = (int) first + pair;
            inputs[pair] = (int) (outputs[pair] * (long) stride + offset);
        }
        return new Tap(outputs, inputs);
    }

    /** Each pair of this with each pair of {@code inner}, which is of the next axis, with {@code in} and {@code out} places. */
    private Tap times(Tap inner, int in, int out) {
        int[] o = new int[size() * inner.size()];
        int[] i = new int[o.length];
        for (int pair = 0; pair < o.length; pair++) {
            o[pair] = outputs[pair / inner.size()] * out + inner.outputs[pair % inner.size()];
            i[pair] = inputs[pair / inner.size()] * in + inner.inputs[pair % inner.size()];
        }
        return new Tap(o, i);
    }
}
