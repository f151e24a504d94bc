package dev.gatun.nn;

import static dev.gatun.nn.Close.assertClose;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class AttentionTest {
    private final Tensor q = Tensor.of(new float[] {0, 2}, 1, 2, 1);
    private final Tensor k = Tensor.of(new float[] {0, (float) Math.log(3) / 2}, 1, 2, 1);
    private final Tensor v = Tensor.of(new float[] {8, 16}, 1, 2, 1);

    @Test
    void valuesAreWeightedByHowWellKeysFit() {
        // Scores of the second query: 0 and ln 3, so weights 1/4 and 3/4.
        assertClose(Attention.scaledDotProduct(q, k, v, false), Shape.of(1, 2, 1), 12, 14);
    }

    @Test
    void aCausalQuerySeesNoLaterKey() {
        assertClose(Attention.scaledDotProduct(q, k, v, true), 8, 14);
        Tensor onlySecond = Tensor.of(new boolean[] {false, true}, 1, 2);
        assertClose(Attention.scaledDotProduct(q, k, v, onlySecond), 16, 16);
    }

    @Test
    void headsAttendByThemselves() {
        MultiHeadAttention attention = new MultiHeadAttention(6, 3);
        assertEquals(List.of("in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias"), List.copyOf(attention.parameters().keySet()));
        Tensor x = Tensor.arange(DType.F32, -1, 0.1, 2 * 4 * 6).reshape(2, 4, 6);
        Tensor y = attention.forward(x, Pass.inference());
        assertEquals(Shape.of(2, 4, 6), y.shape());
        // Without projections: heads side by side, each over its two numbers.
        float[] eye = new float[3 * 36];
        for (int i = 0; i < 18; i++) {
            eye[i * 6 + i % 6] = 1;
        }
        attention.parameters().get("in_proj_weight").set(Tensor.of(eye, 18, 6));
        attention.parameters().get("out_proj.weight").set(Tensor.of(eye, 18, 6).slice(0, 0, 6).eval());
        Tensor second = x.slice(2, 2, 4);
        assertArrayEquals(Attention.scaledDotProduct(second, second, second, false).toFloatArray(),
                attention.forward(x, Pass.inference()).slice(2, 2, 4).toFloatArray(), 1e-6f);
        assertThrows(IllegalArgumentException.class, () -> new MultiHeadAttention(6, 4));
    }

    @Test
    void theFirstPlaceOfACausalLayerDoesNotSeeTheRest() {
        MultiHeadAttention attention = new MultiHeadAttention(4, 2).causal();
        Tensor x = Tensor.arange(DType.F32, -1, 0.1, 12).reshape(1, 3, 4);
        Tensor alone = attention.forward(x.slice(1, 0, 1), Pass.inference());
        assertArrayEquals(alone.toFloatArray(), attention.forward(x, Pass.inference()).slice(1, 0, 1).toFloatArray(), 1e-6f);
    }

    @Test
    void shapesThatDoNotMeetAreNamed() {
        assertEquals("attention: q[1, 2, 1], k[1, 2, 1] and v[1, 3, 1] must be [..., L, E], [..., S, E] and [..., S, V]",
                assertThrows(IllegalArgumentException.class, () -> Attention.scaledDotProduct(q, k, Tensor.zeros(DType.F32, 1, 3, 1),
                        false)).getMessage());
    }

    @Test
    void dropoutOfAttentionTakesProbabilitiesOnly() {
        MultiHeadAttention attention = new MultiHeadAttention(4, 2);
        assertEquals("attention dropout: the probability must be in [0, 1), got 1.5",
                assertThrows(IllegalArgumentException.class, () -> attention.dropout(1.5)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> attention.dropout(-3));
        assertThrows(IllegalArgumentException.class, () -> attention.dropout(1));
        assertThrows(IllegalArgumentException.class, () -> attention.dropout(Double.NaN));
    }
}
