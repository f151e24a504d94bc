package dev.gatun.testkit;

import dev.gatun.Backends;
import dev.gatun.TensorType;
import dev.gatun.op.Convolution;
import dev.gatun.op.Elementwise;
import dev.gatun.op.Normalization;
import dev.gatun.op.Op;
import dev.gatun.op.Pooling;
import dev.gatun.spi.Arguments;
import dev.gatun.spi.Backend;
import dev.gatun.spi.BackendProvider;
import dev.gatun.spi.Buffer;
import dev.gatun.spi.Executable;
import dev.gatun.spi.HostBuffer;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.KernelRequest;
import dev.gatun.spi.Layout;
import dev.gatun.spi.Memory;
import dev.gatun.spi.Program;
import dev.gatun.spi.StepExecutable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A test double with the manners of a GPU: memory that the processor cannot read, work that runs later, a layout of its own (channels last) for
 * convolutions, pools and what lies between them, a program that is replayed as a whole, and no softmax. It computes with the reference loops, so whatever
 * differs is the planner's fault or the double's.
 */
public final class QueueBackend implements Backend {
    private static final Layout NHWC = new ChannelsLast();

    private final QueueMemory memory = new QueueMemory();
    private final Backend reference = Backends.open("reference");

    /** Offers the double under the name {@code queue}; it is not a registered service. */
    public static final class Provider implements BackendProvider {
        /** Makes the provider. */
        public Provider() {
        }

        @Override
        public String name() {
            return "queue";
        }

        @Override
        public int priority() {
            return -1;
        }

        @Override
        public Availability probe() {
            return new Availability.Usable("a thread", "none", "1");
        }

        @Override
        public Backend open() {
            return new QueueBackend();
        }
    }

    @Override
    public String name() {
        return "queue";
    }

    @Override
    public String description() {
        return "asynchronous test double";
    }

    @Override
    public Memory memory() {
        return memory;
    }

    @Override
    public Optional<Kernel> compile(KernelRequest request) {
        return switch (request) {
            case KernelRequest.Reorder r -> Optional.of(new Reorder(r));
            case KernelRequest.Single s when s.op() instanceof Normalization.Softmax -> Optional.empty();
            case KernelRequest.Single s -> reference.compile(s.with(s.layouts().stream().map(l -> Layout.PLAIN).toList()))
                    .map(k -> new Wrapped(k, s.inputs(), s.outputs(), inputLayouts(s), outputLayouts(s)));
            case KernelRequest.Epilogue _, KernelRequest.Region _ -> Optional.empty();
        };
    }

    /** Images are taken channels last by convolutions and pools, and by elementwise ops whose operands already lie so. */
    private static List<Layout> inputLayouts(KernelRequest.Single s) {
        return IntStream.range(0, s.inputs().size()).mapToObj(i -> isImage(s.inputs().get(i)) && channelsLast(s, i) ? NHWC : Layout.PLAIN).toList();
    }

    private static List<Layout> outputLayouts(KernelRequest.Single s) {
        return s.outputs().stream().map(t -> isImage(t) && channelsLast(s, 0) ? NHWC : Layout.PLAIN).toList();
    }

    private static boolean channelsLast(KernelRequest.Single s, int operand) {
        Op op = s.op();
        boolean images = op instanceof Convolution.Conv && operand == 0 || op instanceof Pooling.MaxPool || op instanceof Pooling.AvgPool;
        return images || op instanceof Elementwise && s.layouts().stream().allMatch(NHWC::equals);
    }

    private static boolean isImage(TensorType type) {
        return type.shape().rank() >= 3;
    }

    @Override
    public Executable link(Program program) {
        Executable steps = new StepExecutable(program, memory);
        boolean capturable = program.steps().stream().noneMatch(step -> step.kernel().isFallback());
        return new Executable() {
            @Override
            public void run(Buffer[] external) {
                if (capturable) {
                    memory.capture(() -> steps.run(external));
                } else {
                    steps.run(external);
                }
            }

            @Override
            public void close() {
                steps.close();
            }
        };
    }

    @Override
    public void close() {
        memory.close();
        reference.close();
    }

    /** A reference kernel whose images lie channels last; runs on the queue. */
    private final class Wrapped implements Kernel {
        private final Kernel kernel;
        private final List<TensorType> inputs;
        private final List<TensorType> outputs;
        private final List<Layout> inputLayouts;
        private final List<Layout> outputLayouts;

        Wrapped(Kernel kernel, List<TensorType> inputs, List<TensorType> outputs, List<Layout> inputLayouts, List<Layout> outputLayouts) {
            this.kernel = kernel;
            this.inputs = inputs;
            this.outputs = outputs;
            this.inputLayouts = inputLayouts;
            this.outputLayouts = outputLayouts;
        }

        @Override
        public String name() {
            return "queued " + kernel.name();
        }

        @Override
        public List<Layout> inputLayouts() {
            return inputLayouts;
        }

        @Override
        public List<Layout> outputLayouts() {
            return outputLayouts;
        }

        @Override
        public void launch(Arguments arguments) {
            List<Buffer> buffers = IntStream.range(0, arguments.size()).mapToObj(arguments::buffer).toList();
            memory.enqueue(() -> run(buffers));
        }

        private void run(List<Buffer> buffers) {
            try (Arena arena = Arena.ofConfined()) {
                List<HostBuffer> plain = new ArrayList<>();
                for (int i = 0; i < buffers.size(); i++) {
                    boolean isInput = i < inputs.size();
                    TensorType type = isInput ? inputs.get(i) : outputs.get(i - inputs.size());
                    Layout layout = isInput ? inputLayouts.get(i) : outputLayouts.get(i - inputs.size());
                    HostBuffer device = QueueMemory.host(buffers.get(i));
                    if (layout.equals(NHWC)) {
                        MemorySegment copy = arena.allocate(Math.max(1, type.bytes()), 64).asSlice(0, type.bytes());
                        if (isInput) {
                            ChannelsLast.reorder(type, device.segment(), copy, true);
                        }
                        device = HostBuffer.of(copy);
                    }
                    plain.add(device);
                }
                kernel.launch(new Arguments(plain.toArray(Buffer[]::new), IntStream.range(0, plain.size()).toArray()));
                for (int o = 0; o < outputs.size(); o++) {
                    if (outputLayouts.get(o).equals(NHWC)) {
                        int at = inputs.size() + o;
                        ChannelsLast.reorder(outputs.get(o), plain.get(at).segment(), QueueMemory.host(buffers.get(at)).segment(), false);
                    }
                }
            }
        }
    }

    /** A copy between layouts on the queue. */
    private final class Reorder implements Kernel {
        private final KernelRequest.Reorder request;

        Reorder(KernelRequest.Reorder request) {
            this.request = request;
        }

        @Override
        public String name() {
            return "reorder " + request.from().label() + " " + request.to().label();
        }

        @Override
        public List<Layout> inputLayouts() {
            return List.of(request.from());
        }

        @Override
        public List<Layout> outputLayouts() {
            return List.of(request.to());
        }

        @Override
        public void launch(Arguments arguments) {
            Buffer from = arguments.buffer(0);
            Buffer to = arguments.buffer(1);
            memory.enqueue(() -> {
                MemorySegment source = QueueMemory.host(from).segment();
                MemorySegment target = QueueMemory.host(to).segment();
                if (request.from().equals(request.to())) {
                    target.asSlice(0, request.type().bytes()).copyFrom(source.asSlice(0, request.type().bytes()));
                } else {
                    ChannelsLast.reorder(request.type(), source, target, request.to().equals(Layout.PLAIN));
                }
            });
        }
    }
}
