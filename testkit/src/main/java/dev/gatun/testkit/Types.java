package dev.gatun.testkit;

import dev.gatun.DType;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Predicate;

/** The sets of element types for which ops are defined. */
public final class Types {
    /** F32, F64, BF16, F16. */
    public static final Set<DType> FLOATING = where(DType::isFloating);

    /** All integer types. */
    public static final Set<DType> INTEGER = where(DType::isInteger);

    /** All but BOOL. */
    public static final Set<DType> NUMERIC = where(t -> t != DType.BOOL);

    /** What has a minus. */
    public static final Set<DType> SIGNED = where(t -> t.isFloating() || t.kind() == DType.Kind.SIGNED);

    /** Integers and BOOL. */
    public static final Set<DType> BITS = where(t -> !t.isFloating());

    /** BOOL. */
    public static final Set<DType> LOGICAL = where(t -> t == DType.BOOL);

    /** Every type. */
    public static final Set<DType> ANY = where(t -> true);

    /** F32 alone: for functions without an operand whose type could be chosen. */
    public static final Set<DType> ONE = where(t -> t == DType.F32);

    private Types() {
    }

    private static Set<DType> where(Predicate<DType> belongs) {
        Set<DType> types = EnumSet.noneOf(DType.class);
        Arrays.stream(DType.values()).filter(belongs).forEach(types::add);
        return Collections.unmodifiableSet(types);
    }
}
