package dev.gatun.plan;

import dev.gatun.TensorType;
import dev.gatun.plan.Lowering.Held;
import dev.gatun.plan.Lowering.Launch;
import dev.gatun.spi.Backend;
import dev.gatun.spi.Layout;
import dev.gatun.spi.Program;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Gives every value of a lowered plan its memory: results that users see get buffers of their own, which may be donated inputs; kernels that can work in
 * place take over their operand's block; what is joined is written where it will lie; the rest shares the arena.
 */
final class Assignment {
    private final Backend backend;
    private final List<Launch> launches;
    private final int leaves;
    private final int outputs;
    private final int lastFallible;
    private final Map<Integer, Integer> donated;
    private final Set<Launch> needless = Collections.newSetFromMap(new IdentityHashMap<>());

    private Assignment(Backend backend, Lowering.Result lowered, int leaves, List<Donation> donations) {
        this.backend = backend;
        this.launches = new ArrayList<>(lowered.launches());
        this.leaves = leaves;
        this.outputs = lowered.outputs().size();
        this.lastFallible = lowered.lastFallible();
        this.donated = donations.stream().collect(Collectors.toMap(Donation::output, Donation::input));
    }

    /** A program over externals (leaves, outputs, constants) and an arena, and its steps as text, which is made when somebody wants to read it. */
    record Result(Program program, Supplier<List<String>> steps) { }

    /** Assigns the memory of a lowered plan. */
    static Result apply(Backend backend, Lowering.Result lowered, int leaves, int constants, List<Donation> donations) {
        Assignment a = new Assignment(backend, lowered, leaves, donations);
        a.place(lowered.outputs());
        a.joinInPlace();
        a.joinParts();
        return new Result(a.program(constants), a::describe);
    }

    /** Moves results into the buffers of outputs; those that cannot move are copied at the end. */
    private void place(List<Held> results) {
        boolean[] moved = new boolean[results.size()];
        for (int o = 0; o < results.size(); o++) {
            Place p = results.get(o).place();
            if (p.kind() == Place.Kind.ARENA && (!donated.containsKey(o) || mayOverwrite(p, donated.get(o), results))) {
                p.moveTo(leaves + o);
                moved[o] = true;
            }
        }
        List<Held> sources = new ArrayList<>(results);
        for (int o = 0; o < results.size(); o++) {
            // An input that is donated to another output may be overwritten by the copies: save it first.
            if (!moved[o] && results.get(o).place().kind() == Place.Kind.EXTERNAL && donated.containsValue(results.get(o).place().number())) {
                TensorType type = results.get(o).type();
                Held saved = new Held(type, new Place(Place.Kind.ARENA, -1, type.bytes(), launches.size()), Layout.PLAIN);
                copy(results.get(o), saved);
                sources.set(o, saved);
            }
        }
        for (int o = 0; o < results.size(); o++) {
            if (!moved[o]) {
                copy(sources.get(o), new Held(results.get(o).type(), new Place(Place.Kind.EXTERNAL, leaves + o, 0, launches.size()), Layout.PLAIN));
            }
        }
    }

    private void copy(Held from, Held to) {
        from.place().touch(launches.size());
        launches.add(new Launch("copy", new Copy(backend.memory(), from.type().bytes()), List.of(from), List.of(to), Optional.empty()));
    }

    /**
     * Returns whether the step that first writes {@code p} may write over input {@code input}: it is no result, which is copied at the end, nobody reads it
     * later, and the step itself can; nor does a step fail later, which had to leave it as it was. One that works in place fails before it writes.
     */
    private boolean mayOverwrite(Place p, int input, List<Held> results) {
        if (results.stream().anyMatch(h -> isInput(h.place(), input))) {
            return false;
        }
        boolean inPlace = false;
        for (int s = p.first(); s < launches.size(); s++) {
            Launch l = launches.get(s);
            for (int i = 0; i < l.inputs().size(); i++) {
                if (isInput(l.inputs().get(i).place(), input)) {
                    if (s > p.first() || !canTakeOver(l, i, p)) {
                        return false;
                    }
                    inPlace = true;
                }
            }
        }
        return p.first() > lastFallible || p.first() == lastFallible && inPlace;
    }

    private static boolean isInput(Place p, int input) {
        return p.kind() == Place.Kind.EXTERNAL && p.number() == input;
    }

    /** Returns whether {@code p}, a result of {@code l}, may lie where operand {@code i} does, which no other operand shares. */
    private static boolean canTakeOver(Launch l, int i, Place p) {
        Place in = l.inputs().get(i).place().root();
        long sharing = l.inputs().stream().filter(h -> h.place().root() == in
                || h.place().kind() == Place.Kind.EXTERNAL && in.kind() == Place.Kind.EXTERNAL && h.place().number() == in.number()).count();
        for (int r = 0; r < l.outputs().size(); r++) {
            if (l.outputs().get(r).place().root() == p.root()) {
                return sharing == 1 && l.kernel().inPlace(i, r);
            }
        }
        return false;
    }

