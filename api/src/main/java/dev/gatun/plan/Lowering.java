package dev.gatun.plan;

import dev.gatun.TensorType;
import dev.gatun.graph.Graph;
import dev.gatun.graph.Graph.Node;
import dev.gatun.graph.Graph.Value;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Fused;
import dev.gatun.op.Movement;
import dev.gatun.op.Op;
import dev.gatun.op.Source;
import dev.gatun.reference.ReferenceKernels;
import dev.gatun.spi.Backend;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Turns a fused graph into steps: asks the backend for a kernel for each node, proposes something smaller where it declines, F32 for BF16 and F16, and the
 * reference loops in the end; puts reorders where layouts differ, and runs those of frozen operands at once. Reshapes of row-major data cost nothing.
 */
final class Lowering {
    private final Graph graph;
    private final Backend backend;
    private final Constants constants;
    private final List<Launch> launches = new ArrayList<>();
    private final Map<Value, Held> held = new HashMap<>();
    /** The copy of each value that some kernel wanted in another layout; a place may be read in several shapes, which lie differently in it. */
    private final Map<Held, Held> reordered = new HashMap<>();
    private final Map<Source.Scalar, Held> scalars = new HashMap<>();
    /** What the backend answered: portions of a batch ask for the same again and again. */
    private final Map<KernelRequest, Optional<Kernel>> kernels = new HashMap<>();
    /** Narrow constants in F32. */
    private final Map<Place, Held> cast = new HashMap<>();

    /** A value in memory. */
    record Held(TensorType type, Place place, Layout layout) {
        Held as(TensorType other) {
            return new Held(other, place, layout);
        }
    }

    /** A step before its memory is assigned. @param workspace the place of the kernel's scratch memory, if it has one */
    record Launch(String what, Kernel kernel, List<Held> inputs, List<Held> outputs, Optional<Place> workspace) { }

    private Lowering(Graph graph, Backend backend, Constants constants) {
        this.graph = graph;
        this.backend = backend;
        this.constants = constants;
    }

    /**
     * The steps, and where each output of the graph lies after them.
     *
     * @param lastFallible the last step that can fail because of what its operands hold, or -1
     */
    record Result(List<Launch> launches, List<Held> outputs, int lastFallible) { }

    /** Returns the steps of {@code graph}; frozen leaves are in {@code constants}. */
    static Result apply(Graph graph, Backend backend, Constants constants) {
        Lowering l = new Lowering(graph, backend, constants);
        for (int i = 0; i < graph.leaves().size(); i++) {
            TensorType type = graph.leaves().get(i).type();
            Place place = graph.leaves().get(i).frozen() ? constants.leaf(i) : new Place(Place.Kind.EXTERNAL, i, type.bytes(), 0);
            l.held.put(new Value(i, 0), new Held(type, place, Layout.PLAIN));
        }
        graph.nodes().forEach(n -> l.frozenLeaves(n.inputs()).forEach(constants::use));
        l.frozenLeaves(graph.outputs()).forEach(constants::use);
        BitSet fallible = Fallible.nodes(graph);
        int lastFallible = -1;
        for (int i = 0; i < graph.nodes().size(); i++) {
            l.lower(i);
            lastFallible = fallible.get(i) ? l.launches.size() - 1 : lastFallible;
            l.frozenLeaves(graph.nodes().get(i).inputs()).forEach(constants::release);
        }
        List<Held> outputs = graph.outputs().stream().map(l.held::get).map(l::plain).toList();
        outputs.forEach(l::readIfConstant);
        l.frozenLeaves(graph.outputs()).forEach(constants::release);
        constants.seal();
        return new Result(l.launches, outputs, lastFallible);
    }

    private List<Place> frozenLeaves(List<Value> values) {
        return values.stream().filter(v -> graph.isLeaf(v) && graph.leaves().get(v.node()).frozen()).map(v -> constants.leaf(v.node())).toList();
    }

    private void readIfConstant(Held value) {
        if (value.place().kind() == Place.Kind.CONSTANT) {
            constants.read(value.place());
        }
    }

