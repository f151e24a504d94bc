/**
 * The graph: types of ops, and the linear form in which the planner sees a computation.
 *
 * <pre>
 * Graph = Leaf* Node* Value*        slots, applications in order, outputs
 * Node  = Op Value* TensorType*     an op, what it reads, what it gives
 * Value = number, index             result index of a leaf or node
 * </pre>
 *
 * <p>{@link dev.gatun.graph.TypeRules} is the one place that knows which operands an op takes and what types it gives; it is asked when an op is recorded,
 * so that the stack trace of a mistake is the user's. No method takes or returns null.
 */
package dev.gatun.graph;
