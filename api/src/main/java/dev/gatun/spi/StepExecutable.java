package dev.gatun.spi;

import java.util.List;

/** Launches the steps of a program in order; a call allocates nothing. */
public final class StepExecutable implements Executable {
    private final Memory memory;
    private final Buffer arena;
    private final Buffer[] table;
    private final int externals;
    private final Kernel[] kernels;
    private final Arguments[] arguments;

    /** Links {@code program} over a new arena of {@code memory}. */
    public StepExecutable(Program program, Memory memory) {
        this.memory = memory;
        this.arena = memory.allocate(Math.max(1, program.arenaBytes()));
        this.externals = program.firstTemporary();
        this.table = new Buffer[externals + program.temporaries().size()];
        for (int i = 0; i < program.temporaries().size(); i++) {
            Program.Temporary t = program.temporaries().get(i);
            table[externals + i] = arena.slice(t.offset(), t.bytes());
        }
        List<Program.Step> steps = program.steps();
        this.kernels = steps.stream().map(Program.Step::kernel).toArray(Kernel[]::new);
        this.arguments = steps.stream().map(s -> new Arguments(table, s.slots().stream().mapToInt(Integer::intValue).toArray()))
                .toArray(Arguments[]::new);
    }

    @Override
    public void run(Buffer[] external) {
        System.arraycopy(external, 0, table, 0, externals);
        try {
            for (int i = 0; i < kernels.length; i++) {
                kernels[i].launch(arguments[i]);
            }
        } finally {
            for (int i = 0; i < externals; i++) {
                table[i] = null;
            }
        }
    }

    @Override
    public void close() {
        memory.free(arena);
    }

    @Override
    public void discard() {
        memory.discard(arena);
    }
}
