package dev.gatun.plan;

/** Memory that a step reads or writes: an external buffer, a constant of the plan, or a block of the arena. Joined places are one. */
final class Place {
    /** What kind of memory it is; an external is numbered by leaf, then output. */
    enum Kind { EXTERNAL, CONSTANT, ARENA }

    private Kind kind;
    private int number;
    private final long bytes;
    private int first;
    private int last;
    private Place joined;

    Place(Kind kind, int number, long bytes, int step) {
        this.kind = kind;
        this.number = number;
        this.bytes = bytes;
        this.first = step;
        this.last = step;
    }

    /** Returns the place that this one has become part of. */
    Place root() {
        return joined == null ? this : joined.root();
    }

    Kind kind() {
        return root().kind;
    }

    int number() {
        return root().number;
    }

    long bytes() {
        return root().bytes;
    }

    int first() {
        return root().first;
    }

    int last() {
        return root().last;
    }

    /** Notes that step {@code step} touches this memory. */
    void touch(int step) {
        root().last = Math.max(root().last, step);
    }

    /** Moves a block of the arena into external buffer {@code external}. */
    void moveTo(int external) {
        root().kind = Kind.EXTERNAL;
        root().number = external;
    }

    /** Numbers a block of the arena. */
    void number(int value) {
        root().number = value;
    }

    /** Makes this place, written first at a later step, the same memory as {@code other}. */
    void joinInto(Place other) {
        Place target = other.root();
        target.last = Math.max(target.last, root().last);
        root().joined = target;
    }
}
