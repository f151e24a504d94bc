/**
 * The conformance kit: one catalogue of cases that every backend runs against the reference.
 *
 * <pre>
 * Case                 function of tensors, operands, element types, tolerance, smoothness
 * Cases                the catalogue: XxxCases of(n), one a family of ops, each with an axis of n places
 * Tolerance            the one table of how far results may be off, each line with its reason
 * BackendConformance   the checks; a backend subclasses it in five lines
 *
 * Sample               the data of a case's operands            Outcome       what a run gave
 * Interpreter          runs a case op by op, without a planner  Expectation   what it should give
 * Disturbance          what may be rounded on the way           Arithmetic    which ops round
 * GuardedBackend       puts every buffer of every kernel between guards
 * QueueBackend         an asynchronous double, which passes the kit too
 * Soak                 many callers for a long time, and backends opened and closed again and again
 * </pre>
 *
 * <p>An example, the kit for the vector backend:
 * <pre>
 * class VectorConformanceTest extends BackendConformance {
 *     protected Backend open() {
 *         return Backends.open("vector");
 *     }
 * }
 * </pre>
 *
 * <p>No method takes or returns null.
 */
package dev.gatun.testkit;