    private void joinInPlace() {
        for (int s = 0; s < launches.size(); s++) {
            Launch l = launches.get(s);
            for (int i = 0; i < l.inputs().size(); i++) {
                Place in = l.inputs().get(i).place().root();
                if (in.kind() != Place.Kind.ARENA || in.last() != s || in.first() == s) {
                    continue;
                }
                for (Held result : l.outputs()) {
                    Place out = result.place().root();
                    if (out != in && out.kind() == Place.Kind.ARENA && out.first() == s && out.bytes() == in.bytes() && canTakeOver(l, i, out)) {
                        out.joinInto(in);
                        break;
                    }
                }
            }
        }
    }

    /** Lets operands that a kernel would join lie in its result from the start; then it need not be launched. */
    private void joinParts() {
        for (int s = 0; s < launches.size(); s++) {
            Launch l = launches.get(s);
            if (l.kernel().joins() && liesTogether(l, s)) {
                long offset = 0;
                for (Held operand : l.inputs()) {
                    operand.place().becomePart(l.outputs().getFirst().place(), offset);
                    offset += operand.place().bytes();
                }
                needless.add(l);
            }
        }
    }

    /** Returns whether the operands of step {@code s} may lie in its result: nobody reads them later, when somebody may already have written over that. */
    private boolean liesTogether(Launch l, int s) {
        Place result = l.outputs().getFirst().place().root();
        List<Place> parts = l.inputs().stream().map(h -> h.place().root()).distinct().toList();
        boolean free = parts.size() == l.inputs().size() && parts.stream().allMatch(p -> p.kind() == Place.Kind.ARENA && p.last() == s && !p.isPart());
        boolean aligned = parts.stream().limit(parts.size() - 1).allMatch(p -> p.bytes() % backend.alignment() == 0);
        boolean fills = parts.stream().mapToLong(Place::bytes).sum() == result.bytes();
        return free && aligned && fills && result.kind() == Place.Kind.ARENA && result.first() == s;
    }

    private Program program(int constants) {
        SequencedMap<Place, Integer> arena = new LinkedHashMap<>();
        Map<Place, Integer> numbers = new IdentityHashMap<>();
        launches.forEach(l -> {
            l.inputs().forEach(h -> number(h.place(), arena));
            l.outputs().forEach(h -> number(h.place(), arena));
            l.workspace().ifPresent(p -> number(p, arena));
        });
        numbers.putAll(arena);
        List<Place> wholes = arena.sequencedKeySet().stream().filter(p -> !p.isPart()).toList();
        MemoryPlan memory = MemoryPlan.of(wholes.stream().map(p -> new MemoryPlan.Block(p.bytes(), p.first(), p.last())).toList(), backend.alignment());
        Map<Place, Long> offsets = new IdentityHashMap<>();
        for (int i = 0; i < wholes.size(); i++) {
            offsets.put(wholes.get(i), memory.offsets().get(i));
        }
        List<Program.Temporary> temporaries = arena.sequencedKeySet().stream().map(p -> new Program.Temporary(p.offset(offsets), p.bytes())).toList();
        int firstTemporary = leaves + outputs + constants;
        List<Program.Step> steps = launches.stream().filter(l -> !needless.contains(l)).map(l -> {
            List<Integer> slots = new ArrayList<>();
            l.inputs().forEach(h -> slots.add(slot(h.place(), numbers, firstTemporary)));
            l.outputs().forEach(h -> slots.add(slot(h.place(), numbers, firstTemporary)));
            l.workspace().ifPresent(p -> slots.add(slot(p, numbers, firstTemporary)));
            return new Program.Step(l.kernel(), slots);
        }).toList();
        return new Program(steps, temporaries, memory.bytes(), firstTemporary);
    }

    private static void number(Place p, Map<Place, Integer> arena) {
        if (p.kind() == Place.Kind.ARENA) {
            arena.putIfAbsent(p.root(), arena.size());
        }
    }

    private int slot(Place p, Map<Place, Integer> numbers, int firstTemporary) {
        return switch (p.kind()) {
            case EXTERNAL -> p.number();
            case CONSTANT -> leaves + outputs + p.number();
            case ARENA -> firstTemporary + numbers.get(p.root());
        };
    }

    /** Returns the steps of the program as text. */
    private List<String> describe() {
        List<String> lines = new ArrayList<>();
        for (Launch l : launches) {
            String types = l.inputs().stream().map(Assignment::label).collect(Collectors.joining(", ")) + " -> "
                    + l.outputs().stream().map(Assignment::label).collect(Collectors.joining(", "));
            lines.add(String.format("%4d  %-28s %-34s %s%s", lines.size(), l.what(), l.kernel().name(), types,
                    l.kernel().isFallback() ? "  (reference loop)" : needless.contains(l) ? "  (joined in place)" : ""));
        }
        return lines;
    }

    private static String label(Held h) {
        return h.type() + (h.layout().equals(Layout.PLAIN) ? "" : "{" + h.layout().label() + "}") + (h.place().kind() == Place.Kind.CONSTANT ? "*" : "");
    }
}
