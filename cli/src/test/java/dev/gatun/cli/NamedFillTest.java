package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.nn.BatchNorm;
import dev.gatun.nn.Conv;
import dev.gatun.nn.Sequential;
import org.junit.jupiter.api.Test;

class NamedFillTest {
    /** Computed by a NumPy program. */
    @Test
    void numbersFollowFromTheName() {
        assertArrayEquals(new float[] {-0.155556798f, -0.198891878f, -0.0843254328f, 0.636254668f},
                NamedFill.tensor("z0", NamedFill.Range.INPUT, 2, 2).toFloatArray());
    }

    @Test
    void rangesFollowFromWhatAParameterIs() {
        Sequential net = new Sequential(Conv.conv2d(4, 64, 3), new BatchNorm(64));
        NamedFill.fill(net);
        double bound = Math.sqrt(6.0 / 36);
        assertSpan(net, "0.weight", -bound, bound);
        assertSpan(net, "0.bias", -.1, .1);
        assertSpan(net, "1.weight", .9, 1.1);
        assertSpan(net, "1.bias", -.1, .1);
        assertSpan(net, "1.running_mean", -.1, .1);
        assertSpan(net, "1.running_var", .75, 1.25);
        assertEquals(0, net.parameters().get("1.num_batches_tracked").value().item());
    }

    private static void assertSpan(Sequential net, String name, double lo, double hi) {
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (float f : net.parameters().get(name).value().toFloatArray()) {
            least = Math.min(least, f);
            most = Math.max(most, f);
        }
        double slack = (hi - lo) / 5;
        assertTrue(least >= (float) lo && least < lo + slack && most <= (float) hi && most > hi - slack, name + " spans " + least + " to " + most);
    }
}
