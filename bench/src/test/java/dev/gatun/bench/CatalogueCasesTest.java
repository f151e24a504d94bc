package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.Backends;
import dev.gatun.CompiledFunction;
import dev.gatun.DType;
import dev.gatun.Tensor;
import dev.gatun.spi.Backend;
import dev.gatun.testkit.Case;
import dev.gatun.testkit.Cases;
import org.junit.jupiter.api.Test;

class CatalogueCasesTest {
    @Test
    void everyFloat32CaseOfTheKitCanBeTimed() {
        assertEquals(Cases.of(17).stream().filter(c -> c.types().contains(DType.F32)).count(), CatalogueCases.names(17).size());
        for (String name : CatalogueCases.names(17)) {
            Case c = CatalogueCases.named(name, 17);
            assertEquals(c.inputs().size(), CatalogueCases.operands(c).length, name);
            assertTrue(CatalogueCases.bytes(c) > 0, name);
        }
    }

    @Test
    void theCaseThatJmhTakesByDefaultExistsAndIsChecked() throws NoSuchFieldException {
        String name = CatalogueBenchmark.class.getField("name").getAnnotation(org.openjdk.jmh.annotations.Param.class).value()[0];
        Case c = CatalogueCases.named(name, 64);
        Tensor[] operands = CatalogueCases.operands(c);
        try (Backend backend = Backends.open("vector"); CompiledFunction f = CompiledFunction.of(backend, c.function())) {
            CatalogueCases.check(c, operands, f);
        }
        assertTrue(CatalogueCases.flop(c) > 0);
    }
}
