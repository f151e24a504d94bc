/**
 * Every op as a plain loop: the specification of what the backends compute, the oracle of their tests, and what runs where a backend has no kernel.
 *
 * <pre>
 * ReferenceProvider   the backend `reference`: always usable, priority 0
 * ReferenceKernels    Op -> Kernel, one case a family; also the stand-in where another backend has no kernel
 * XxxLoops            Op of family Xxx -> Loop, one case an op
 * Loop                (Elements[] in, Elements[] out) -> writes out
 * Elements            a tensor's elements as double or long, whatever their type
 * Places              a walk over a shape with the offsets of a strided view
 * DoubleFunctions, LongFunctions, Fold, Order      what is done to elements, in double or in long
 * Doubles             a tensor as a double[], for loops that read each element many times
 * Tap                 which input and output places one place of a sliding kernel brings together
 * </pre>
 *
 * <p>Floating results are computed in double from the operands as stored, and rounded once to the type of the result; integers are computed in long,
 * exactly, and wrap to their width. Transcendental functions are those of {@link StrictMath}, so that a result does not depend on the machine. No method
 * takes or returns null.
 */
package dev.gatun.reference;
