package dev.gatun.spi;

import dev.gatun.TensorType;
import dev.gatun.op.Fused;
import dev.gatun.op.Op;
import java.util.List;
import java.util.Optional;

/**
 * What the planner asks a backend for: a computation with the types of its operands and results, and the layouts in which the operands lie now.
 *
 * <pre>KernelRequest = Single op | Epilogue root region | Region program | Reorder from to</pre>
 *
 * <p>The answer's {@link Kernel#inputLayouts} may differ from what is asked: then the planner puts reorders in front, which run once for frozen operands.
 */
public sealed interface KernelRequest {
    /** Returns the operands' types. */
    List<TensorType> inputs();

    /** Returns the results' types. */
    List<TensorType> outputs();

    /** Returns the layouts in which the operands lie. */
    List<Layout> layouts();

    /** Returns, operand by operand, whether it is a frozen constant: its reorder costs nothing, it may be prepacked. */
    List<Boolean> frozen();

    /** Returns the op that is asked for, or which a program follows; empty if there are elementwise programs or copies only. */
    default Optional<Op> root() {
        return switch (this) {
            case Single s -> Optional.of(s.op);
            case Epilogue e -> Optional.of(e.fused.root());
            case Region _, Reorder _ -> Optional.empty();
        };
    }

    /** Returns the name that plans and messages print. */
    String name();

    /** Returns this request for operands that lie otherwise. */
    KernelRequest with(List<Layout> layouts);

    /** One op. */
    record Single(Op op, List<TensorType> inputs, List<TensorType> outputs, List<Layout> layouts, List<Boolean> frozen) implements KernelRequest {
        @Override
        public String name() {
            return op.name();
        }

        @Override
        public Single with(List<Layout> other) {
            return new Single(op, inputs, outputs, other, frozen);
        }
    }

    /** An op and the elementwise program that follows it; operands and results as {@link Fused.Epilogue} says. */
    record Epilogue(Fused.Epilogue fused, List<TensorType> inputs, List<TensorType> outputs, List<Layout> layouts, List<Boolean> frozen)
            implements KernelRequest {
        @Override
        public String name() {
            return fused.name();
        }

        @Override
        public Epilogue with(List<Layout> other) {
            return new Epilogue(fused, inputs, outputs, other, frozen);
        }
    }

    /** A fused elementwise program. */
    record Region(Fused.Region region, List<TensorType> inputs, List<TensorType> outputs, List<Layout> layouts, List<Boolean> frozen)
            implements KernelRequest {
        @Override
        public String name() {
            return region.name();
        }

        @Override
        public Region with(List<Layout> other) {
            return new Region(region, inputs, outputs, other, frozen);
        }
    }

    /** A copy of one tensor into another layout; a backend must serve it between any of its own layouts and {@link Layout#PLAIN}. */
    record Reorder(TensorType type, Layout from, Layout to) implements KernelRequest {
        @Override
        public List<TensorType> inputs() {
            return List.of(type);
        }

        @Override
        public List<TensorType> outputs() {
            return List.of(type);
        }

        @Override
        public List<Layout> layouts() {
            return List.of(from);
        }

        @Override
        public List<Boolean> frozen() {
            return List.of(false);
        }

        @Override
        public String name() {
            return "reorder";
        }

        @Override
        public Reorder with(List<Layout> other) {
            return new Reorder(type, other.getFirst(), to);
        }
    }
}
