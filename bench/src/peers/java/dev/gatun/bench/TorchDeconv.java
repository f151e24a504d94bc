package dev.gatun.bench;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.ParameterStore;
import dev.gatun.op.Convolution.Geometry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The transposed convolution, which DJL lacks for PyTorch but PyTorch has: as a TorchScript module without weights. A module is a zip file with its source,
 * and as a pickle the object and its constants.
 */
final class TorchDeconv {
    /** A {@code __torch__.Deconv} with {@code training} false and {@code _is_full_backward_hook} None. */
    private static final String OBJECT = "\200\2c__torch__\nDeconv\nq\0)\201}(X\10\0\0\0trainingq\1\211X\26\0\0\0_is_full_backward_hookq\2Nubq\3.";
    /** An empty tuple. */
    private static final String NOTHING = "\200\2).";

    /** A model that nobody holds is closed by the collector. */
    private final Model model;

    TorchDeconv(Geometry geometry) {
        String call = "torch.conv_transpose2d(x, w, None, " + geometry.strides().toString() + ", " + geometry.padBefore() + ", [0, 0], " + geometry.groups()
                + ", " + geometry.dilations() + ")";
        String source = """
                class Deconv(Module):
                  __parameters__ = []
                  __buffers__ = []
                  training : bool
                  _is_full_backward_hook : Optional[bool]
                  def forward(self: __torch__.Deconv,
                    x: Tensor,
                    w: Tensor) -> Tensor:
                    return %s
                """.formatted(call);
        model = Model.newInstance("deconv", "PyTorch");
        try {
            model.load(new ByteArrayInputStream(archive(source)));
        } catch (MalformedModelException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the result. @param w {@code [IC, OC/G, KH, KW]} */
    NDArray forward(NDArray x, NDArray w, boolean training) {
        return model.getBlock().forward(new ParameterStore(), new NDList(x, w), training).singletonOrThrow();
    }

    private static byte[] archive(String source) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            store(zip, "deconv/data.pkl", OBJECT.getBytes(StandardCharsets.ISO_8859_1));
            store(zip, "deconv/code/__torch__.py", source.getBytes(StandardCharsets.UTF_8));
            store(zip, "deconv/constants.pkl", NOTHING.getBytes(StandardCharsets.ISO_8859_1));
            store(zip, "deconv/version", "3\n".getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    /** PyTorch reads what is not compressed. */
    private static void store(ZipOutputStream zip, String name, byte[] data) throws IOException {
        CRC32 sum = new CRC32();
        sum.update(data);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(data.length);
        entry.setCrc(sum.getValue());
        zip.putNextEntry(entry);
        zip.write(data);
        zip.closeEntry();
    }
}
