package dev.gatun.testkit;

import dev.gatun.spi.Backend;
import dev.gatun.spi.DelegatingBackend;

/**
 * Another backend as if its caches were small, so that small batches are taken in portions. The other one stays its opener's to close.
 *
 * @param cachedBytes the size of a value that stays in them
 */
record SmallCache(Backend backend, long cachedBytes) implements DelegatingBackend {
    @Override
    public String name() {
        return backend.name() + " with small caches";
    }

    @Override
    public void close() {
        // Its opener closes the other one.
    }
}
