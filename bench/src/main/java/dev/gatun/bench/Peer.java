package dev.gatun.bench;

import java.nio.file.Path;
import java.util.List;

/** A library that takes part in a comparison, in a process of its own; others than Gatun are found by {@link java.util.ServiceLoader}. */
interface Peer {
    /** Returns the name in tables, e.g. {@code onnxruntime}. */
    String name();

    /** Returns the version of what does the work. */
    String version();

    /** Returns the largest heap of its process, as {@code -Xmx} takes it. A small one keeps rubbish from counting as memory in use. */
    default String heap() {
        return "512m";
    }

    /** Returns further options of its JVM. */
    default List<String> options() {
        return List.of();
    }

    /** Returns whether the library can do a work. */
    boolean does(Work work);

    /**
     * Gets ready.
     *
     * @param threads how many the library may use
     * @param folder holds what {@link WorkFiles} wrote
     */
    Job prepare(Work work, int threads, Path folder) throws Exception;

    /** Work ready to be done again and again. */
    interface Job extends AutoCloseable {
        /** Does it once. */
        void run() throws Exception;

        /** Returns the result of the last run, row-major: logits, hidden states, or the loss. */
        float[] result() throws Exception;

        /** Returns the result on {@link WorkFiles#other another input}; empty where none is asked for, in trainings. */
        default float[] otherResult() throws Exception {
            return new float[0];
        }

        /** Gives back what it holds, where its process does other work afterwards. */
        @Override
        default void close() { }
    }
}
