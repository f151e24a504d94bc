package dev.gatun.nn;

import dev.gatun.Tensor;
import dev.gatun.random.RandomStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * A named tree of parameters and children. A subclass registers what it has in its constructor, under PyTorch's names, so that state dicts fit:
 *
 * {@snippet :
 * final class Classifier extends Layer {
 *     private final Linear hidden = child("fc1", new Linear(784, 128));
 *     private final Linear head = child("fc2", new Linear(128, 10));
 *
 *     @Override
 *     public Tensor forward(Tensor x, Pass pass) {
 *         return head.forward(hidden.forward(x, pass).relu(), pass);
 *     }
 * }
 * }
 *
 * <p>Building a tree is for one thread; afterwards any number of threads may run passes over it.
 */
public abstract class Module {
    private final SequencedMap<String, Parameter> own = new LinkedHashMap<>();
    private final SequencedMap<String, Module> children = new LinkedHashMap<>();
    private volatile boolean evaluating;
    private Module parent;
    private String name = "";
    private Long seed;

    /** For subclasses. */
    protected Module() {
    }

    /**
     * Registers a parameter or buffer and returns it.
     *
     * @param name e.g. {@code weight}; unique in this module and without dots
     * @throws IllegalArgumentException if the name is empty, dotted or taken
     */
    protected final Parameter parameter(String name, Parameter parameter) {
        requireFree(name);
        own.put(name, parameter);
        parameter.register(this, name);
        return parameter;
    }

    /** Registers a child and returns it; see {@link #parameter} for names. */
    protected final <M extends Module> M child(String name, M module) {
        requireFree(name);
        Module m = module;
        children.put(name, m);
        if (m.parent == null) {
            m.parent = this;
            m.name = name;
        }
        return module;
    }

    private void requireFree(String name) {
        if (name.isEmpty() || name.indexOf('.') >= 0) {
            throw new IllegalArgumentException("module: \"" + name + "\" is no name: it must not be empty or contain a dot");
        }
        if (own.containsKey(name) || children.containsKey(name)) {
            throw new IllegalArgumentException("module: the name \"" + name + "\" is taken already in " + getClass().getSimpleName());
        }
    }

    /** Returns the children by name, in the order in which they were registered. */
    public final SequencedMap<String, Module> children() {
        return Collections.unmodifiableSequencedMap(children);
    }

    /**
     * Returns all parameters and buffers of the tree by their full names, e.g. {@code layer1.0.bn1.running_mean}: those of this module, then those of
     * each child. One that is shared appears under each of its names.
     */
    public final SequencedMap<String, Parameter> parameters() {
        SequencedMap<String, Parameter> all = new LinkedHashMap<>();
        collect("", all);
        return all;
    }

    private void collect(String prefix, Map<String, Parameter> all) {
        own.forEach((n, p) -> all.put(prefix + n, p));
        children.forEach((n, m) -> m.collect(prefix + n + ".", all));
    }

    /** Returns how many numbers are trained: the elements of all parameters but the buffers, each shared one counted once. */
    public final long parameterCount() {
        return parameters().values().stream().distinct().filter(p -> !p.isBuffer()).mapToLong(p -> p.type().elements()).sum();
    }

    /**
     * Forgets all values of the tree: they are drawn again from {@code seed}. Without this call the seed is 0.
     *
     * @return this module
     */
    public final Module initialize(long seed) {
        forgetSeeds();
        this.seed = seed;
        parameters().values().forEach(Parameter::reset);
        return this;
    }

    private void forgetSeeds() {
        seed = null;
        children.values().forEach(Module::forgetSeeds);
    }

    /**
     * Sets all parameters and buffers of the tree, see {@link Parameter#set}.
     *
     * @param state the values by full name, as {@link #parameters} names them; they may be those of another module
     * @throws IllegalArgumentException if a name is missing or unknown, or a type differs; then nothing is changed
     * @throws IllegalStateException if a tensor is closed, donated or a placeholder; then nothing is changed
     */
    public final void load(Map<String, Tensor> state) {
        SequencedMap<String, Parameter> parameters = parameters();
        List<String> missing = new ArrayList<>(parameters.keySet());
        missing.removeAll(state.keySet());
        List<String> unknown = new ArrayList<>(state.keySet());
        unknown.removeAll(parameters.keySet());
        if (!missing.isEmpty() || !unknown.isEmpty()) {
            throw new IllegalArgumentException("load: the state does not fit " + getClass().getSimpleName() + ": " + some("missing", missing)
                    + (missing.isEmpty() || unknown.isEmpty() ? "" : ", ") + some("unknown", unknown));
        }
        parameters.forEach((n, p) -> {
            if (!state.get(n).type().equals(p.type())) {
                throw new IllegalArgumentException("load: " + n + " is " + p.type() + ", the state has " + state.get(n).type());
            }
        });
        parameters.keySet().forEach(n -> state.get(n).requireUsable());
        // Before the first is set: what is still to be computed may fail, or read what is set here.
        parameters.keySet().forEach(n -> state.get(n).eval());
        parameters.forEach((n, p) -> p.set(state.get(n)));
    }

    private static String some(String what, List<String> names) {
        if (names.isEmpty()) {
            return "";
        }
        int shown = Math.min(5, names.size());
        return what + " " + String.join(", ", names.subList(0, shown)) + (shown < names.size() ? " and " + (names.size() - shown) + " more" : "");
    }

    /** Excludes the parameters of the tree from training. @return this module */
    public final Module freeze() {
        parameters().values().forEach(p -> p.setTrainable(false));
        return this;
    }

    /** Includes the parameters of the tree in training again. @return this module */
    public final Module unfreeze() {
        parameters().values().forEach(p -> p.setTrainable(true));
        return this;
    }

    /**
     * Pins the tree to inference behaviour (no dropout, running statistics used and kept) even in a pass that trains; for transfer learning.
     *
     * @return this module
     */
    public final Module eval() {
        return pin(true);
    }

    /** Lets the tree follow the pass again: the initial state. @return this module */
    public final Module train() {
        return pin(false);
    }

    private Module pin(boolean inference) {
        evaluating = inference;
        children.values().forEach(m -> m.pin(inference));
        return this;
    }

    final boolean isPinnedToInference() {
        return evaluating;
    }

    /** Returns the random numbers of a parameter: of the nearest seed above, under the name as seen from there. */
    final RandomStream randomOf(String localName) {
        String path = localName;
        Module m = this;
        while (m.seed == null && m.parent != null) {
            path = m.name + "." + path;
            m = m.parent;
        }
        return new RandomStream(m.seed == null ? 0 : m.seed, fnv1a(path));
    }

    /** Returns the full name of what is called {@code localName} here. */
    final String path(String localName) {
        return parent == null ? localName : parent.path(name + "." + localName);
    }

    /** 64-bit FNV-1a: a stream number for a name. */
    private static long fnv1a(String text) {
        long hash = 0xCBF29CE484222325L;
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xFF)) * 0x100000001B3L;
        }
        return hash;
    }

    /** Returns the tree as text, a line a module. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(describe());
        children.forEach((n, m) -> text.append("\n  ").append(n).append(": ").append(m.toString().replace("\n", "\n  ")));
        return text.toString();
    }

    /** Returns this module alone in words; subclasses add their attributes. */
    protected String describe() {
        return getClass().getSimpleName();
    }
}
