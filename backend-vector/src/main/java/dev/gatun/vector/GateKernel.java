package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;
import static dev.gatun.vector.Native.getFloat;
import static dev.gatun.vector.Native.load;
import static dev.gatun.vector.Native.putFloat;
import static dev.gatun.vector.Native.store;

import dev.gatun.DType;
import dev.gatun.TensorType;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Elementwise.BinaryFunction;
import dev.gatun.op.Fused;
import java.util.List;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * dx = gate > threshold ? a + b : other with numbers {@code threshold} and {@code other}: the gradient of ReLU, perhaps of what two readers send back, in one
 * loop. As a program of three instructions it would write and read the truth values.
 *
 * @param gate the operand that is compared
 * @param threshold the operand that it is compared with, of one element
 * @param a the operand that passes @param b the one that is added to it, or -1
 * @param other the operand that is taken elsewhere, of one element
 * @param operands how many there are
 */
record GateKernel(int gate, int threshold, int a, int b, int other, int operands, long elements, Workers workers) implements FrameKernel {
    private static final int NONE = -1;

    /** Returns the kernel if {@code region} is such a program over floats that lie in order. */
    static Optional<GateKernel> of(Fused.Region region, List<TensorType> types, Workers workers) {
        List<Fused.Instruction> code = region.code();
        int last = code.size() - 1;
        if (last < 1 || last > 2 || !region.results().equals(List.of(region.inputs() + last)) || !(code.get(last).op() instanceof Elementwise.Where)
                || !types.stream().allMatch(type -> type.dtype() == DType.F32)) {
            return Optional.empty();
        }
        List<Integer> choice = code.get(last).arguments();
        int greater = find(code, BinaryFunction.GT);
        int sum = find(code, BinaryFunction.ADD);
        if (greater < 0 || choice.get(0) != region.inputs() + greater || last == 2 && (sum < 0 || choice.get(1) != region.inputs() + sum)) {
            return Optional.empty();
        }
        List<Integer> compared = code.get(greater).arguments();
        List<Integer> terms = last == 2 ? code.get(sum).arguments() : List.of(choice.get(1), NONE);
        boolean fits = isImage(region, types, compared.get(0)) && isNumber(types, compared.get(1)) && isImage(region, types, terms.get(0))
                && (last == 1 || isImage(region, types, terms.get(1))) && isNumber(types, choice.get(2));
        return fits ? Optional.of(new GateKernel(compared.get(0), compared.get(1), terms.get(0), terms.get(1), choice.get(2), region.inputs(),
                region.shape().elements(), workers)) : Optional.empty();
    }

    private static int find(List<Fused.Instruction> code, BinaryFunction function) {
        for (int i = 0; i < code.size(); i++) {
            if (code.get(i).op().equals(new Elementwise.Binary(function))) {
                return i;
            }
        }
        return NONE;
    }

    private static boolean isImage(Fused.Region region, List<TensorType> types, int value) {
        return value < region.inputs() && types.get(value).shape().equals(region.shape());
    }

    private static boolean isNumber(List<TensorType> types, int value) {
        return value < types.size() && types.get(value).elements() == 1;
    }

    @Override
    public String name() {
        return "gate";
    }

    @Override
    public boolean inPlace(int operand, int result) {
        return operand != threshold && operand != other;
    }

    @Override
    public int buffers() {
        return operands + 1;
    }

    @Override
    public boolean isParallel() {
        return elements >= PARALLEL_ELEMENTS;
    }

    @Override
    public void run(long frame, int worker, int of) {
        long vectors = Math.ceilDiv(elements, (long) Simd.LANES);
        long from = Workers.share(vectors, worker, of) * Simd.LANES;
        long to = Math.min(elements, Workers.share(vectors, worker + 1, of) * Simd.LANES);
        float bound = getFloat(address(frame, threshold));
        float otherwise = getFloat(address(frame, other));
        long at = from * FLOAT;
        if (b == NONE) {
            gate(address(frame, gate) + at, bound, address(frame, a) + at, otherwise, address(frame, operands) + at, to - from);
        } else {
            gateSum(address(frame, gate) + at, bound, address(frame, a) + at, address(frame, b) + at, otherwise, address(frame, operands) + at, to - from);
        }
    }

    private static void gate(long gate, float threshold, long a, float other, long dst, long n) {
        FloatVector rest = FloatVector.broadcast(Simd.F32, other);
        FloatVector bound = FloatVector.broadcast(Simd.F32, threshold);
        long i = 0;
        for (; i <= (n - Simd.LANES) * FLOAT; i += Simd.BYTES) {
            store(dst + i, rest.blend(load(a + i), load(gate + i).compare(VectorOperators.GT, bound)));
        }
        for (; i < n * FLOAT; i += FLOAT) {
            putFloat(dst + i, getFloat(gate + i) > threshold ? getFloat(a + i) : other);
        }
    }

    private static void gateSum(long gate, float threshold, long a, long b, float other, long dst, long n) {
        FloatVector rest = FloatVector.broadcast(Simd.F32, other);
        FloatVector bound = FloatVector.broadcast(Simd.F32, threshold);
        long i = 0;
        for (; i <= (n - Simd.LANES) * FLOAT; i += Simd.BYTES) {
            store(dst + i, rest.blend(load(a + i).add(load(b + i)), load(gate + i).compare(VectorOperators.GT, bound)));
        }
        for (; i < n * FLOAT; i += FLOAT) {
            putFloat(dst + i, getFloat(gate + i) > threshold ? getFloat(a + i) + getFloat(b + i) : other);
        }
    }
}
