package dev.gatun.plan;

import java.util.Map;

/** Memory that a step reads or writes: an external buffer, a constant of the plan, or a block of the arena. Joined places are one; a part lies in a whole. */
final class Place {
    /** What kind of memory it is; an external is numbered by leaf, then output. */
    enum Kind { EXTERNAL, CONSTANT, ARENA }

    private Kind kind;
    private int number;
    private final long bytes;
    private int first;
    private int last;
    private Place joined;
    private Place whole;                // null unless this is a part
    private long offset;

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

    /** Makes this block of the arena a part of {@code other}, which from now on is there as long as this is. @param bytesBefore where it begins there */
    void becomePart(Place other, long bytesBefore) {
        Place part = root();
        part.whole = other.root();
        part.offset = bytesBefore;
        part.whole.first = Math.min(part.whole.first, part.first);
    }

    /** Returns whether this lies in another block. */
    boolean isPart() {
        return root().whole != null;
    }

    /** Returns where in the arena this begins. @param wholes where those blocks do that are no parts */
    long offset(Map<Place, Long> wholes) {
        return isPart() ? root().offset + root().whole.offset(wholes) : wholes.get(root());
    }
}
