package dev.gatun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.spi.HostMemory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StorageTest {
    private final long before = HostMemory.shared().usedBytes();
    private final Storage storage = Storage.allocate(HostMemory.shared(), 4096);

    @Test
    void aClaimedStorageGivesNoReferences() {
        assertTrue(storage.retain());
        assertTrue(storage.claim(2));
        assertFalse(storage.retain());
        assertFalse(storage.claim(2));
        storage.endClaim();
        assertTrue(storage.retain());
    }

    @Test
    void whatSomebodyElseNeedsIsNotClaimed() {
        assertTrue(storage.retain());
        assertTrue(storage.retain());
        assertFalse(storage.claim(2));
        assertTrue(storage.retain());
    }

    @Test
    void whoWaitsForAClaimGoesOnWhenItEnds() throws Exception {
        assertTrue(storage.claim(1));
        CompletableFuture<Boolean> reader = CompletableFuture.supplyAsync(() -> {
            storage.awaitClaim();
            return storage.retain();
        });
        Thread.sleep(20);
        assertFalse(reader.isDone());
        storage.endClaim();
        assertTrue(reader.get(10, TimeUnit.SECONDS));
    }

    @Test
    void memoryGoesBackWithTheLastReferenceAfterAClaim() {
        assertTrue(storage.claim(1));
        storage.release();
        storage.endClaim();
        storage.release();
        assertEquals(before, HostMemory.shared().usedBytes());
        assertFalse(storage.retain());
    }
}
