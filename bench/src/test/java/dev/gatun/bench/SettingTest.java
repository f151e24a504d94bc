package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.Precision;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SettingTest {
    @Test
    void aBackendAloneComputesInFloat32() {
        assertEquals(new Setting("vector", "vector", Precision.F32, new TreeMap<>()), Setting.of("vector"));
    }

    @Test
    void precisionAndPropertiesFollowBehindColons() {
        Setting setting = Setting.of("vector:bf16:winograd=off");
        assertEquals(Precision.BF16, setting.precision());
        assertEquals(List.of("-Dgatun.winograd=off"), setting.options());
        assertEquals("vector:bf16:winograd=off", setting.name());
    }

    @Test
    void anUnknownNameIsRefusedWithThoseThereAre() {
        String backend = assertThrows(IllegalArgumentException.class, () -> Setting.of("vectr")).getMessage();
        assertTrue(backend.startsWith("no backend is called \"vectr\"; there are ") && backend.contains("vector"), backend);
        String precision = assertThrows(IllegalArgumentException.class, () -> Setting.of("vector:f31")).getMessage();
        assertTrue(precision.startsWith("no precision is called \"f31\"; there are f32, bf16"), precision);
    }
}
