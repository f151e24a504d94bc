package dev.gatun.spi;

import java.util.List;

/** A kernel that is another one but for what its class says itself. */
public interface DelegatingKernel extends Kernel {
    /** Returns the other one. */
    Kernel kernel();

    @Override
    default String name() {
        return kernel().name();
    }

    @Override
    default List<Layout> inputLayouts() {
        return kernel().inputLayouts();
    }

    @Override
    default List<Layout> outputLayouts() {
        return kernel().outputLayouts();
    }

    @Override
    default long workspaceBytes() {
        return kernel().workspaceBytes();
    }

    @Override
    default boolean inPlace(int operand, int result) {
        return kernel().inPlace(operand, result);
    }

    @Override
    default boolean joins() {
        return kernel().joins();
    }

    @Override
    default boolean isFallback() {
        return kernel().isFallback();
    }

    @Override
    default void launch(Arguments arguments) {
        kernel().launch(arguments);
    }
}
