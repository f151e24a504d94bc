package dev.gatun.onednn;

import dev.gatun.ffi.dnnl.Dnnl;
import dev.gatun.spi.Arguments;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.Layout;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * A primitive as a kernel. What a launch needs besides is in a {@link BoundPrimitive}: each step of a plan has its own, all launches by themselves share one.
 *
 * <p>One operand may be <em>overwritten</em>: the primitive adds to what its first result's memory holds, and reads no argument for it.
 */
final class PrimitiveKernel implements Kernel {
    /** Where no operand is overwritten. */
    static final int NONE = -1;

    /** Where a result may lie: apart from the operands, over one of them, or all around them, as they lie one behind the other. */
    private enum Placing { APART, IN_PLACE, JOINED }

    private final Session session;
    private final MemorySegment primitive;
    private final String name;
    private final List<Operand> inputs;
    private final List<Operand> outputs;
    private final Descriptor scratchpad;
    private final Placing placing;
    private final int overwritten;
    private BoundPrimitive bound;                 // null until it is launched by itself; belongs to the runner's thread

    private PrimitiveKernel(Session session, PrimitiveDescriptor descriptor, List<Operand> inputs, List<Operand> outputs, Placing placing, int overwritten) {
        this.session = session;
        this.primitive = descriptor.primitive();
        session.own(this, primitive);
        this.name = descriptor.name();
        this.inputs = List.copyOf(inputs);
        this.outputs = List.copyOf(outputs);
        this.scratchpad = descriptor.argument(Dnnl.DNNL_ARG_SCRATCHPAD());
        this.placing = placing;
        this.overwritten = overwritten;
    }

    /** Returns the kernel of a primitive. @param inputs its operands in the request's order @param outputs its results */
    static Kernel of(Session session, PrimitiveDescriptor descriptor, List<Operand> inputs, List<Operand> outputs) {
        return new PrimitiveKernel(session, descriptor, inputs, outputs, Placing.APART, NONE);
    }

    /** {@link #of} for a primitive that reads each element of an operand only to write the result's at the same place. */
    static Kernel inPlace(Session session, PrimitiveDescriptor descriptor, List<Operand> inputs, List<Operand> outputs) {
        return new PrimitiveKernel(session, descriptor, inputs, outputs, Placing.IN_PLACE, NONE);
    }

    /** {@link #of} for a primitive whose operands, one behind the other, are its result. */
    static Kernel joining(Session session, PrimitiveDescriptor descriptor, List<Operand> inputs, List<Operand> outputs) {
        return new PrimitiveKernel(session, descriptor, inputs, outputs, Placing.JOINED, NONE);
    }

    /** {@link #of} for a primitive that adds to its result. @param overwritten the operand that it finds there, or {@link #NONE} */
    static Kernel adding(Session session, PrimitiveDescriptor descriptor, List<Operand> inputs, List<Operand> outputs, int overwritten) {
        return new PrimitiveKernel(session, descriptor, inputs, outputs, Placing.APART, overwritten);
    }

    /** {@link #of} as a part of another kernel. */
    static PrimitiveKernel part(Session session, PrimitiveDescriptor descriptor, List<Operand> inputs, List<Operand> outputs) {
        return new PrimitiveKernel(session, descriptor, inputs, outputs, Placing.APART, NONE);
    }

    MemorySegment primitive() {
        return primitive;
    }

    Session session() {
        return session;
    }

    /** Returns which operand must lie where the first result does when the primitive is executed, or {@link #NONE}. */
    int overwritten() {
        return overwritten;
    }

    /** Returns which of {@link #arguments} the first result is. */
    int firstResult() {
        return inputs.size();
    }

    /** Returns the arguments of an execution in the order of the kernel's buffers: operands, results, scratchpad if there is one. */
    List<Operand> arguments() {
        List<Operand> all = new ArrayList<>(inputs);
        all.addAll(outputs);
        if (scratchpad.bytes() > 0) {
            all.add(Operand.plain(Dnnl.DNNL_ARG_SCRATCHPAD(), scratchpad));
        }
        return all;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<Layout> inputLayouts() {
        return inputs.stream().map(Operand::layout).toList();
    }

    @Override
    public List<Layout> outputLayouts() {
        return outputs.stream().map(Operand::layout).toList();
    }

    @Override
    public long workspaceBytes() {
        return scratchpad.bytes();
    }

    @Override
    public boolean inPlace(int operand, int result) {
        return operand == overwritten ? result == 0 : placing == Placing.IN_PLACE && inputs.get(operand).view().equals(outputs.get(result).view());
    }

    @Override
    public boolean joins() {
        return placing == Placing.JOINED;
    }

    /** Throws unless there is a buffer for each argument: what it is not given, the library would look for at address 0. */
    static void checkCount(String kernel, int wanted, int given) {
        if (given != wanted) {
            throw new IllegalArgumentException(kernel + ": operands, results and workspace are " + wanted + " buffers, but " + given + " are given");
        }
    }

    /**
     * For a launch inside of another kernel, or outside of a plan. The first one binds the arguments; all are on the runner's thread, one after another.
     *
     * @throws IllegalArgumentException if there are more or fewer buffers, or too small ones
     */
    @Override
    public void launch(Arguments arguments) {
        if (session.runner().isCurrent()) {
            execute(arguments);
        } else {
            session.runner().run(() -> execute(arguments));
        }
    }

    private void execute(Arguments arguments) {
        session.checkOpen();
        if (bound == null) {
            bound = new BoundPrimitive(this);
            session.own(this, bound.release());
        }
        checkCount(name, bound.size(), arguments.size());
        for (int i = 0; i < arguments.size(); i++) {
            bound.set(i, arguments.buffer(i));
        }
        bound.execute();
    }
}