    private void lower(int i) {
        Node n = graph.nodes().get(i);
        List<Held> in = n.inputs().stream().map(held::get).toList();
        List<Held> out = switch (n.op()) {
            case Source.Scalar s -> List.of(scalar(s));
            case Movement.Reshape r -> List.of(reshaped(in.getFirst(), r));
            case Fused.Epilogue e -> epilogue(e, in, n.types());
            case Fused.Region r -> region(r, in, n.types());
            default -> single(n.op(), in, n.types());
        };
        for (int k = 0; k < out.size(); k++) {
            held.put(new Value(graph.leaves().size() + i, k), out.get(k));
        }
    }

    /** Whoever reads a reshaped constant reads the constant. */
    private Held reshaped(Held value, Movement.Reshape r) {
        readIfConstant(value);
        return plain(value).as(value.type().with(r.shape()));
    }

    private Held scalar(Source.Scalar s) {
        return scalars.computeIfAbsent(s, k -> {
            TensorType type = new TensorType(s.dtype(), dev.gatun.Shape.SCALAR);
            Kernel fill = ReferenceKernels.of(s, List.of(), List.of(type));
            return new Held(type, constants.compute(fallback(fill, List.of(), List.of(type)), List.of(), type.bytes()), Layout.PLAIN);
        });
    }

    private List<Held> single(Op op, List<Held> in, List<TensorType> types) {
        KernelRequest.Single request = new KernelRequest.Single(op, types(in), types, layouts(in), frozen(in));
        Optional<Kernel> kernel = kernel(request);
        if (kernel.isEmpty() && Widening.of(request).flatMap(this::kernel).isPresent()) {
            return widened(op, in, types);
        }
        return launch(request, kernel.orElseGet(() -> fallback(ReferenceKernels.fallback(op, request.inputs(), types), request.inputs(), types)), in);
    }

    /** An op in F32 between casts. */
    private List<Held> widened(Op op, List<Held> in, List<TensorType> types) {
        List<Held> operands = in.stream().map(h -> cast(h, Widening.of(h.type()))).toList();
        List<Held> results = single(op, operands, types.stream().map(Widening::of).toList());
        return IntStream.range(0, types.size()).mapToObj(k -> cast(results.get(k), types.get(k))).toList();
    }

    /** Returns {@code value} in another element type; a constant is cast at once. */
    private Held cast(Held value, TensorType type) {
        if (value.type().equals(type)) {
            return value;
        }
        Elementwise.Cast op = new Elementwise.Cast(type.dtype());
        if (value.place().kind() != Place.Kind.CONSTANT) {
            return single(op, List.of(value), List.of(type)).getFirst();
        }
        return cast.computeIfAbsent(value.place(), p -> {
            Held plain = plain(value);
            Kernel kernel = fallback(ReferenceKernels.of(op, List.of(plain.type()), List.of(type)), List.of(plain.type()), List.of(type));
            return new Held(type, constants.compute(kernel, List.of(plain.place()), type.bytes()), Layout.PLAIN);
        }).as(type);
    }

    /** A fused request, or what it was made of: the root, then the region over its result. */
    private List<Held> epilogue(Fused.Epilogue e, List<Held> in, List<TensorType> types) {
        KernelRequest.Epilogue request = new KernelRequest.Epilogue(e, types(in), types, layouts(in), frozen(in));
        Optional<Kernel> kernel = kernel(request);
        if (kernel.isPresent()) {
            return launch(request, kernel.get(), in);
        }
        List<Held> rootIn = in.subList(0, e.rootInputs());
        List<Held> root = single(e.root(), rootIn, dev.gatun.graph.TypeRules.infer(e.root(), types(rootIn)));
        List<Held> regionIn = new ArrayList<>(List.of(root.getFirst()));
        regionIn.addAll(in.subList(e.rootInputs(), in.size()));
        return region(e.region(), regionIn, types);
    }

