package dev.gatun.bench;

import dev.gatun.DType;
import dev.gatun.Producer;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.bench.KernelCase.Direction;
import dev.gatun.models.Zoo;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Pass;
import dev.gatun.op.Convolution;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** The convolutions of a network, read off what it records. */
final class NetworkConvolutions {
    private NetworkConvolutions() {
    }

    /** A convolution by its sizes. */
    record Sizes(TensorType x, TensorType w, Convolution.Geometry geometry) { }

    /** Returns the convolutions of a network of the {@link Zoo} for one image, each size once, large images first. */
    static List<Sizes> of(String network) {
        TensorType input = Zoo.input(network, 1);
        Set<Producer> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Tensor> open = new ArrayDeque<>();
        Layer layer = Zoo.layer(network);
        layer.eval();
        // Sizes need no weights: drawing those of VGG-16 would take seconds.
        Pass pass = Pass.traced(Tensor.zeros(DType.I64, 2), p -> Tensor.full(p.type().dtype(), p.type().shape(), 0));
        open.push(layer.forward(Tensor.full(input.dtype(), input.shape(), 0), pass));
        List<Sizes> found = new ArrayList<>();
        while (!open.isEmpty()) {
            Producer p = open.pop().producer().orElse(null);
            if (p == null || !seen.add(p)) {
                continue;
            }
            p.inputs().forEach(open::push);
            if (p.op() instanceof Convolution.Conv conv) {
                found.add(new Sizes(p.inputs().get(0).type(), p.inputs().get(1).type(), conv.geometry()));
            }
        }
        return found.reversed().stream().distinct().sorted(Comparator.comparingInt((Sizes s) -> s.x.shape().dim(2)).reversed()).toList();
    }

    /** Returns the cases of a network: each distinct convolution in each direction. */
    static List<KernelCase> cases(String network) {
        List<KernelCase> cases = new ArrayList<>();
        for (Direction direction : Direction.values()) {
            for (Sizes s : of(network)) {
                cases.add(KernelCase.conv(network, s.x, s.w, s.geometry, direction));
            }
        }
        return cases;
    }
}
