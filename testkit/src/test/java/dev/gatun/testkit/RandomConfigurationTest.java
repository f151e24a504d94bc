package dev.gatun.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.DType;
import dev.gatun.op.Fused;
import dev.gatun.op.Op;
import dev.gatun.op.Source;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RandomConfigurationTest {
    private static final int SEEDS = 2000;

    @Test
    void aSeedGivesTheSameConfigurationAgain() {
        for (long seed = 0; seed < 100; seed++) {
            RandomConfiguration a = RandomConfiguration.of(seed);
            RandomConfiguration b = RandomConfiguration.of(seed);
            assertEquals(a.describe(), b.describe());
            assertEquals(Recorded.ops(a.of()).toList(), Recorded.ops(b.of()).toList());
        }
    }

    @Test
    void everyFamilyTypeAndKindIsDrawn() {
        Set<Class<?>> families = new HashSet<>();
        Set<DType> types = EnumSet.noneOf(DType.class);
        Set<String> kinds = new HashSet<>();
        for (long seed = 0; seed < SEEDS; seed++) {
            RandomConfiguration c = RandomConfiguration.of(seed);
            Recorded.ops(c.of()).forEach(op -> families.add(op.getClass().getEnclosingClass()));
            types.add(c.dtype());
            kinds.add(c.frozen() ? "frozen" : "free");
            kinds.add(c.special() ? "special" : "usual");
            kinds.add(c.of().name().startsWith("gradient of") ? "gradient" : "forward");
            kinds.add(c.of().inputs().stream().anyMatch(i -> i.shape().elements() == 0) ? "empty" : "not empty");
        }
        assertTrue(Arrays.stream(Op.class.getPermittedSubclasses()).allMatch(f -> f == Fused.class || f == Source.class || families.contains(f)),
                families.toString());
        assertEquals(EnumSet.allOf(DType.class), types);
        assertEquals(8, kinds.size(), kinds.toString());
    }
}
