package dev.gatun.spi;

import java.lang.foreign.MemorySegment;

/**
 * The buffers of one launch: operands first, then results, then the workspace if the kernel asked for one. An object of this class belongs to one frame of
 * a plan and is used again with other buffers; kernels must not keep it, nor what they took from it.
 */
public final class Arguments {
    private final Buffer[] table;
    private final int[] slots;

    /** Makes arguments that look up {@code slots} in {@code table} each time. */
    public Arguments(Buffer[] table, int... slots) {
        this.table = table;
        this.slots = slots;
    }

    /** Returns the number of buffers. */
    public int size() {
        return slots.length;
    }

    /** Returns buffer {@code i}. */
    public Buffer buffer(int i) {
        return table[slots[i]];
    }

    /** Returns the address of buffer {@code i}. */
    public long address(int i) {
        return table[slots[i]].address();
    }

    /** Returns buffer {@code i} of a host memory as a segment, whose accesses are checked. */
    public MemorySegment segment(int i) {
        return ((HostBuffer) table[slots[i]]).segment();
    }
}
