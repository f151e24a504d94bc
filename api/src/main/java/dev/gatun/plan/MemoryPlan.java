package dev.gatun.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Gives every intermediate a place in one arena: the biggest first, each at the lowest offset that no intermediate alive at the same time overlaps.
 *
 * @param offsets where each block begins
 * @param bytes the size of the arena: the peak
 */
record MemoryPlan(List<Long> offsets, long bytes) {
    /** An intermediate. @param first the step that writes it @param last the last step that touches it */
    record Block(long bytes, int first, int last) {
        boolean meets(Block other) {
            return first <= other.last && other.first <= last;
        }
    }

    /** Returns the places of {@code blocks}, aligned. */
    static MemoryPlan of(List<Block> blocks, int alignment) {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < blocks.size(); i++) {
            order.add(i);
        }
        order.sort(Comparator.comparingLong((Integer i) -> blocks.get(i).bytes()).reversed());
        Long[] offsets = new Long[blocks.size()];
        List<Integer> placed = new ArrayList<>();
        long peak = 0;
        for (int i : order) {
            Block b = blocks.get(i);
            long offset = 0;
            // `placed` is sorted by offset: the first gap that is wide enough.
            for (int p : placed) {
                Block other = blocks.get(p);
                if (b.meets(other)) {
                    if (offsets[p] - offset >= b.bytes()) {
                        break;
                    }
                    offset = Math.max(offset, align(offsets[p] + other.bytes(), alignment));
                }
            }
            offsets[i] = offset;
            peak = Math.max(peak, offset + b.bytes());
            int at = 0;
            while (at < placed.size() && offsets[placed.get(at)] <= offset) {
                at++;
            }
            placed.add(at, i);
        }
        return new MemoryPlan(List.of(offsets), align(peak, alignment));
    }

    private static long align(long bytes, int alignment) {
        return Math.ceilDiv(bytes, alignment) * alignment;
    }
}
