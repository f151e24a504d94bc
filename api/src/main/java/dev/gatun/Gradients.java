package dev.gatun;

import dev.gatun.autodiff.Backpropagation;
import dev.gatun.op.Movement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reverse-mode differentiation. Gradients are recorded tensors like any others: nothing is computed yet, they are evaluated or compiled together with
 * what they belong to, and they can be differentiated again.
 *
 * <pre>
 * Tensor loss = x.matmul(w).add(b).square().mean();
 * List&lt;Tensor&gt; g = Gradients.of(loss, w, b);
 * Tensor.evalAll(Backends.standard(), List.of(loss, g.get(0), g.get(1)));
 * </pre>
 *
 * <p>A tensor that has been evaluated is a value like a given one and forgets what it was computed from: gradients reach it, but nothing behind it.
 * {@link Tensor#detach} stops them on purpose.
 */
public final class Gradients {
    private Gradients() {
    }

    /**
     * Returns ∂y/∂w for each w of {@code wrt}, of its type; zeros for one that y does not depend on.
     *
     * @param y floating, with one element
     * @param wrt floating tensors: given values, inputs of a traced function, or intermediate results
     * @throws IllegalArgumentException if y has several elements, or y or one of {@code wrt} is not floating
     * @throws IllegalStateException if none of {@code wrt} can be reached because y, or a tensor behind it, has been evaluated already
     */
    public static List<Tensor> of(Tensor y, List<Tensor> wrt) {
        y.requireUsable();
        requireFloating("y", y);
        if (y.type().elements() != 1) {
            throw new IllegalArgumentException("gradients: y is " + y.type() + " with " + y.type().elements()
                    + " elements but must have one; reduce it with sum() or mean(), or give its gradient dy");
        }
        return of(y, Tensor.full(y.dtype(), y.shape(), 1), wrt);
    }

    /** Returns ∂y/∂w for each w of {@code wrt}; see {@link #of(Tensor, List)}. */
    public static List<Tensor> of(Tensor y, Tensor... wrt) {
        return of(y, List.of(wrt));
    }

    /**
     * Returns the vector-Jacobian products Σ dy · ∂y/∂w for each w of {@code wrt}; see {@link #of(Tensor, List)}.
     *
     * @param y floating, of any shape
     * @param dy of y's type; may itself depend on {@code wrt}, which the result then does not count
     * @throws IllegalArgumentException if dy is not of y's type
     */
    public static List<Tensor> of(Tensor y, Tensor dy, List<Tensor> wrt) {
        y.requireUsable();
        requireFloating("y", y);
        if (!dy.type().equals(y.type())) {
            throw new IllegalArgumentException("gradients: dy is " + dy.type() + " but y is " + y.type() + "; their types must be equal");
        }
        for (int i = 0; i < wrt.size(); i++) {
            wrt.get(i).requireUsable();
            requireFloating("wrt[" + i + "]", wrt.get(i));
        }
        List<Optional<Tensor>> found = Backpropagation.from(y, dy, wrt);
        if (!wrt.isEmpty() && found.stream().allMatch(Optional::isEmpty)) {
            requireHistory(y, wrt);
        }
        List<Tensor> gradients = new ArrayList<>(wrt.size());
        for (int i = 0; i < wrt.size(); i++) {
            TensorType type = wrt.get(i).type();
            gradients.add(found.get(i).orElseGet(() -> Tensor.full(type.dtype(), type.shape(), 0)));
        }
        return gradients;
    }

    /** Throws if something that y was computed from has been evaluated: zeros for all would then be a trap, not an answer. */
    private static void requireHistory(Tensor y, List<Tensor> wrt) {
        Set<Tensor> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        seen.addAll(wrt); // one that is reached through a rounding or a comparison only has gradient zero, rightly
        Deque<Tensor> open = new ArrayDeque<>(List.of(y));
        while (!open.isEmpty()) {
            Tensor t = open.pop();
            if (t.hasForgotten() || t == y && t.hasValue() && t.producer().isEmpty()) {
                throw new IllegalStateException("gradients: y " + y.type() + " does not lead back to what gradients are asked for: "
                        + (t == y ? "it" : "tensor " + t.type() + " behind it") + " has been evaluated, and an evaluated tensor forgets how it was"
                        + " computed; take gradients before values are asked for");
            }
            // Behind a detach there are no gradients anyway.
            t.producer().filter(p -> !(p.op() instanceof Movement.Detach)).ifPresent(p -> p.inputs().stream().filter(seen::add).forEach(open::push));
        }
    }

    private static void requireFloating(String name, Tensor t) {
        if (!t.dtype().isFloating()) {
            throw new IllegalArgumentException("gradients: " + name + " is " + t.type() + " but only floating tensors have gradients");
        }
    }
}
