package dev.gatun.bench;

import java.util.List;
import java.util.stream.Stream;

/** What the speed of a kernel is a fraction of: something simple, of as many operations or bytes, that as many threads do as fast as the machine lets them. */
sealed interface Yardstick permits Yardstick.MultiplyAdds, Traffic {
    /** Fused multiply-adds in registers. Its unit is an operation, that of a {@link Traffic} a byte. */
    record MultiplyAdds() implements Yardstick {
        @Override
        public String label() {
            return "multiply-adds";
        }
    }

    /** Returns the name in tables. */
    String label();

    /** Returns all. */
    static List<Yardstick> all() {
        return Stream.concat(Stream.of(new MultiplyAdds()), Stream.of(Traffic.values())).toList();
    }

    /**
     * Returns the one that bounds a kernel. What has no more than an operation a byte, as a product with one row has, waits for memory on any machine, or for
     * the cache that holds as much.
     */
    static Yardstick of(KernelCase kernel) {
        return kernel.flop() > kernel.bytes() ? new MultiplyAdds() : kernel.traffic();
    }

    /** Returns how many units a launch of a kernel has. */
    default double units(KernelCase kernel) {
        return switch (this) {
            case MultiplyAdds _ -> kernel.flop();
            case Traffic _ -> kernel.bytes();
        };
    }
}
