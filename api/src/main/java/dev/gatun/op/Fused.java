package dev.gatun.op;

import dev.gatun.DType;
import dev.gatun.Shape;
import java.util.List;

/** What the planner makes of several ops; never recorded, and without type rule or gradient of its own. */
public sealed interface Fused extends Op {
    /**
     * A straight-line program of elementwise ops over one shape. Values are numbered: 0 .. inputs - 1 are the operands, each of a shape that expands to
     * {@code shape}; inputs + i is the result of {@code code[i]}.
     *
     * @param results the values that are kept, each written in full {@code shape}
     */
    record Region(Shape shape, int inputs, List<Instruction> code, List<Integer> results) implements Fused {
        /** Copies the lists. */
        public Region {
            code = List.copyOf(code);
            results = List.copyOf(results);
        }

        @Override
        public String name() {
            return "region";
        }
    }

    /** One op of a region. @param arguments values of the region @param dtype the type of the result */
    record Instruction(Elementwise op, List<Integer> arguments, DType dtype) {
        /** Copies the list. */
        public Instruction {
            arguments = List.copyOf(arguments);
        }
    }

    /**
     * An op followed by a region over its first result: operands are the root's, then those of the region from its second on; results are the region's,
     * then the root's second, third ... results.
     */
    record Epilogue(Op root, int rootInputs, Region region) implements Fused {
        @Override
        public String name() {
            return root.name() + "+" + String.join("+", region.code().stream().map(i -> i.op().name()).toList());
        }
    }
}
