package dev.gatun.op;

import dev.gatun.Shape;

/** Ops that place elements elsewhere without computing. Any element type. */
public sealed interface Movement extends Op {
    /** The same elements in row-major order under another shape with as many elements. */
    record Reshape(Shape shape) implements Movement {
        @Override
        public String name() {
            return "reshape";
        }
    }

    /** Axis i of the result is axis {@code axes[i]} of x; {@code axes} is a permutation of 0 .. rank - 1. */
    record Permute(Ints axes) implements Movement {
        @Override
        public String name() {
            return "permute";
        }
    }

    /** x repeated along new leading axes and along axes of size 1 (NumPy's broadcast_to). */
    record Expand(Shape shape) implements Movement {
        @Override
        public String name() {
            return "expand";
        }
    }

    /**
     * y[i₀, i₁, ...] = x[starts₀ + i₀·steps₀, ...] with result sizes {@code sizes}; steps are not 0 and may be negative (a flip is a slice with step -1).
     */
    record Slice(Ints starts, Ints sizes, Ints steps) implements Movement {
        @Override
        public String name() {
            return "slice";
        }
    }

    /**
     * Operands (x, value), value of rank 0. Puts {@code interior} values between neighbours along each axis, {@code before} in front, {@code after}
     * behind; none is negative. The vjp of {@link Slice} is a pad with interior = step - 1.
     */
    record Pad(Ints before, Ints after, Ints interior) implements Movement {
        @Override
        public String name() {
            return "pad";
        }
    }

    /** One or more operands of one type joined along {@code axis}; their other sizes are equal. */
    record Concat(int axis) implements Movement {
        @Override
        public String name() {
            return "concat";
        }
    }

    /** y = x, with gradient 0: what flows through it does not depend on what was before. The planner removes it. */
    record Detach() implements Movement {
        @Override
        public String name() {
            return "detach";
        }
    }
}
