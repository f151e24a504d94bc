package dev.gatun.spi;

import java.util.List;

/**
 * A plan as a backend executes it: steps in order over numbered buffers.
 *
 * @param steps the launches
 * @param temporaries where the arena holds each intermediate
 * @param arenaBytes the size of the arena
 * @param firstTemporary the number of the first intermediate; lower numbers are inputs, constants and outputs, given at each call
 */
public record Program(List<Step> steps, List<Temporary> temporaries, long arenaBytes, int firstTemporary) {
    /** Copies the lists. */
    public Program {
        steps = List.copyOf(steps);
        temporaries = List.copyOf(temporaries);
    }

    /** One launch. @param slots the numbers of the kernel's arguments: operands, results, workspace */
    public record Step(Kernel kernel, List<Integer> slots) {
        /** Copies the list. */
        public Step {
            slots = List.copyOf(slots);
        }
    }

    /** A part of the arena. */
    public record Temporary(long offset, long bytes) { }
}
