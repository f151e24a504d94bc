package dev.gatun.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class LinkingTest {
    @Test
    void theLibraryHasEachFunctionThatIsLinkedEarly() {
        Library.load();
        List<MethodHandle> handles = Linking.handles();
        assertEquals(handles.size(), new HashSet<>(handles).size(), "none twice");
        for (MethodHandle handle : handles) {
            assertTrue(handle.type().returnType() == int.class || handle.type().returnType() == long.class
                    || handle.type().returnType() == MemorySegment.class, () -> "a status, a size or a description: " + handle);
        }
    }
}
