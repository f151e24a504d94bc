package dev.gatun.vector;

/** A property that is {@code on} or {@code off}; on where it is left out. */
public enum Switch {
    /** Whether convolutions may be computed by Winograd's algorithm. */
    WINOGRAD("gatun.winograd"),
    /** Whether the JIT compiler is told what to inline: see {@link JitDirectives}. */
    DIRECTIVES("gatun.vector.directives");

    private final String property;

    Switch(String property) {
        this.property = property;
    }

    /** Returns whether it is on, now. @throws IllegalArgumentException if the property is neither on nor off */
    public boolean isOn() {
        String value = System.getProperty(property, "on");
        return switch (value) {
            case "on" -> true;
            case "off" -> false;
            default -> throw new IllegalArgumentException(property + "=" + value + ": must be on or off");
        };
    }
}
