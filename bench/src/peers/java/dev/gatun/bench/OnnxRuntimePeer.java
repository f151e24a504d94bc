package dev.gatun.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.gatun.TensorType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;

/** ONNX Runtime by its Java API: all optimizations, sequential execution, N threads inside of an operator. */
public final class OnnxRuntimePeer implements Peer {
    /** For {@link java.util.ServiceLoader}. */
    public OnnxRuntimePeer() {
    }

    @Override
    public String name() {
        return "onnxruntime";
    }

    @Override
    public String version() {
        return OrtEnvironment.getEnvironment().getVersion();
    }

    @Override
    public boolean does(Work work) {
        return switch (work) {
            case Work.Inference _ -> true;
            case Work.Lstm w -> !w.train();
            case Work.Training _, Work.Gan _ -> false;
        };
    }

    @Override
    public Job prepare(Work work, int threads, Path folder) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        options.setIntraOpNumThreads(threads);
        options.setInterOpNumThreads(1);
        options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
        options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
        OrtSession session = environment.createSession(WorkFiles.onnx(folder).toString(), options);
        TensorType type = WorkFiles.input(work);
        FloatBuffer data = ByteBuffer.allocateDirect((int) type.bytes()).order(ByteOrder.nativeOrder()).asFloatBuffer();
        data.put(Numbers.of(type, WorkFiles.INPUT)).flip();
        OnnxTensor x = OnnxTensor.createTensor(environment, data, IntStream.of(type.shape().dims()).asLongStream().toArray());
        return new Session(session, Map.of("x", x));
    }

    private static final class Session implements Job {
        private final OrtSession session;
        private final Map<String, OnnxTensor> inputs;
        private OrtSession.Result last;

        Session(OrtSession session, Map<String, OnnxTensor> inputs) {
            this.session = session;
            this.inputs = inputs;
        }

        @Override
        public void run() throws OrtException {
            OrtSession.Result result = session.run(inputs);
            if (last != null) {
                last.close();
            }
            last = result;
        }

        @Override
        public float[] result() {
            FloatBuffer y = ((OnnxTensor) last.get(0)).getFloatBuffer();
            float[] numbers = new float[y.remaining()];
            y.get(numbers);
            return numbers;
        }
    }
}
