package dev.gatun.plan;

import dev.gatun.spi.Arguments;
import dev.gatun.spi.Buffer;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.Memory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * What a plan holds for ever: frozen leaves, folded values, scalars, weights in a kernel's own layout; and no more than it reads. A folded value is computed
 * when it is first needed, and what was only an ingredient (the weights before they were folded or packed) is let go as soon as nothing is made of it any
 * more: a network is never in memory three times over.
 *
 * <pre>
 * bind, bindLater    a leaf and its data, or what computes it
 * use                somebody will make something of it
 * buffer, read       it is needed now; read: at each call, too
 * release            that was one use
 * </pre>
 */
final class Constants {
    private static final int NO_LEAF = -1;

    private final Memory memory;
    private final IntConsumer unused;
    private final List<Constant> constants = new ArrayList<>();
    private final Map<Integer, Place> leaves = new HashMap<>();

    /** One constant. @see #NO_LEAF */
    private static final class Constant {
        private final int leaf;
        private Optional<Buffer> buffer;
        private Runnable maker = () -> { };
        private int uses;
        private boolean read;

        /** @param leaf the number of the leaf whose buffer somebody else owns, or NO_LEAF */
        Constant(int leaf, Optional<Buffer> buffer) {
            this.leaf = leaf;
            this.buffer = buffer;
        }
    }

    /** Makes an empty set of constants. @param unused is told the number of each leaf whose data the plan needs no more */
    Constants(Memory memory, IntConsumer unused) {
        this.memory = memory;
        this.unused = unused;
    }

    /** Says where the data of frozen leaf {@code leaf} is, which its owner keeps until it is told that it is unused. */
    void bind(int leaf, Buffer buffer) {
        leaves.put(leaf, place(new Constant(leaf, Optional.of(buffer)), buffer.bytes()));
    }

    /**
     * Says how the data of some frozen leaves is computed when any of it is needed.
     *
     * @param first the number of the first leaf; the others follow
     * @param bytes the size of each
     * @param ingredients constants that {@code maker} reads
     * @param maker writes the leaves' buffers
     */
    void bindLater(int first, List<Long> bytes, List<Place> ingredients, Consumer<List<Buffer>> maker) {
        ingredients.forEach(this::use);
        List<Constant> made = new ArrayList<>();
        for (int i = 0; i < bytes.size(); i++) {
            Constant c = new Constant(NO_LEAF, Optional.empty());
            made.add(c);
            leaves.put(first + i, place(c, bytes.get(i)));
        }
        Runnable makeAll = () -> {
            made.forEach(c -> c.maker = () -> { });
            for (int i = 0; i < made.size(); i++) {
                made.get(i).buffer = Optional.of(memory.allocate(bytes.get(i)));
            }
            maker.accept(made.stream().map(c -> c.buffer.orElseThrow()).toList());
            ingredients.forEach(this::release);
        };
        made.forEach(c -> c.maker = makeAll);
    }

    /** Returns the place of a frozen leaf. */
    Place leaf(int leaf) {
        return leaves.get(leaf);
    }

    /** Announces a use. */
    void use(Place place) {
        constants.get(place.number()).uses++;
    }

    /** Says that an announced use is over; the last one frees what no call reads. */
    void release(Place place) {
        Constant c = constants.get(place.number());
        c.uses--;
        dropIfUseless(c);
    }

    /** Says that each call reads {@code place}. */
    void read(Place place) {
        buffer(place);
        constants.get(place.number()).read = true;
    }

    /** Returns the data at {@code place}. */
    Buffer buffer(Place place) {
        Constant c = constants.get(place.number());
        c.maker.run();
        return c.buffer.orElseThrow();
    }

    /** Runs a kernel now, over constants; its only result becomes a constant. */
    Place compute(Kernel kernel, List<Place> inputs, long bytes) {
        List<Buffer> table = new ArrayList<>(inputs.stream().map(this::buffer).toList());
        Buffer result = memory.allocate(bytes);
        table.add(result);
        Place made = place(new Constant(NO_LEAF, Optional.of(result)), bytes);
        if (kernel.workspaceBytes() > 0) {
            table.add(memory.allocate(kernel.workspaceBytes()));
        }
        try {
            kernel.launch(new Arguments(table.toArray(Buffer[]::new), IntStream.range(0, table.size()).toArray()));
        } finally {
            if (kernel.workspaceBytes() > 0) {
                memory.synchronize();
                memory.free(table.getLast());
            }
        }
        return made;
    }

    /** Frees everything that no call reads: the plan is made. */
    void seal() {
        constants.forEach(c -> {
            c.uses = 0;
            dropIfUseless(c);
        });
    }

    private void dropIfUseless(Constant c) {
        if (c.uses > 0 || c.read || c.buffer.isEmpty()) {
            return;
        }
        if (c.leaf == NO_LEAF) {
            memory.discard(c.buffer.get());
        } else {
            unused.accept(c.leaf);
        }
        c.buffer = Optional.empty();
    }

    /** Returns the buffers, in the order of their places' numbers; nothing where there is no data any more. */
    List<Optional<Buffer>> buffers() {
        return constants.stream().map(c -> c.buffer).toList();
    }

    /** Returns those that the plan must give back. */
    List<Buffer> owned() {
        return constants.stream().filter(c -> c.leaf == NO_LEAF).flatMap(c -> c.buffer.stream()).toList();
    }

    /** Gives back what the plan made so far: there will be none. */
    void discard() {
        owned().forEach(memory::discard);
    }

    /** Returns what gives everything back when the plan is gone: its own constants, and the leaves that calls read. */
    Runnable giveBack() {
        Memory m = memory;
        List<Buffer> owned = owned();
        IntConsumer done = unused;
        int[] leaves = constants.stream().filter(c -> c.leaf != NO_LEAF && c.buffer.isPresent()).mapToInt(c -> c.leaf).toArray();
        return () -> {
            owned.forEach(m::discard);
            for (int leaf : leaves) {
                done.accept(leaf);
            }
        };
    }

    private Place place(Constant c, long bytes) {
        constants.add(c);
        return new Place(Place.Kind.CONSTANT, constants.size() - 1, bytes, 0);
    }
}
