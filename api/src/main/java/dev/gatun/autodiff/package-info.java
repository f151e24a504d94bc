/**
 * Reverse-mode differentiation: graph in, more graph out.
 *
 * <pre>
 * Backpropagation   the walk from results back to operands, adding up what arrives at each value
 * Vjp               the rule of every op: Step -> a gradient an operand, one switch a family without default
 * XxxVjp            the rules of family Xxx
 * Step              one recorded application on the way back: op, operands, results, gradients of the results
 * Decompose         ops whose rule is that of a composition of simpler ops
 * UnrolledRnn       recurrent layers step by step, for gradients of their gradients
 * </pre>
 *
 * <p>With y = f(x) and a scalar loss L, dy stands for ∂L/∂y, and a rule says what dx = (∂y/∂x)ᵀ dy is (the vector-Jacobian product, vjp). Rules are
 * written in the letters of the literature: x, a, b operands, w weights, y the result, and their gradients dx, da, db, dw, dy. They record ops like
 * anybody else, so a gradient can be differentiated again:
 *
 * <pre>
 * case TANH -> dy.mul(y.square().neg().add(1));   // dx = dy · (1 - y²)
 * </pre>
 *
 * <p>At kinks the rules agree with PyTorch: relu and abs have derivative 0 at 0; equal candidates of a maximum or minimum share its gradient evenly.
 * No method takes or returns null.
 */
package dev.gatun.autodiff;
