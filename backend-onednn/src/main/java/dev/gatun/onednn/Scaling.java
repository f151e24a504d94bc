package dev.gatun.onednn;

import dev.gatun.ffi.dnnl.Dnnl;
import dev.gatun.onednn.PostOps.AddBytes;
import dev.gatun.onednn.PostOps.Function;
import dev.gatun.onednn.PostOps.Step;
import dev.gatun.onednn.PostOps.With;
import java.util.ArrayList;
import java.util.List;

/**
 * Chains of post-ops with bytes in them. A post-op adds bytes as they are, so the sum is brought to their units first:
 *
 * <pre>
 * y + (r - z)·s        y ← y/s - z,  y ← y + r,  y ← y·s
 * relu(y·s), s > 0     relu(y)·s: so that factors in front of and behind a ReLU meet
 * a·(b·y + c) + d      one function
 * </pre>
 *
 * <p>What is stored from 0 on clamps at 0 by itself: a ReLU in front is left out. So a convolution with bias and ReLU keeps one multiplication, one
 * with a residual two.
 */
final class Scaling {
    private final List<Step> steps = new ArrayList<>();

    private Scaling() {
    }

    /** Returns the chain in oneDNN's words. @param clampsAtZero whether the result is stored as an integer of which 0 is the least and stands for 0 */
    static List<Step> apply(List<Step> chain, boolean clampsAtZero) {
        Scaling scaling = new Scaling();
        chain.forEach(scaling::append);
        if (clampsAtZero) {
            scaling.leaveOutLastRelu();
        }
        return scaling.steps;
    }

    private void append(Step step) {
        switch (step) {
            case AddBytes(int operand, float scale, int zero) -> {
                linear(1 / scale, -zero);
                steps.add(new With(Dnnl.dnnl_binary_add(), operand));
                linear(scale, 0);
            }
            case Function f when isLinear(f) -> linear(f.alpha(), f.beta());
            case Function f when f.equals(PostOps.RELU) && !steps.isEmpty() && isFactor(steps.getLast()) -> steps.add(steps.size() - 1, f);
            case Function f -> steps.add(f);
            case With w -> steps.add(w);
            case PostOps.Sum s -> steps.add(s);
        }
    }

    /** Appends y ← a·y + b. */
    private void linear(float a, float b) {
        float alpha = a;
        float beta = b;
        if (!steps.isEmpty() && steps.getLast() instanceof Function f && isLinear(f)) {
            alpha = a * f.alpha();
            beta = a * f.beta() + b;
            steps.removeLast();
        }
        if (alpha != 1 || beta != 0) {
            steps.add(new Function(Dnnl.dnnl_eltwise_linear(), alpha, beta));
        }
    }

    private static boolean isLinear(Function f) {
        return f.algorithm() == Dnnl.dnnl_eltwise_linear();
    }

    /** Returns whether a step is y ← a·y with a > 0. */
    private static boolean isFactor(Step step) {
        return step instanceof Function f && isLinear(f) && f.alpha() > 0 && f.beta() == 0;
    }

    private void leaveOutLastRelu() {
        boolean factor = !steps.isEmpty() && isFactor(steps.getLast());
        int at = steps.size() - (factor ? 2 : 1);
        if (at >= 0 && steps.get(at).equals(PostOps.RELU)) {
            List<Step> rest = List.copyOf(steps.subList(at + 1, steps.size()));
            steps.subList(at, steps.size()).clear();
            rest.forEach(this::append);
        }
    }
}
