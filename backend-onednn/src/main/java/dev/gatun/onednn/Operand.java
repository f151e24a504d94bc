package dev.gatun.onednn;

import dev.gatun.TensorType;
import dev.gatun.spi.Layout;

/**
 * An operand or a result of a kernel as a primitive sees it.
 *
 * @param argument one of oneDNN's constants {@code DNNL_ARG_...}
 * @param layout how the planner must bring it, or gets it
 * @param view how the primitive reads or writes that memory
 */
record Operand(int argument, Layout layout, Descriptor view) {
    /** Returns an operand that lies row-major and is read as {@code view} says: transposed, or under other axes. */
    static Operand plain(int argument, Descriptor view) {
        return new Operand(argument, Layout.PLAIN, view);
    }

    /** Returns an operand as {@code primitive} wants it. @param plain how the same elements, under the primitive's axes, lie row-major */
    static Operand of(int argument, PrimitiveDescriptor primitive, TensorType tensor, Descriptor plain) {
        Descriptor actual = primitive.argument(argument);
        return new Operand(argument, DnnlLayout.of(tensor, actual, plain), actual);
    }
}
