package dev.gatun.autodiff;

import dev.gatun.Producer;
import dev.gatun.Tensor;
import dev.gatun.op.Movement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The walk from results back to operands. A first pass puts the applications behind the results in an order in which each comes after what it reads; a
 * second one marks those through which a wanted tensor is reached; the last one goes through the marked ones from the end, so that all gradients of a
 * value have arrived, and are added up, before they are passed on. Nothing recurses: what was recorded may be deeper than the stack.
 */
public final class Backpropagation {
    /** The tensors at which the walk stops, as if they had not been computed from anything. */
    private final Set<Tensor> leaves;
    private final Map<Producer, Application> applications = new IdentityHashMap<>();
    private final List<Application> order = new ArrayList<>();
    /** Each tensor met, under the one that stands for its value. */
    private final Map<Tensor, Tensor> values = new IdentityHashMap<>();
    private final Set<Tensor> active = identitySet();
    private final Map<Tensor, Tensor> gradients = new IdentityHashMap<>();

    private Backpropagation(Set<Tensor> leaves) {
        this.leaves = leaves;
    }

    /**
     * Returns the gradient of each of {@code wrt}, empty for those that {@code y} does not depend on.
     *
     * @param dy the gradient of {@code y}, of its type
     */
    public static List<Optional<Tensor>> from(Tensor y, Tensor dy, List<Tensor> wrt) {
        return new Backpropagation(identitySet()).run(List.of(y), List.of(Optional.of(dy)), wrt);
    }

    /**
     * Returns the gradient of each of {@code xs} for {@code ys} that were computed from them, whatever the xs were computed from.
     *
     * @param dys the gradients of the ys, empty for zero
     */
    static List<Optional<Tensor>> between(List<Tensor> xs, List<Tensor> ys, List<Optional<Tensor>> dys) {
        Set<Tensor> leaves = identitySet();
        leaves.addAll(xs);
        return new Backpropagation(leaves).run(ys, dys, xs);
    }

    private List<Optional<Tensor>> run(List<Tensor> ys, List<Optional<Tensor>> dys, List<Tensor> wrt) {
        ys.forEach(this::explore);
        List<Tensor> wanted = wrt.stream().map(this::value).toList();
        wanted.stream().filter(w -> w.dtype().isFloating()).forEach(active::add);
        order.forEach(this::mark);
        for (int i = 0; i < ys.size(); i++) {
            Tensor y = value(ys.get(i));
            dys.get(i).ifPresent(dy -> accumulate(y, dy));
        }
        order.reversed().forEach(this::pass);
        return wanted.stream().map(w -> Optional.ofNullable(gradients.get(w))).toList();
    }

    /** Appends the applications behind {@code y} to the order, each after those that it reads from. */
    private void explore(Tensor y) {
        Deque<Application> open = new ArrayDeque<>();
        enter(y, open);
        while (!open.isEmpty()) {
            Application a = open.peek();
            if (a.inputs.size() < a.producer.inputs().size()) {
                Tensor x = a.producer.inputs().get(a.inputs.size());
                a.inputs.add(enter(x, open));
            } else {
                order.add(open.pop());
            }
        }
    }

    /** Returns the tensor that stands for the value of {@code t}, and opens the application that it comes from if that is new. */
    private Tensor enter(Tensor t, Deque<Application> open) {
        Tensor known = values.get(t);
        if (known != null) {
            return known;
        }
        // Asked once: another thread may evaluate t meanwhile, which then forgets its producer.
        Optional<Producer> producer = leaves.contains(t) ? Optional.empty() : t.producer();
        Tensor value = t;
        if (producer.isPresent()) {
            Application a = applications.get(producer.get());
            if (a == null) {
                a = new Application(producer.get());
                applications.put(a.producer, a);
                open.push(a);
            }
            value = a.result(t);
        }
        values.put(t, value);
        return value;
    }

    /** Returns the tensor that stands for the value of {@code t}: two tensors may be the same result of one application. */
    private Tensor value(Tensor t) {
        Tensor known = values.get(t);
        return known != null ? known : t.producer().map(applications::get).map(a -> a.result(t)).orElse(t);
    }

    /** Marks the results that depend on a wanted tensor. */
    private void mark(Application a) {
        if (a.producer.op() instanceof Movement.Detach || a.inputs.stream().noneMatch(active::contains)) {
            return;
        }
        for (Tensor y : a.results()) {
            if (y.dtype().isFloating()) {
                active.add(y);
            }
        }
    }

    /** Hands the gradients of an application's results on to its operands. */
    private void pass(Application a) {
        if (a.inputs.stream().noneMatch(active::contains)) {
            return;
        }
        List<Optional<Tensor>> dys = a.results().stream().map(y -> Optional.ofNullable(gradients.get(y))).toList();
        if (dys.stream().allMatch(Optional::isEmpty)) {
            return;
        }
        List<Supplier<Tensor>> dxs = Vjp.of(new Step(a.producer.op(), a.inputs, a.results(), dys));
        for (int i = 0; i < a.inputs.size(); i++) {
            Tensor x = a.inputs.get(i);
            if (active.contains(x) && dxs.get(i) != Vjp.NONE) {
                accumulate(x, dxs.get(i).get());
            }
        }
    }

    private void accumulate(Tensor x, Tensor dx) {
        if (!dx.type().equals(x.type())) {
            throw new AssertionError("gradient " + dx.type() + " of a value " + x.type());
        }
        gradients.merge(x, dx, Tensor::add);
    }

    private static Set<Tensor> identitySet() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    /** A recorded application, with one tensor for each of its values. */
    private static final class Application {
        final Producer producer;
        /** The values that it reads; while the walk is at this application, the first of them. */
        final List<Tensor> inputs;
        private final Tensor[] results;

        Application(Producer producer) {
            this.producer = producer;
            this.inputs = new ArrayList<>(producer.inputs().size());
            this.results = new Tensor[producer.types().size()];
        }

        /** Returns the tensor that stands for the result that {@code t} is. */
        Tensor result(Tensor t) {
            if (results[t.index()] == null) {
                results[t.index()] = t;
            }
            return results[t.index()];
        }

        /** Returns a tensor for every result, also for those that nobody holds any more. */
        List<Tensor> results() {
            for (int i = 0; i < results.length; i++) {
                if (results[i] == null) {
                    results[i] = producer.result(i);
                }
            }
            return List.of(results);
        }
    }
}
