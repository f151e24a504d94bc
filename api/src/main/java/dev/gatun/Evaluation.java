package dev.gatun;

import dev.gatun.plan.Plan;
import dev.gatun.spi.Backend;
import dev.gatun.spi.Buffer;
import dev.gatun.spi.Memory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** The implicit door: computes the values of tensors that somebody asks for, with plans kept by the structure of what was recorded. */
final class Evaluation {
    private static final String PROPERTY = "gatun.eval";
    private static final boolean EAGER = "eager".equals(System.getProperty(PROPERTY));

    private Evaluation() {
    }

    /** Returns whether {@code -Dgatun.eval=eager} asks for every op to run at once. */
    static boolean isEager() {
        return EAGER;
    }

    /** Checks that property. @throws IllegalArgumentException if it is neither eager nor lazy */
    static void requireValidProperty() {
        String value = System.getProperty(PROPERTY, "lazy");
        if (!value.equals("eager") && !value.equals("lazy")) {
            throw new IllegalArgumentException(PROPERTY + "=" + value + ": must be eager or lazy");
        }
    }

    /** Gives each tensor that has none its value; its history is dropped unless {@code keepHistory}. */
    static void compute(Backend backend, List<Tensor> tensors, boolean keepHistory) {
        List<Tensor> wanted = tensors.stream().filter(t -> {
            t.requireUsable();
            return !t.hasValue();
        }).distinct().toList();
        if (wanted.isEmpty()) {
            return;
        }
        OpenBackend open = OpenBackend.of(backend);
        Linearizer.Result linear = Linearizer.linearize(List.of(), wanted, false);
        open.enter();
        try {
            List<Storage> results = open.plans().with(linear.graph(), plan -> call(open, plan, linear.leaves()));
            for (int i = 0; i < wanted.size(); i++) {
                wanted.get(i).fulfil(results.get(i), keepHistory);
            }
        } finally {
            open.exit();
        }
    }

    /** Runs a plan on the values of {@code inputs} and returns new storages with the results. */
    private static List<Storage> call(OpenBackend backend, Plan plan, List<Tensor> inputs) {
        Memory memory = backend.memory();
        List<Storage> held = new ArrayList<>();
        List<Storage> results = new ArrayList<>();
        boolean done = false;
        try {
            Buffer[] external = new Buffer[plan.externals()];
            for (int i = 0; i < inputs.size(); i++) {
                Storage s = on(memory, inputs.get(i));
                held.add(s);
                external[i] = s.buffer();
            }
            for (int i = 0; i < plan.outputTypes().size(); i++) {
                Storage s = Storage.allocate(memory, plan.outputTypes().get(i).bytes());
                results.add(s);
                external[plan.firstOutput() + i] = s.buffer();
            }
            plan.run(external);
            done = true;
            return results;
        } finally {
            held.forEach(Storage::release);
            if (!done) {
                results.forEach(Storage::release);
            }
        }
    }

    /** Returns the value of {@code tensor} in {@code memory}, with a reference for the caller: its own storage, or a copy. */
    static Storage on(Memory memory, Tensor tensor) {
        Storage s = tensor.retained();
        if (s.memory() == memory || s.memory().isHost() && memory.isHost()) {
            return s;
        }
        try {
            Storage copy = Storage.allocate(memory, tensor.type().bytes());
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment staging = arena.allocate(Math.max(1, tensor.type().bytes()), 64).asSlice(0, tensor.type().bytes());
                s.memory().download(s.buffer(), staging);
                memory.upload(staging, copy.buffer());
            }
            return copy;
        } finally {
            s.release();
        }
    }
}
