package dev.gatun.testkit;

import dev.gatun.Backends;
import dev.gatun.spi.Arguments;
import dev.gatun.spi.Backend;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Memory;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** The reference with a fault in every kernel. */
final class WrongBackend implements Backend {
    private final Backend reference = Backends.open("reference");
    private final UnaryOperator<Kernel> fault;

    private WrongBackend(UnaryOperator<Kernel> fault) {
        this.fault = fault;
    }

    /** Opens the reference with {@code after} done to the buffers of every launch, when it has run. */
    static Backend open(Consumer<Arguments> after) {
        return Backends.open(new GuardedBackend.Single(new WrongBackend(kernel -> new Kernel() {
            @Override
            public String name() {
                return "wrong " + kernel.name();
            }

            @Override
            public void launch(Arguments arguments) {
                kernel.launch(arguments);
                after.accept(arguments);
            }
        })));
    }

    @Override
    public String name() {
        return "wrong";
    }

    @Override
    public String description() {
        return "the reference with a fault";
    }

    @Override
    public Memory memory() {
        return reference.memory();
    }

    @Override
    public Optional<Kernel> compile(KernelRequest request) {
        return reference.compile(request).map(fault);
    }

    @Override
    public void close() {
        reference.close();
    }
}
