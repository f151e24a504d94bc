package dev.gatun.plan;

import dev.gatun.spi.Arguments;
import dev.gatun.spi.Buffer;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.Memory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** What a plan holds for ever: frozen leaves, folded values, scalars, weights in a kernel's own layout. */
final class Constants {
    private final Memory memory;
    private final List<Buffer> buffers = new ArrayList<>();
    private final List<Buffer> owned = new ArrayList<>();
    private final Map<Integer, Place> leaves = new HashMap<>();

    Constants(Memory memory) {
        this.memory = memory;
    }

    /** Says where the data of frozen leaf {@code leaf} is; {@code own} passes the buffer to the plan. */
    void bind(int leaf, Buffer buffer, boolean own) {
        leaves.put(leaf, place(buffer));
        if (own) {
            owned.add(buffer);
        }
    }

    /** Returns the place of a frozen leaf. */
    Place leaf(int leaf) {
        return leaves.get(leaf);
    }

    /** Runs a kernel now, over constants; its only result becomes a constant. */
    Place compute(Kernel kernel, List<Place> inputs, long bytes) {
        List<Buffer> table = new ArrayList<>(inputs.stream().map(p -> buffers.get(p.number())).toList());
        Buffer result = memory.allocate(bytes);
        owned.add(result);
        table.add(result);
        if (kernel.workspaceBytes() > 0) {
            table.add(memory.allocate(kernel.workspaceBytes()));
        }
        kernel.launch(new Arguments(table.toArray(Buffer[]::new), IntStream.range(0, table.size()).toArray()));
        if (kernel.workspaceBytes() > 0) {
            memory.synchronize();
            memory.free(table.getLast());
        }
        return place(result);
    }

    /** Returns the buffers, in the order of their places' numbers. */
    List<Buffer> buffers() {
        return buffers;
    }

    /** Returns those that the plan must give back. */
    List<Buffer> owned() {
        return owned;
    }

    private Place place(Buffer buffer) {
        buffers.add(buffer);
        return new Place(Place.Kind.CONSTANT, buffers.size() - 1, buffer.bytes(), 0);
    }
}
