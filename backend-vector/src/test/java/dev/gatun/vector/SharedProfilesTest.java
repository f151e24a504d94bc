package dev.gatun.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("steady-state")
class SharedProfilesTest {
    @Test
    void codeCompiledForNativeMemoryIsNotDroppedWhenMemoryOnTheHeapComes() throws Exception {
        SharedProfiles.start();
        try (Arena arena = Arena.ofConfined(); Recording recording = new Recording()) {
            recording.enable("jdk.Deoptimization");
            recording.start();
            // More than enough for the second compiler, which may have other things to do.
            access(arena.allocate(Simd.BYTES, 64), 2_000_000_000L);
            access(MemorySegment.ofArray(new byte[(int) Simd.BYTES]), 500_000_000L);
            recording.stop();
            assertEquals(Set.of(), dropped(recording));
        }
    }

    private static void access(MemorySegment memory, long nanos) {
        long end = System.nanoTime() + nanos;
        while (System.nanoTime() < end) {
            SharedProfiles.access(memory, 0);
        }
    }

    /** Returns the methods for access to memory whose code was dropped because a segment was of no class that they had seen. */
    private static Set<String> dropped(Recording recording) throws IOException {
        Path file = Files.createTempFile("gatun", ".jfr");
        try {
            recording.dump(file);
            Set<String> methods = new TreeSet<>();
            for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
                if (event.getEventType().getName().equals("jdk.Deoptimization") && event.getString("reason").equals("class_check")) {
                    RecordedMethod method = event.getValue("method");
                    String name = method.getType().getName() + "." + method.getName();
                    if (name.matches("jdk\\.internal\\.foreign\\..*|.*SegmentVarHandle.*|.*MemorySegment")) {
                        methods.add(name);
                    }
                }
            }
            return methods;
        } finally {
            Files.delete(file);
        }
    }
}
