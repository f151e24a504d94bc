package dev.gatun.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Which products are kept away from AMX tiles; that its results are right the kit shows on a processor that has them. */
class AmxFaultsTest {
    private static final String TILES = "brg_matmul:avx10_1_512_amx";
    private static final String VECTORS = "brg_matmul:avx512_core_bf16";

    private static List<Boolean> answers(Predicate<String> isRight) {
        return List.of(isRight.test(TILES), isRight.test(VECTORS));
    }

    @Test
    void productsUseTilesWhereTheirRowsFillThem() {
        assertEquals(List.of(true, true), answers(AmxFaults.ofProduct(DataType.BF16, 96)));
        assertEquals(List.of(false, true), answers(AmxFaults.ofProduct(DataType.BF16, 80)));
        assertEquals(List.of(true, true), answers(AmxFaults.ofProduct(DataType.U8, 128)));
        assertEquals(List.of(false, true), answers(AmxFaults.ofProduct(DataType.U8, 96)));
    }
}