    /** A region, or its instructions one by one over expanded operands. */
    private List<Held> region(Fused.Region r, List<Held> in, List<TensorType> types) {
        KernelRequest.Region request = new KernelRequest.Region(r, types(in), types, layouts(in), frozen(in));
        Optional<Kernel> kernel = kernel(request);
        if (kernel.isPresent()) {
            return launch(request, kernel.get(), in);
        }
        List<Held> values = new ArrayList<>(in);
        for (Fused.Instruction c : r.code()) {
            List<Held> operands = c.arguments().stream().map(a -> expanded(values, a, r)).toList();
            values.add(single(c.op(), operands, List.of(new TensorType(c.dtype(), r.shape()))).getFirst());
        }
        return r.results().stream().map(values::get).toList();
    }

    private Held expanded(List<Held> values, int a, Fused.Region r) {
        Held v = values.get(a);
        if (!v.type().shape().equals(r.shape())) {
            values.set(a, single(new Movement.Expand(r.shape()), List.of(v), List.of(v.type().with(r.shape()))).getFirst());
        }
        return values.get(a);
    }

    private Optional<Kernel> kernel(KernelRequest request) {
        return kernels.computeIfAbsent(request, backend::compile);
    }

    private List<Held> launch(KernelRequest request, Kernel kernel, List<Held> in) {
        List<Held> operands = new ArrayList<>();
        for (int i = 0; i < in.size(); i++) {
            operands.add(in(in.get(i), kernel.inputLayouts().isEmpty() ? Layout.PLAIN : kernel.inputLayouts().get(i)));
        }
        int step = launches.size();
        operands.forEach(h -> h.place().touch(step));
        operands.forEach(this::readIfConstant);
        List<Held> results = new ArrayList<>();
        for (int i = 0; i < request.outputs().size(); i++) {
            TensorType type = request.outputs().get(i);
            Layout layout = kernel.outputLayouts().isEmpty() ? Layout.PLAIN : kernel.outputLayouts().get(i);
            results.add(new Held(type, new Place(Place.Kind.ARENA, -1, layout.bytes(type), step), layout));
        }
        Optional<Place> workspace = kernel.workspaceBytes() == 0 ? Optional.empty()
                : Optional.of(new Place(Place.Kind.ARENA, -1, kernel.workspaceBytes(), step));
        launches.add(new Launch(request.name(), kernel, operands, results, workspace));
        return results;
    }

    /** Returns {@code value} in {@code layout}: itself, or a copy that is made once. */
    private Held in(Held value, Layout layout) {
        if (value.layout().equals(layout)) {
            return value;
        }
        Held wanted = new Held(value.type(), value.place(), layout);
        Held known = reordered.get(wanted);
        if (known == null) {
            KernelRequest.Reorder request = new KernelRequest.Reorder(value.type(), value.layout(), layout);
            Kernel kernel = kernel(request).orElseThrow(() -> new IllegalStateException("backend " + backend.name() + " has no reorder of "
                    + value.type() + " from " + value.layout().label() + " to " + layout.label()));
            if (value.place().kind() == Place.Kind.CONSTANT) {
                known = new Held(value.type(), constants.compute(kernel, List.of(value.place()), layout.bytes(value.type())), layout);
            } else {
                int step = launches.size();
                value.place().touch(step);
                known = new Held(value.type(), new Place(Place.Kind.ARENA, -1, layout.bytes(value.type()), step), layout);
                Optional<Place> workspace = kernel.workspaceBytes() == 0 ? Optional.empty()
                        : Optional.of(new Place(Place.Kind.ARENA, -1, kernel.workspaceBytes(), step));
                launches.add(new Launch(request.name(), kernel, List.of(value), List.of(known), workspace));
            }
            reordered.put(wanted, known);
        }
        return known;
    }

    private Held plain(Held value) {
        return in(value, Layout.PLAIN);
    }

    private Kernel fallback(Kernel reference, List<TensorType> inputs, List<TensorType> outputs) {
        return backend.memory().isHost() ? reference : new HostCall(reference, inputs, outputs, backend.memory());
    }

    private static List<TensorType> types(List<Held> values) {
        return values.stream().map(Held::type).toList();
    }

    private static List<Layout> layouts(List<Held> values) {
        return values.stream().map(Held::layout).toList();
    }

    private static List<Boolean> frozen(List<Held> values) {
        return values.stream().map(v -> v.place().kind() == Place.Kind.CONSTANT).toList();
    }
}
