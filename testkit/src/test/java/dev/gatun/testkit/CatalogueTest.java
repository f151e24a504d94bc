package dev.gatun.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.DType;
import dev.gatun.op.Fused;
import dev.gatun.op.Op;
import dev.gatun.op.Reduction;
import dev.gatun.op.Reduction.ReduceFunction;
import dev.gatun.op.Source;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the catalogue promises: nothing of the op package is missing. */
class CatalogueTest {
    private static final int SIZE = 5;

    @Test
    void everyOpWithEveryChoiceOfItsAttributesHasACase() {
        Set<String> owed = new TreeSet<>();
        records(Op.class).filter(r -> !Fused.class.isAssignableFrom(r)).forEach(r -> choices(r, r.getSimpleName(), owed));
        // Their rules refuse these, see below.
        owed.removeAll(List.of("Cumulative function=MAX", "Cumulative function=MIN", "Iota dtype=BOOL"));
        Set<String> present = new TreeSet<>();
        Cases.of(SIZE).stream().flatMap(Recorded::ops).distinct().forEach(op -> {
            present.add(op.getClass().getSimpleName());
            values(op, op.getClass().getSimpleName(), present);
        });
        owed.removeAll(present);
        assertEquals(Set.of(), owed, "ops and attributes without a case");
    }

    @Test
    void attributesWithoutACaseAreRefused() {
        assertEquals(Set.of(), accepted(Case.of("refused", Tolerance.EXACT, new Source.Iota(DType.BOOL, 2))));
        for (ReduceFunction f : List.of(ReduceFunction.MAX, ReduceFunction.MIN)) {
            Case c = Case.of("refused", Tolerance.EXACT, new Reduction.Cumulative(f, 0, false, false), Input.of(3));
            assertEquals(Set.of(), accepted(c));
        }
    }

    @Test
    void namesAreUnique() {
        for (int n : new int[] {0, 1, SIZE}) {
            List<String> names = Cases.of(n).stream().map(Case::name).toList();
            Set<String> twice = names.stream().filter(name -> Collections.frequency(names, name) > 1).collect(Collectors.toSet());
            assertEquals(Set.of(), twice, "names of several cases at size " + n);
        }
        assertEquals(Cases.large().size(), Cases.large().stream().map(Case::name).distinct().count());
    }

    @Test
    void casesOfOneOpAreDefinedForAllTypesThatItsRuleAccepts() {
        for (Case c : Cases.of(SIZE)) {
            boolean choosesType = c.inputs().stream().anyMatch(i -> i.fixed().isEmpty());
            if (choosesType && Recorded.ops(c).count() == 1) {
                assertEquals(new TreeSet<>(c.types()), accepted(c), c.name());
            } else {
                assertTrue(accepted(c).containsAll(c.types()), c.name());
            }
        }
    }

    @Test
    void theEmptyTensorIsAmongTheSizesOfEveryFamily() {
        Set<Class<?>> families = Cases.of(0).stream().flatMap(Recorded::ops).map(op -> op.getClass().getEnclosingClass()).collect(Collectors.toSet());
        assertTrue(Arrays.stream(Op.class.getPermittedSubclasses()).allMatch(f -> f == Fused.class || families.contains(f)), families.toString());
    }

    /** Returns the types for which a case can be recorded. */
    private static Set<DType> accepted(Case c) {
        Set<DType> types = new TreeSet<>();
        for (DType dtype : DType.values()) {
            try {
                Recorded.of(c, dtype);
                types.add(dtype);
            } catch (IllegalArgumentException refused) {
                assertTrue(refused.getMessage().contains(":"), refused.getMessage());
            }
        }
        return types;
    }

    private static Stream<Class<?>> records(Class<?> sealed) {
        return sealed.isRecord() ? Stream.of(sealed) : Arrays.stream(sealed.getPermittedSubclasses()).flatMap(CatalogueTest::records);
    }

    /** Adds a line for each constant of each enum, each truth value and each attribute that is itself a record. */
    private static void choices(Class<?> record, String path, Set<String> lines) {
        lines.add(path);
        for (RecordComponent a : record.getRecordComponents()) {
            String name = path + " " + a.getName();
            if (a.getType().isEnum()) {
                Arrays.stream(a.getType().getEnumConstants()).forEach(v -> lines.add(name + "=" + ((Enum<?>) v).name()));
            } else if (a.getType() == boolean.class) {
                lines.addAll(List.of(name + "=true", name + "=false"));
            } else if (a.getType().isRecord()) {
                choices(a.getType(), name, lines);
            }
        }
    }

    /** Adds the lines of {@link #choices} that {@code record} stands for. */
    private static void values(Object record, String path, Set<String> lines) {
        lines.add(path);
        for (RecordComponent a : record.getClass().getRecordComponents()) {
            try {
                Object v = a.getAccessor().invoke(record);
                String name = path + " " + a.getName();
                if (v instanceof Record nested) {
                    values(nested, name, lines);
                } else {
                    lines.add(name + "=" + (v instanceof Enum<?> e ? e.name() : v));
                }
            } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
            }
        }
    }
}
