package dev.gatun.reference;

import dev.gatun.TensorType;
import dev.gatun.op.Random;
import dev.gatun.random.Philox;
import java.util.List;

/** Counter-based random numbers: element i comes from word i mod 4 of {@link Philox} block ⌊i/4⌋ of the key's stream under the key's seed. */
final class RandomLoops {
    private RandomLoops() {
    }

    static Loop of(Random op, List<TensorType> in, List<TensorType> out) {
        return switch (op) {
            case Random.Draw d -> (x, y) -> draw(d.distribution(), x[0].getLong(0), x[0].getLong(1), y[0]);
        };
    }

    private static void draw(Random.Distribution distribution, long seed, long stream, Elements y) {
        int[] w = new int[4];
        for (long i = 0; i < y.size(); i++) {
            int word = (int) (i % 4);
            if (word == 0) {
                Philox.block(seed, stream, i / 4, w);
            }
            switch (distribution) {
                case BITS -> y.setLong(i, w[word]);
                case UNIFORM -> y.set(i, Philox.uniform(w[word]));
                case NORMAL -> y.set(i, Philox.normal(w[word & ~1], w[word | 1], (word & 1) == 1));
            }
        }
    }
}
