package dev.gatun.spi;

/** The service through which {@link dev.gatun.Backends} finds a backend. A provider loads no native code and no optional module until asked. */
public interface BackendProvider {
    /** Returns the backend's name, lower case. */
    String name();

    /** Returns its rank: of the usable backends the one with the highest is chosen. Reference 0, vector 100, onednn 200, cuda 300. */
    int priority();

    /** Finds out whether the backend can run here. Must not throw and must not take the JVM down. */
    Availability probe();

    /**
     * Checks the system properties that it reads. A slip in one is the user's mistake, and no reason to run on another backend, ten times slower.
     *
     * @throws IllegalArgumentException if one has no value that it can have
     */
    default void requireValidProperties() {
    }

    /** Opens the backend. @throws IllegalStateException if it is not usable, with the reason and the remedy */
    Backend open();

    /** Whether a backend can run. */
    sealed interface Availability {
        /**
         * It can.
         *
         * @param device the device in words
         * @param instructions the instruction set, e.g. {@code avx512}
         * @param version the version of the library behind it
         */
        record Usable(String device, String instructions, String version) implements Availability { }

        /** It cannot. @param reason why, in a sentence @param remedy how to mend it, in a sentence */
        record Refused(String reason, String remedy) implements Availability { }
    }
}
