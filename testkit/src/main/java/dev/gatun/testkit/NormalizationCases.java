package dev.gatun.testkit;

import static dev.gatun.testkit.Smoothness.TWICE;

import dev.gatun.Shape;
import dev.gatun.op.Normalization;
import java.util.ArrayList;
import java.util.List;

/** Normalizations over channels, rows and neighbours, also of numbers whose mean is large beside their spread, and softmax along every axis. */
final class NormalizationCases {
    private static final Domain FAR_FROM_ZERO = new Domain(30, 32);

    private NormalizationCases() {
    }

    static List<Case> of(int n) {
        List<Case> cases = new ArrayList<>();
        if (n > 0) {
            for (Domain domain : List.of(Domain.SIGNED, FAR_FROM_ZERO)) {
                cases.addAll(batchNorm(1e-5, domain, Shape.of(4, n)));
                cases.addAll(batchNorm(1e-3, domain, Shape.of(2, 3, 5, n)));
                cases.addAll(standardize(1, 1e-5, domain, Shape.of(3, n)));
                cases.addAll(standardize(1, 1e-2, domain, Shape.of(2, 3, n)));
            }
            cases.addAll(standardize(2, 1e-5, Domain.SIGNED, Shape.of(n, 2, 5)));
            cases.addAll(standardize(0, 1e-5, Domain.SIGNED, Shape.of(n, 3)));
            cases.add(localResponseNorm(5, 1e-4, 0.75, 1, Shape.of(2, n, 3, 2)));
        }
        cases.add(localResponseNorm(2, 0.5, 0.5, 2, Shape.of(1, 5, n)));
        for (int axis = 0; axis < 3; axis++) {
            cases.addAll(softmax(axis, Domain.SIGNED, 3, n, 2));
        }
        cases.addAll(softmax(1, new Domain(-80, 80), 3, n));
        cases.addAll(softmax(0, Domain.SIGNED, n));
        return cases;
    }

    static List<Case> large() {
        List<Case> cases = new ArrayList<>(batchNorm(1e-5, Domain.SIGNED, Shape.of(3, 37, 17, 19)));
        cases.addAll(batchNorm(1e-5, FAR_FROM_ZERO, Shape.of(401, 83)));
        cases.addAll(standardize(1, 1e-5, FAR_FROM_ZERO, Shape.of(61, 601)));
        cases.addAll(standardize(1, 1e-5, Domain.SIGNED, Shape.of(3, 11_003)));
        cases.add(localResponseNorm(5, 1e-4, 0.75, 1, Shape.of(3, 37, 17, 19)));
        cases.addAll(softmax(1, Domain.SIGNED, 61, 601));
        cases.addAll(softmax(1, Domain.SIGNED, 3, 37, 311));
        return cases;
    }

    static List<Case> batchNorm(double epsilon, Domain domain, Shape x) {
        Normalization.BatchNorm forward = new Normalization.BatchNorm(epsilon);
        int C = x.dim(1);
        int m = Math.max(1, (int) (x.elements() / Math.max(1, C)));
        String name = " " + x + " from " + domain.low();
        return List.of(
                Case.of("batch_norm" + name, Tolerance.NORMALIZATION, forward, Input.of(domain, x.dims()), Input.of(C), Input.of(C)).summing(m)
                        .differentiable(TWICE),
                Case.of("batch_norm_backward" + name, Tolerance.NORMALIZATION, new Normalization.BatchNormBackward(epsilon),
                        Input.of(domain, x.dims()),
                        Input.of(C), Input.of(domain, C), Input.of(Domain.POSITIVE, C), Input.of(x.dims())).summing(m).differentiable(TWICE));
    }

    static List<Case> standardize(int axis, double epsilon, Domain domain, Shape x) {
        Normalization.Standardize forward = new Normalization.Standardize(axis, epsilon);
        int m = (int) x.elements(axis, x.rank());
        String name = " from axis " + axis + " of " + x + " from " + domain.low();
        return List.of(
                Case.of("standardize" + name, Tolerance.NORMALIZATION, forward, Input.of(domain, x.dims())).summing(m).differentiable(TWICE),
                Case.of("standardize_backward" + name, Tolerance.NORMALIZATION, new Normalization.StandardizeBackward(axis),
                        Input.of(domain, x.dims()),
                        Input.of(Domain.POSITIVE, x.slice(0, axis).dims()), Input.of(x.dims())).summing(m).differentiable(TWICE));
    }

    static Case localResponseNorm(int size, double alpha, double beta, double k, Shape x) {
        return Case.of("local_response_norm of " + size + " " + x, Tolerance.CHAIN, new Normalization.LocalResponseNorm(size, alpha, beta, k),
                Input.of(x.dims())).summing(size).differentiable(TWICE);
    }

    static List<Case> softmax(int axis, Domain domain, int... dims) {
        String name = " along " + axis + " of " + Shape.of(dims) + " to " + domain.high();
        return List.of(
                Case.of("softmax" + name, Tolerance.SOFTMAX, new Normalization.Softmax(axis), Input.of(domain, dims)).summing(dims[axis])
                        .differentiable(TWICE),
                Case.of("log_softmax" + name, Tolerance.SOFTMAX, new Normalization.LogSoftmax(axis), Input.of(domain, dims)).summing(dims[axis])
                        .differentiable(TWICE));
    }
}
