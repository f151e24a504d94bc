package dev.gatun;

import dev.gatun.spi.Buffer;
import dev.gatun.spi.Memory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The data of the tensors that a plan froze, by the number of their leaves. It goes back leaf by leaf, when the plan says that it needs one no more: early, or
 * when the plan is gone. So nothing here knows the plan or the function.
 */
final class Frozen {
    private final Map<Integer, Storage> storages = new HashMap<>();
    private final Map<Integer, Tensor> handedOver = new HashMap<>();

    /**
     * Holds the data of some leaves.
     *
     * @param first the number of the first leaf; the others follow
     * @param takesOver whether the tensors are handed over: each loses its value when the plan has it in a form of its own, at last by {@link #takeOver}
     */
    static Frozen of(Memory memory, List<Tensor> leaves, int first, boolean takesOver) {
        Frozen frozen = new Frozen();
        boolean done = false;
        try {
            for (int i = 0; i < leaves.size(); i++) {
                frozen.storages.put(first + i, Evaluation.on(memory, leaves.get(i)));
                if (takesOver) {
                    frozen.handedOver.put(first + i, leaves.get(i));
                }
            }
            done = true;
            return frozen;
        } finally {
            if (!done) {
                frozen.release();
            }
        }
    }

    private Frozen() {
    }

    /** Returns where the data of each leaf is. */
    Map<Integer, Buffer> buffers() {
        Map<Integer, Buffer> buffers = new HashMap<>();
        storages.forEach((leaf, s) -> buffers.put(leaf, s.buffer()));
        return buffers;
    }

    /** Gives the data of one leaf back. */
    void discard(int leaf) {
        Tensor t = handedOver.remove(leaf);
        if (t != null) {
            t.takeOver();
        }
        storages.remove(leaf).discard();
    }

    /** The plan is made: takes what is left of the handed over tensors. */
    void takeOver() {
        handedOver.values().forEach(Tensor::takeOver);
        handedOver.clear();
    }

    /** There is no plan: gives everything back, and tensors that still have their values keep them. */
    void release() {
        handedOver.clear();
        storages.values().forEach(Storage::release);
        storages.clear();
    }

    /** Returns what the user can take away by closing an arena. */
    Storage[] wrapped() {
        return storages.values().stream().filter(Storage::isWrapped).toArray(Storage[]::new);
    }
}
