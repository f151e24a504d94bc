package dev.gatun.vector;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * A heavy loop over a block, y = f(x), behind a call that the JIT compiler does not look through. It inlines a bounded number of nodes into one method
 * (NodeCountInliningCutoff), and a loop with one transcendental function takes most of them: where two such loops were inlined into the code that calls
 * them, part of the second would stay calls, and every vector an object, thirty times slower. What is behind a method handle that is no constant is
 * compiled for itself.
 *
 * <p>A loop that needs more than x and y reads and writes it in an area of memory.
 */
final class Loop {
    private static final MethodType TYPE = MethodType.methodType(void.class, long.class, long.class, int.class);
    private static final MethodType WITH_AREA = MethodType.methodType(void.class, long.class, long.class, int.class, long.class);

    private static final MethodType WITH_LINES = MethodType.methodType(void.class, long.class, long.class, long.class, long.class, long.class, int.class,
            float.class, float.class, long.class);

    // A final field of an ordinary class: unlike a static or a record's, the compiler does not take it for a constant.
    private final MethodHandle body;

    private Loop(MethodHandle body) {
        this.body = body;
    }

    /** Returns the static method {@code name} of the class of {@code lookup}, which takes the addresses of x and y and the number of elements. */
    static Loop of(MethodHandles.Lookup lookup, String name) {
        return of(lookup, name, TYPE);
    }

    /** Returns the same of a method that also takes the address of an area. */
    static Loop withArea(MethodHandles.Lookup lookup, String name) {
        return of(lookup, name, WITH_AREA);
    }

    /** Returns the same of a method that takes the addresses of five lines, the number of elements, two numbers and the address of an area. */
    static Loop withLines(MethodHandles.Lookup lookup, String name) {
        return of(lookup, name, WITH_LINES);
    }

    private static Loop of(MethodHandles.Lookup lookup, String name, MethodType type) {
        try {
            return new Loop(lookup.findStatic(lookup.lookupClass(), name, type));
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("no loop " + name + " in " + lookup.lookupClass(), e);
        }
    }

    /** Runs the loop over {@code n} elements, a multiple of the lanes. */
    void run(long x, long y, int n) {
        try {
            body.invokeExact(x, y, n);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("a loop declares no exceptions", e);
        }
    }

    /** Runs a loop that takes an area. */
    void run(long x, long y, int n, long area) {
        try {
            body.invokeExact(x, y, n, area);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("a loop declares no exceptions", e);
        }
    }

    /** Runs a loop that takes five lines. */
    void run(long a, long b, long c, long d, long e, int n, float p, float q, long area) {
        try {
            body.invokeExact(a, b, c, d, e, n, p, q, area);
        } catch (RuntimeException | Error x) {
            throw x;
        } catch (Throwable x) {
            throw new AssertionError("a loop declares no exceptions", x);
        }
    }
}
