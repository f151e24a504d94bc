package dev.gatun.spi;

import dev.gatun.TensorType;

/**
 * How the elements of a tensor lie in memory. Layouts belong to the backend that proposes them; all that the planner does is compare them, ask for their
 * size and for a kernel that reorders ({@link KernelRequest.Reorder}). Implementations have value equality.
 */
public interface Layout {
    /** Row-major, without gaps: what users see, and what every backend can read. */
    Layout PLAIN = new Plain();

    /** Returns the size in bytes of a tensor of {@code type} in this layout. */
    long bytes(TensorType type);

    /** Returns the name that {@code explain()} prints. */
    String label();

    /** Row-major. */
    record Plain() implements Layout {
        @Override
        public long bytes(TensorType type) {
            return type.bytes();
        }

        @Override
        public String label() {
            return "plain";
        }

        @Override
        public String toString() {
            return label();
        }
    }
}
