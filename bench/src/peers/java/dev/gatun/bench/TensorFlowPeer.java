package dev.gatun.bench;

import dev.gatun.Shape;
import dev.gatun.bench.Blueprint.Weights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.TensorFlow;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;

/** TensorFlow by its Java API: a graph in a session, N threads inside of an operator. */
public final class TensorFlowPeer implements Peer {
    /** For {@link java.util.ServiceLoader}. */
    public TensorFlowPeer() {
    }

    @Override
    public String name() {
        return "tensorflow";
    }

    @Override
    public String version() {
        return TensorFlow.version();
    }

    @Override
    public String heap() {
        return "4g";
    }

    @Override
    public boolean does(Work work) {
        return switch (work) {
            case Work.Inference _, Work.Training _ -> true;
            case Work.Lstm _, Work.Gan _ -> false;
        };
    }

    @Override
    public Job prepare(Work work, int threads, Path folder) {
        Graph graph = new Graph();
        Ops tf = Ops.create(graph);
        Shape type = WorkFiles.input(work).shape();
        TFloat32 images = TensorFlowNet.tensor(TensorFlowNet.transposed(new Weights(type, Numbers.of(WorkFiles.input(work), WorkFiles.INPUT)), 0, 2, 3, 1));
        Placeholder<TFloat32> x = tf.placeholder(TFloat32.class, Placeholder.shape(images.shape()));
        List<Op> targets = new ArrayList<>();
        Operand<TFloat32> result = switch (work) {
            case Work.Inference w -> new TensorFlowNet(tf, false).add(BlueprintReader.of(Networks.layer(w.network()), WorkFiles.input(w), false), x);
            case Work.Training w -> training(tf, w, x, graph, targets);
            case Work.Lstm _, Work.Gan _ -> throw new IllegalArgumentException("tensorflow does not do " + work.name());
        };
        ConfigProto config = ConfigProto.newBuilder().setIntraOpParallelismThreads(threads).setInterOpParallelismThreads(1).build();
        Session session = new Session(graph, config);
        session.initialize();
        return new Steps(session, x, images, result, targets);
    }

    /** Adds the loss, its gradients, and what is done by them. @return the loss */
    private static Operand<TFloat32> training(Ops tf, Work.Training work, Operand<TFloat32> x, Graph graph, List<Op> targets) {
        TensorFlowNet net = new TensorFlowNet(tf, true);
        Operand<TFloat32> logits = net.add(BlueprintReader.of(Networks.layer(work.network()), WorkFiles.input(work), true), x);
        int classes = Networks.classes(work.network());
        float[] labels = new float[work.batch() * classes];
        for (int n = 0; n < work.batch(); n++) {
            labels[n * classes + n % classes] = 1;
        }
        Operand<TFloat32> target = tf.constantOf(TensorFlowNet.tensor(new Weights(Shape.of(work.batch(), classes), labels)));
        Operand<TFloat32> loss = tf.math.mean(tf.nn.softmaxCrossEntropyWithLogits(logits, target).loss(), tf.constant(0));
        Output<?>[] gradients = graph.addGradients(loss.asOutput(), net.variables().stream().map(Variable::asOutput).toArray(Output<?>[]::new));
        for (int i = 0; i < gradients.length; i++) {
            Variable<TFloat32> variable = net.variables().get(i);
            Variable<TFloat32> velocity = tf.variable(tf.zeros(tf.constant(variable.shape().asArray()), TFloat32.class));
            targets.add(tf.train.applyMomentum(variable, velocity, tf.constant(GatunPeer.LEARNING_RATE), gradient(gradients[i]), tf.constant(.9f)));
        }
        targets.addAll(net.updates());
        return loss;
    }

    private static Operand<TFloat32> gradient(Output<?> dy) {
        return dy.expect(TFloat32.class);
    }

    private static final class Steps implements Job {
        private final Session session;
        private final Operand<TFloat32> x;
        private final TFloat32 images;
        private final Operand<TFloat32> y;
        private final List<Op> targets;
        private Result last;

        Steps(Session session, Operand<TFloat32> x, TFloat32 images, Operand<TFloat32> y, List<Op> targets) {
            this.session = session;
            this.x = x;
            this.images = images;
            this.y = y;
            this.targets = targets;
        }

        @Override
        public void run() {
            Session.Runner runner = session.runner().feed(x, images).fetch(y);
            targets.forEach(runner::addTarget);
            Result result = runner.run();
            if (last != null) {
                last.close();
            }
            last = result;
        }

        @Override
        public float[] result() {
            TFloat32 numbers = (TFloat32) last.get(0);
            float[] copy = new float[(int) numbers.size()];
            numbers.asRawTensor().data().asFloats().read(copy);
            return copy;
        }
    }
}
