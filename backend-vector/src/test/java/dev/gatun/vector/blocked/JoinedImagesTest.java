package dev.gatun.vector.blocked;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.Backends;
import dev.gatun.CompiledFunction;
import dev.gatun.Tensor;
import dev.gatun.nn.Conv;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Pass;
import dev.gatun.spi.Backend;
import dev.gatun.vector.Simd;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Images that are joined along their channels in a plan: written where they will lie, where that can be. */
class JoinedImagesTest {
    private static final int C = 2 * Simd.LANES;
    private static final String JOINED = "(joined in place)";

    private final Layer a = conv(1);
    private final Layer b = conv(2);
    private final Layer last = conv(3, 2 * C);

    private static Layer conv(int seed) {
        return conv(seed, C);
    }

    private static Layer conv(int seed, int channels) {
        Conv conv = Conv.conv2d(channels, C, 3).padding(1);
        conv.initialize(seed);
        return conv;
    }

    private static Tensor join(Tensor... parts) {
        return Tensor.concat(1, List.of(parts));
    }

    /** Runs {@code f} on both backends, twice, and returns how many joins need no copy. */
    private static long joined(int images, UnaryOperator<Tensor> f) {
        float[] numbers = new float[images * C * 9 * 7];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) Math.sin(i);
        }
        Tensor x = Tensor.of(numbers, images, C, 9, 7);
        UnaryOperator<List<Tensor>> body = in -> List.of(f.apply(in.getFirst()));
        try (Backend vector = Backends.open("vector"); Backend reference = Backends.open("reference");
             CompiledFunction fast = CompiledFunction.of(vector, body); CompiledFunction exact = CompiledFunction.of(reference, body)) {
            float[] expected = exact.call(x).getFirst().toFloatArray();
            for (int call = 0; call < 2; call++) {
                assertArrayEquals(expected, fast.call(x).getFirst().toFloatArray(), 1e-4f);
            }
            return fast.explain(x.type()).lines().filter(line -> line.contains(JOINED)).count();
        }
    }

    @Test
    void branchesOfOneImageAreWrittenWhereTheyAreJoined() {
        assertEquals(1, joined(1, x -> last.forward(join(a.forward(x, Pass.inference()).relu(), b.forward(x, Pass.inference())), Pass.inference())));
    }

    @Test
    void joinsOfJoinedImagesAreParts() {
        Layer wide = conv(4, 4 * C);
        assertEquals(2, joined(1, x -> {
            Tensor inner = join(a.forward(x, Pass.inference()), b.forward(x, Pass.inference()), a.forward(x.neg(), Pass.inference()));
            return wide.forward(join(b.forward(x.abs(), Pass.inference()), inner), Pass.inference());
        }));
    }

    @Test
    void branchesOfSeveralImagesAreCopied() {
        assertEquals(0, joined(2, x -> last.forward(join(a.forward(x, Pass.inference()), b.forward(x, Pass.inference())), Pass.inference())));
    }

    @Test
    void whatIsReadLaterIsCopied() {
        assertEquals(0, joined(1, x -> {
            Tensor y = a.forward(x, Pass.inference());
            return last.forward(join(y, b.forward(x, Pass.inference())).relu(), Pass.inference()).mul(y);
        }));
    }

    @Test
    void anImageThatIsJoinedWithItselfIsCopied() {
        assertEquals(0, joined(1, x -> {
            Tensor y = a.forward(x, Pass.inference());
            return last.forward(join(y, y), Pass.inference());
        }));
    }

    @Test
    void aResultIsReorderedFromWhereItWasJoined() {
        assertEquals(1, joined(1, x -> join(a.forward(x, Pass.inference()), b.forward(x, Pass.inference()))));
    }
}
