package dev.gatun.onednn;

import dev.gatun.op.Recurrent;
import dev.gatun.spi.Arguments;
import dev.gatun.spi.HostBuffer;
import dev.gatun.spi.Kernel;
import dev.gatun.spi.Layout;
import java.util.ArrayList;
import java.util.List;

/**
 * A recurrent primitive whose bias is made anew at each launch, in the workspace: {@link RnnBias}. All launches are on the runner's thread, one after another,
 * so they share one {@link BoundPrimitive}.
 *
 * <pre>
 * buffers     x wIh wHh b c h0 [c0] [peephole]   y hn [cn]   workspace = bias, peephole if it must be widened, scratchpad
 * primitive   x wIh wHh bias  h0 [c0] [peephole]   y hn [cn]   scratchpad
 * </pre>
 */
final class RnnKernel implements Kernel {
    private static final int B = 3;
    private static final int C = 4;
    private static final int NONE = -1;
    private static final long LINE = 64;

    private final Session session;
    private final Recurrent.Cell cell;
    private final RnnBias bias;
    private final PrimitiveKernel primitive;
    private final BoundPrimitive bound;
    private final int buffers;
    private final int widened;
    private final long peepholeAt;
    private final long scratchAt;

    RnnKernel(Session session, Recurrent.Cell cell, RnnBias bias, PrimitiveKernel primitive) {
        this.session = session;
        this.cell = cell;
        this.bias = bias;
        this.primitive = primitive;
        this.bound = new BoundPrimitive(primitive);
        session.own(this, bound::close);
        this.buffers = inputLayouts().size() + primitive.outputLayouts().size() + 1;
        this.widened = cell.peephole() && bias.type() != DataType.F32 ? cell.operands() - 1 : NONE;
        this.peepholeAt = Math.ceilDiv(bias.bytes(), LINE) * LINE;
        this.scratchAt = peepholeAt + (widened != NONE ? Math.ceilDiv(bias.peepholeBytes(), LINE) * LINE : 0);
    }

    @Override
    public String name() {
        return cell.kind().label() + " " + primitive.name();
    }

    @Override
    public List<Layout> inputLayouts() {
        List<Layout> layouts = new ArrayList<>(primitive.inputLayouts());
        layouts.add(B, Layout.PLAIN);
        return layouts;
    }

    @Override
    public long workspaceBytes() {
        return scratchAt + primitive.workspaceBytes();
    }

    @Override
    public void launch(Arguments arguments) {
        if (session.runner().isCurrent()) {
            execute(arguments);
        } else {
            session.runner().run(() -> execute(arguments));
        }
    }

    private void execute(Arguments arguments) {
        session.checkOpen();
        PrimitiveKernel.checkCount(name(), buffers, arguments.size());
        int last = arguments.size() - 1;
        HostBuffer workspace = (HostBuffer) arguments.buffer(last);
        bias.write(arguments.segment(B), arguments.segment(C), workspace.segment(), 0);
        bound.set(B, workspace, 0);
        // The biases are two of the buffers and one of the primitive's arguments.
        for (int i = 0; i < B; i++) {
            bound.set(i, arguments.buffer(i));
        }
        for (int i = C + 1; i < last; i++) {
            if (i != widened) {
                bound.set(i - 1, arguments.buffer(i));
            }
        }
        if (widened != NONE) {
            bias.writePeephole(arguments.segment(widened), workspace.segment(), peepholeAt);
            bound.set(widened - 1, workspace, peepholeAt);
        }
        if (primitive.workspaceBytes() > 0) {
            bound.set(last - 1, workspace, scratchAt);
        }
        bound.execute();
    }
}
