package dev.gatun.plan;

import dev.gatun.spi.Arguments;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.Memory;

/** Copies a row-major tensor within one memory. */
record Copy(Memory memory, long bytes) implements Kernel {
    @Override
    public String name() {
        return "copy";
    }

    @Override
    public void launch(Arguments arguments) {
        memory.copy(arguments.buffer(0), arguments.buffer(1), bytes);
    }
}
