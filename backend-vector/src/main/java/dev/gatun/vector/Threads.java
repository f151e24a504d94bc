package dev.gatun.vector;

/** How many threads a kernel may use: {@code -Dgatun.threads=N}, by default as many as the machine, or the container, has processors. */
final class Threads {
    /** More than any machine has: a larger number is a slip. */
    private static final int MOST = 4096;

    private Threads() {
    }

    /**
     * Returns the number of threads.
     *
     * @throws IllegalArgumentException if the property is not a number from 1 to 4096
     */
    static int count() {
        String text = System.getProperty("gatun.threads");
        return text == null ? Runtime.getRuntime().availableProcessors() : parse(text);
    }

    private static int parse(String text) {
        try {
            int threads = Integer.parseInt(text.strip());
            if (threads >= 1 && threads <= MOST) {
                return threads;
            }
        } catch (NumberFormatException e) {
            // The message below says what is wrong with it.
        }
        throw new IllegalArgumentException("gatun.threads=" + text + ": the number of threads must be from 1 to " + MOST
                + "; leave it out to use all " + Runtime.getRuntime().availableProcessors() + " processors");
    }
}
