package dev.gatun.bench;

import dev.gatun.Backends;
import dev.gatun.CompiledFunction;
import dev.gatun.DType;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.spi.Backend;
import dev.gatun.testkit.Case;
import dev.gatun.testkit.Cases;
import dev.gatun.testkit.Input;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** The conformance kit's catalogue as work to be timed: the cases that float32 numbers can be given to. */
final class CatalogueCases {
    /** Only gross mistakes: how near a result must be is the conformance kit's business. */
    private static final double TOLERANCE = 1e-2;

    private CatalogueCases() {
    }

    /** Returns the names of the cases for one size. */
    static List<String> names(int size) {
        return Cases.of(size).stream().filter(c -> c.types().contains(DType.F32)).map(Case::name).toList();
    }

    /** Returns a case. @throws IllegalArgumentException if there is none of that name */
    static Case named(String name, int size) {
        return Cases.of(size).stream().filter(c -> c.name().equals(name) && c.types().contains(DType.F32)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no float32 case of the catalogue is called \"" + name + "\""));
    }

    /** Returns operands as the case's domains ask for, the same at each run. */
    static Tensor[] operands(Case of) {
        return IntStream.range(0, of.inputs().size()).mapToObj(i -> operand(of.inputs().get(i), i)).toArray(Tensor[]::new);
    }

    private static Tensor operand(Input input, int seed) {
        TensorType type = input.type(DType.F32);
        int size = Math.toIntExact(type.elements());
        int[] dims = type.shape().dims();
        double low = input.domain().low();
        double high = input.domain().high();
        if (type.dtype() == DType.F32) {
            return Tensor.of(type, MemorySegment.ofArray(Numbers.between(low, high, size, seed)));
        }
        SplittableRandom random = new SplittableRandom(seed);
        if (type.dtype() == DType.BOOL) {
            byte[] truths = new byte[size];
            IntStream.range(0, size).forEach(i -> truths[i] = (byte) random.nextInt(2));
            return Tensor.of(type, MemorySegment.ofArray(truths));
        }
        long[] places = random.longs(size, (long) low, (long) high + 1).toArray();
        return Tensor.of(new TensorType(DType.I64, type.shape()), MemorySegment.ofArray(places)).cast(type.dtype()).eval();
    }

    /** Returns the bytes of all operands and results of one call. */
    static double bytes(Case of) {
        return of.inputs().stream().mapToDouble(i -> i.type(DType.F32).bytes()).sum() + written(of);
    }

    /** Returns the traffic that has about the mix of reads and writes of one call. */
    static Traffic traffic(Case of) {
        return Traffic.of(bytes(of), written(of));
    }

    private static double written(Case of) {
        return results(of).stream().mapToDouble(t -> t.type().bytes()).sum();
    }

    /** Returns the operations of one call, two for each term that a result sums; 0 where nothing is summed. */
    static double flop(Case of) {
        return of.terms() < 2 ? 0 : 2.0 * of.terms() * results(of).getFirst().type().elements();
    }

    private static List<Tensor> results(Case of) {
        return of.function().apply(of.inputs().stream().map(i -> Tensor.full(i.type(DType.F32).dtype(), i.shape(), 0)).toList());
    }

    /** Holds the results of a function against the reference backend. @throws IllegalStateException if one is off, or not finite where it should be */
    static void check(Case of, Tensor[] operands, CompiledFunction function) {
        List<Tensor> results = function.call(operands);
        try (Backend reference = Backends.open("reference"); CompiledFunction f = CompiledFunction.of(reference, of.function())) {
            List<Tensor> expected = f.call(operands);
            for (int k = 0; k < results.size(); k++) {
                if (results.get(k).dtype() == DType.F32) {
                    compare(of, results.get(k).toFloatArray(), expected.get(k).toFloatArray());
                }
            }
            expected.forEach(Tensor::close);
        } finally {
            results.forEach(Tensor::close);
        }
    }

    private static void compare(Case of, float[] y, float[] r) {
        double scale = 1e-30;
        for (float f : r) {
            scale = Float.isFinite(f) ? Math.max(scale, Math.abs(f)) : scale;
        }
        for (int i = 0; i < r.length; i++) {
            if (Float.isFinite(r[i]) ? !(Math.abs(y[i] - r[i]) <= TOLERANCE * scale) : Float.isFinite(y[i])) {
                throw new IllegalStateException(of.name() + ": element " + i + " is " + y[i] + ", expected " + r[i]);
            }
        }
    }
}
