package dev.gatun.vector.blocked;

import dev.gatun.vector.Native;

/** The addresses of one launch, in native memory where every worker reads them. */
final class ConvFrame {
    static final long BYTES = 64;

    private ConvFrame() {
    }

    static void write(long frame, long x, long w, long bias, long residual, long y, long scratch) {
        Native.putLong(frame, x);
        Native.putLong(frame + 8, w);
        Native.putLong(frame + 16, bias);
        Native.putLong(frame + 24, residual);
        Native.putLong(frame + 32, y);
        Native.putLong(frame + 40, scratch);
    }

    /** Returns the address of x, in the method's layout. */
    static long x(long frame) {
        return Native.getLong(frame);
    }

    /** Returns the address of w, in the method's layout. */
    static long w(long frame) {
        return Native.getLong(frame + 8);
    }

    /** Returns the address of the bias, one float a channel, rounded up to blocks. */
    static long bias(long frame) {
        return Native.getLong(frame + 16);
    }

    /** Returns the address of the residual, which lies like y, or 0 if there is none. */
    static long residual(long frame) {
        return Native.getLong(frame + 24);
    }

    /** Returns the address of y, blocked. */
    static long y(long frame) {
        return Native.getLong(frame + 32);
    }

    /** Returns the address of the scratch memory. */
    static long scratch(long frame) {
        return Native.getLong(frame + 40);
    }

    /** Returns what {@link #setPosition} set. */
    static long position(long frame) {
        return Native.getLong(frame + 48);
    }

    /** Says how far a method is that runs in several rounds. */
    static void setPosition(long frame, long position) {
        Native.putLong(frame + 48, position);
    }
}
