package dev.gatun;

import dev.gatun.reference.Elements;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Values as text: nested brackets, four significant digits, the middle of long axes left out. */
final class Printing {
    private static final int EDGE = 3;
    private static final int WHOLE = 8;

    private Printing() {
    }

    /** Returns element {@code index} as a double. */
    static double element(DType dtype, MemorySegment data, long index) {
        return Elements.of(TensorType.of(dtype, 1), data.asSlice(index * dtype.bytes(), dtype.bytes())).get(0);
    }

    /** Returns the values of an evaluated tensor. */
    static String values(Tensor tensor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment s = arena.allocate(Math.max(1, tensor.type().bytes()), 8).asSlice(0, tensor.type().bytes());
            tensor.copyTo(s);
            StringBuilder text = new StringBuilder();
            axis(text, Elements.of(tensor.type(), s), 0, 0);
            return text.toString();
        }
    }

    private static void axis(StringBuilder text, Elements e, int axis, long from) {
        Shape shape = e.type().shape();
        if (axis == shape.rank()) {
            text.append(number(e, from));
            return;
        }
        int n = shape.dim(axis);
        long step = shape.elements(axis + 1, shape.rank());
        text.append('[');
        for (int i = 0; i < n; i++) {
            if (n > WHOLE && i == EDGE) {
                text.append(", ...");
                i = n - EDGE;
            }
            text.append(i > 0 ? ", " : "");
            axis(text, e, axis + 1, from + i * step);
        }
        text.append(']');
    }

    private static String number(Elements e, long i) {
        DType t = e.type().dtype();
        if (t == DType.BOOL) {
            return e.get(i) != 0 ? "true" : "false";
        }
        return t.isFloating() ? String.format(java.util.Locale.ROOT, "%.4g", e.get(i)) : t == DType.U64 ? Long.toUnsignedString(e.getLong(i))
                : Long.toString(e.getLong(i));
    }
}
