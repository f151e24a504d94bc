package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class KernelCasesTest {
    private final List<KernelCase> all = KernelCases.all();

    @Test
    void noTwoCasesShareAName() {
        assertEquals(all.size(), all.stream().map(KernelCase::name).distinct().count());
    }

    @Test
    void everyCaseIsAcceptedByTheTypeRules() {
        for (KernelCase c : all) {
            assertTrue(c.bytes() > 0 && !c.results().isEmpty(), c.name());
        }
    }

    @Test
    void allFourTransposesAreTimed() {
        List<String> names = all.stream().map(KernelCase::name).toList();
        for (String kind : List.of("gemm", "gemmTN", "gemmNT", "gemmTT")) {
            assertTrue(names.contains(kind + ":1024x1024x1024"), kind);
        }
    }

    @Test
    void operationsAreCountedAsTheLiteratureDoes() {
        assertEquals(2.0 * 512 * 512 * 512, KernelCases.named("gemm:512x512x512").flop());
        // 64 maps of 56 x 56, each a sum over 64 x 3 x 3.
        double layer = 2.0 * 64 * 56 * 56 * 64 * 9;
        for (String direction : List.of("forward", "backward_data", "backward_weights")) {
            assertEquals(layer, KernelCases.named("resnet50:conv:1,64,56,56,64,3,1,1:" + direction).flop());
        }
    }

    @Test
    void convolutionsAreInGroupsThatAreSummedUp() {
        assertEquals(List.of("resnet50 3x3 stride 1 forward", "all 3x3 stride 1 forward"),
                KernelCases.named("resnet50:conv:1,64,56,56,64,3,1,1:forward").groups());
        assertEquals(List.of("resnet50 other backward data", "all other backward data"),
                KernelCases.named("resnet50:conv:1,3,224,224,64,7,2,3:backward_data").groups());
        assertEquals(List.of("alexnet backward weights", "all backward weights"),
                KernelCases.named("alexnet:conv:1,3,224,224,64,11,4,2:backward_weights").groups());
        assertEquals(List.of(), KernelCases.named("gemm:512x512x512").groups());
    }
}
