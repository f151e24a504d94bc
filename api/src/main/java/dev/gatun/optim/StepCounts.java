package dev.gatun.optim;

import dev.gatun.nn.Parameter;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * How many steps each parameter has been trained for: what optimizers correct the bias of their averages by. An objective may read other parameters for
 * other inputs, and those that it does not read do not count.
 *
 * <p>Parameters that always were trained together are a group with one count, which is one input of a plan: mostly all of a network.
 */
final class StepCounts {
    /** One count for all parameters of a group. */
    private static final class Group {
        private long count;

        private Group(long count) {
            this.count = count;
        }
    }

    private final Map<Parameter, Group> groups = new LinkedHashMap<>();

    /** All parameters in one group, which begins at 0. */
    StepCounts(Collection<Parameter> parameters) {
        Group all = new Group(0);
        parameters.forEach(p -> groups.put(p, all));
    }

    /** Returns how many steps {@code p} has been trained for. */
    long of(Parameter p) {
        return groups.get(p).count;
    }

    /** Returns for each parameter the number of its group among those of {@code parameters}, from 0 in the order in which they come. */
    List<Integer> groupsOf(List<Parameter> parameters) {
        Map<Group, Integer> numbers = new HashMap<>();
        return parameters.stream().map(p -> numbers.computeIfAbsent(groups.get(p), g -> numbers.size())).toList();
    }

    /** Returns the counts of these groups, in that order. */
    List<Long> countsOf(List<Parameter> parameters) {
        return parameters.stream().map(groups::get).distinct().map(g -> g.count).toList();
    }

    /** Counts a step that trained {@code parameters}: all of the groups that they are of. */
    void advance(List<Parameter> parameters) {
        parameters.stream().map(groups::get).distinct().forEach(g -> g.count++);
    }

    /** Parts groups whose parameters differ in {@code by}. */
    void part(Function<Parameter, ?> by) {
        Map<Group, Map<Object, Group>> parts = new HashMap<>();
        groups.replaceAll((p, g) -> {
            Map<Object, Group> ofGroup = parts.computeIfAbsent(g, any -> new HashMap<>());
            // The first part goes on as the group.
            return ofGroup.computeIfAbsent(by.apply(p), any -> ofGroup.isEmpty() ? g : new Group(g.count));
        });
    }

    /** Sets all counts, and parts groups that do not agree. */
    void load(Map<Parameter, Long> counts) {
        part(counts::get);
        groups.forEach((p, g) -> g.count = counts.get(p));
    }
}
