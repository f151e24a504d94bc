package dev.gatun.cli;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.SequencedMap;

/**
 * What became of a golden case.
 *
 * @param kind the folder of the case: layers, models or training
 * @param maxError the largest error of any number of the case, as {@link Difference} defines it; NaN if none was computed
 * @param message what is wrong, in a sentence; empty if nothing is
 */
record Outcome(String kind, String name, Status status, double maxError, String message) {
    /** What would begin another line, or steer a terminal: names and messages come from files. */
    private static final String CONTROL = "[\\p{Cc}\\u2028\\u2029]+";

    /** Passed, failed, or not to be computed by the backend. */
    enum Status {
        /** All numbers are within their tolerance. */
        PASSED,
        /** A number is not, or the case could not be computed, or is unknown. */
        FAILED,
        /** The backend says that it cannot compute this. */
        UNSUPPORTED;

        /** Returns the word that users see. */
        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Returns the line that users see. */
    String line() {
        String error = Double.isNaN(maxError) ? "-" : String.format(Locale.ROOT, "%.1e", maxError);
        return String.format(Locale.ROOT, "%-11s %-8s %-28s %-7s  %s", status.label(), kind, name, error, message).replaceAll(CONTROL, " ").stripTrailing();
    }

    /** Returns the JSON fields, which do not change. */
    SequencedMap<String, Object> row() {
        SequencedMap<String, Object> row = new LinkedHashMap<>();
        row.put("case", name);
        row.put("status", status.label());
        row.put("max_error", maxError);
        row.put("message", message);
        row.put("kind", kind);
        return row;
    }
}
