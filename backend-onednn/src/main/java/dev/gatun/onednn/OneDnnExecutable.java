package dev.gatun.onednn;

import dev.gatun.spi.Arguments;
import dev.gatun.spi.Buffer;
import dev.gatun.spi.Executable;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.Memory;
import dev.gatun.spi.Program;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A program whose primitives have their memory objects and argument tables from the start: a call hands over to the {@link Runner} once, tells the few
 * primitives that read inputs or write outputs where these lie today, and then makes one downcall a step. It allocates nothing. A program that calls no
 * primitive stays on its caller's thread: tens of microseconds matter to a program of half a millisecond. Kernels may call primitives in a launch; the first
 * call tells.
 */
final class OneDnnExecutable implements Executable {
    private final Session session;
    private final Memory memory;
    private final Buffer arena;
    private final Buffer[] table;
    private final int externals;
    private final Step[] steps;
    private final Moving[] moving;
    private boolean callsLibrary;
    private final Runnable job = this::launchAll;

    /** A launch. */
    private sealed interface Step {
        void launch();
    }

    private record Primitive(BoundPrimitive bound) implements Step {
        @Override
        public void launch() {
            bound.execute();
        }
    }

    private record Other(Kernel kernel, Arguments arguments) implements Step {
        @Override
        public void launch() {
            kernel.launch(arguments);
        }
    }

    /** An argument of a primitive that may lie elsewhere at each call. */
    private record Moving(BoundPrimitive bound, int argument, int slot) { }

    OneDnnExecutable(Program program, Session session, Memory memory) {
        this.session = session;
        this.memory = memory;
        this.arena = memory.allocate(Math.max(1, program.arenaBytes()));
        this.externals = program.firstTemporary();
        this.table = new Buffer[externals + program.temporaries().size()];
        List<Moving> moves = new ArrayList<>();
        List<Step> linked = new ArrayList<>();
        try {
            for (int i = 0; i < program.temporaries().size(); i++) {
                Program.Temporary t = program.temporaries().get(i);
                table[externals + i] = arena.slice(t.offset(), t.bytes());
            }
            program.steps().forEach(s -> linked.add(link(s, moves)));
        } catch (RuntimeException | Error e) {
            release(linked);
            memory.free(arena);
            throw e;
        }
        this.steps = linked.toArray(Step[]::new);
        this.moving = moves.toArray(Moving[]::new);
        this.callsLibrary = program.steps().stream().anyMatch(s -> s.kernel() instanceof PrimitiveKernel);
    }

    private Step link(Program.Step step, List<Moving> moves) {
        if (!(step.kernel() instanceof PrimitiveKernel kernel)) {
            return new Other(step.kernel(), new Arguments(table, step.slots().stream().mapToInt(Integer::intValue).toArray()));
        }
        PrimitiveKernel.checkCount(kernel.name(), kernel.arguments().size(), step.slots().size());
        BoundPrimitive bound = new BoundPrimitive(kernel);
        try {
            for (int i = 0; i < step.slots().size(); i++) {
                int slot = step.slots().get(i);
                if (slot < externals) {
                    moves.add(new Moving(bound, i, slot));
                } else {
                    bound.set(i, table[slot]);
                }
            }
        } catch (RuntimeException | Error e) {
            bound.close();
            throw e;
        }
        return new Primitive(bound);
    }

    @Override
    public void run(Buffer[] external) {
        System.arraycopy(external, 0, table, 0, externals);
        try {
            if (callsLibrary) {
                session.runner().run(job);
            } else {
                callsLibrary = session.runner().inTurn(job);
            }
        } finally {
            Arrays.fill(table, 0, externals, null);
        }
    }

    private void launchAll() {
        session.checkOpen();
        for (Moving m : moving) {
            m.bound.set(m.argument, table[m.slot]);
        }
        for (Step step : steps) {
            step.launch();
        }
    }

    @Override
    public void close() {
        release(Arrays.asList(steps));
        memory.free(arena);
    }

    @Override
    public void discard() {
        release(Arrays.asList(steps));
        memory.discard(arena);
    }

    private static void release(List<Step> linked) {
        for (Step step : linked) {
            if (step instanceof Primitive(BoundPrimitive bound)) {
                bound.close();
            }
        }
    }
}
