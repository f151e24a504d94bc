package dev.gatun;

import dev.gatun.graph.Graph;
import dev.gatun.graph.Graph.Leaf;
import dev.gatun.graph.Graph.Node;
import dev.gatun.graph.Graph.Value;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Turns what was recorded into a {@link Graph}: the records below some tensors, in an order in which they can run. */
final class Linearizer {
    private final Map<Tensor, Integer> leafNumbers = new IdentityHashMap<>();
    private final List<Tensor> leaves = new ArrayList<>();
    private final Map<Tensor, Producer> producers = new IdentityHashMap<>();
    private final Set<Producer> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    private final List<Producer> order = new ArrayList<>();

    /** A graph and the tensors behind its leaves: the inputs first, then every tensor with a value that was reached. */
    record Result(Graph graph, List<Tensor> leaves) { }

    private Linearizer() {
    }

    /**
     * Linearizes what {@code outputs} need.
     *
     * @param inputs become leaves, whether they are reached or not
     * @param frozen whether tensors with a value, other than inputs, are constants
     * @throws IllegalStateException if a placeholder that is not an input is reached
     */
    static Result linearize(List<Tensor> inputs, List<Tensor> outputs, boolean frozen) {
        Linearizer l = new Linearizer();
        inputs.forEach(l::leaf);
        outputs.forEach(l::visit);
        return l.result(inputs.size(), outputs, frozen);
    }

    private void leaf(Tensor t) {
        if (leafNumbers.putIfAbsent(t, leaves.size()) == null) {
            leaves.add(t);
        }
    }

    /**
     * Returns the producer of a tensor, or empty if it is a leaf. The answer is kept: another thread may evaluate the tensor, which then forgets its
     * producer, between two questions.
     */
    private Optional<Producer> producer(Tensor t) {
        if (leafNumbers.containsKey(t)) {
            return Optional.empty();
        }
        Producer known = producers.get(t);
        if (known != null) {
            return Optional.of(known);
        }
        t.requireUsable();
        Optional<Producer> producer = t.hasValue() ? Optional.empty() : t.producer();
        if (producer.isPresent()) {
            producers.put(t, producer.get());
        } else if (t.hasValue()) {
            leaf(t);
        } else {
            throw new IllegalStateException("tensor " + t.type() + " is a placeholder: it has a value only inside the compiled function that it belongs to");
        }
        return producer;
    }

    /** Depth-first without recursion: recorded chains may be longer than the stack. */
    private void visit(Tensor root) {
        ArrayDeque<Frame> stack = new ArrayDeque<>();
        push(stack, root);
        while (!stack.isEmpty()) {
            Frame f = stack.peek();
            if (f.next < f.producer.inputs().size()) {
                push(stack, f.producer.inputs().get(f.next++));
            } else {
                stack.pop();
                order.add(f.producer);
            }
        }
    }

    private void push(ArrayDeque<Frame> stack, Tensor t) {
        producer(t).filter(seen::add).ifPresent(p -> stack.push(new Frame(p)));
    }

    private Result result(int inputs, List<Tensor> outputs, boolean frozen) {
        Map<Producer, Integer> numbers = new IdentityHashMap<>();
        List<Node> nodes = new ArrayList<>();
        for (Producer p : order) {
            List<Value> in = p.inputs().stream().map(t -> value(t, numbers)).toList();
            numbers.put(p, leaves.size() + nodes.size());
            nodes.add(new Node(p.op(), in, p.types()));
        }
        List<Leaf> slots = new ArrayList<>();
        for (int i = 0; i < leaves.size(); i++) {
            slots.add(new Leaf(leaves.get(i).type(), frozen && i >= inputs));
        }
        return new Result(new Graph(slots, nodes, outputs.stream().map(t -> value(t, numbers)).toList()), List.copyOf(leaves));
    }

    private Value value(Tensor t, Map<Producer, Integer> numbers) {
        Integer leaf = leafNumbers.get(t);
        return leaf != null ? new Value(leaf, 0) : new Value(numbers.get(producers.get(t)), t.index());
    }

    /** A producer whose operands are visited up to {@code next}. */
    private static final class Frame {
        final Producer producer;
        int next;

        Frame(Producer producer) {
            this.producer = producer;
        }
    }
}
