package dev.gatun.formats;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.gatun.Tensor;
import dev.gatun.TensorType;
import dev.gatun.formats.SafetensorsHeader.Entry;
import dev.gatun.nn.Module;
import dev.gatun.nn.Parameter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SequencedSet;

/**
 * Named tensors in a file, in Hugging Face's safetensors format: the length of a JSON header (8 bytes, little-endian), the header, the elements of
 * all tensors, row-major and little-endian.
 *
 * <p>{@link #load} checks the whole header; the bytes of a tensor are read when it is asked for, into its own memory. Files are not trusted: whatever is
 * wrong with one is a {@link FormatException} that says so. A file must not be changed while it is open; replacing it as {@link #save} does is safe.
 * Threads may read at once; one that is interrupted reads on, and stays interrupted.
 *
 * {@snippet :
 * Safetensors.load(Path.of("resnet50.safetensors")).into(net);
 * Safetensors.save(Path.of("checkpoint.safetensors"), Safetensors.of(net), Map.of("step", "1000"));
 * }
 */
public final class Safetensors {
    private static final int LENGTH_BYTES = 8;
    private static final ValueLayout.OfLong LENGTH = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Path file;
    private final InputFile opened;
    private final long data;
    private final SafetensorsHeader header;

    /** @param data where the header's offsets count from */
    private Safetensors(InputFile opened, long data, SafetensorsHeader header) {
        this.file = opened.path();
        this.opened = opened;
        this.data = data;
        this.header = header;
    }

    /**
     * Opens a file.
     *
     * @throws FormatException if it is not a valid safetensors file
     * @throws IOException if it cannot be read
     */
    public static Safetensors load(Path file) throws IOException {
        InputFile opened = InputFile.open(file);
        try {
            return load(opened);
        } catch (IOException e) {
            opened.close();
            throw e;
        }
    }

    private static Safetensors load(InputFile opened) throws IOException {
        Path file = opened.path();
        if (opened.size() < LENGTH_BYTES) {
            throw new FormatException(file, "has " + opened.size() + " bytes, too few for a safetensors file");
        }
        long length = MemorySegment.ofArray(opened.read(0, LENGTH_BYTES)).get(LENGTH, 0);
        if (length < 0 || length > SafetensorsHeader.MAX_BYTES) {
            throw new FormatException(file, "claims a header of " + Long.toUnsignedString(length) + " bytes; more than " + SafetensorsHeader.MAX_BYTES
                    + " are not read, so this is probably no safetensors file");
        }
        long data = LENGTH_BYTES + length;
        if (data > opened.size()) {
            throw new FormatException(file, "is truncated: its header takes " + length + " bytes, but only " + (opened.size() - LENGTH_BYTES) + " follow");
        }
        return new Safetensors(opened, data, SafetensorsHeader.parse(file, opened.read(LENGTH_BYTES, (int) length), opened.size() - data));
    }

    /** Returns the names of the tensors in the header's order. */
    public SequencedSet<String> names() {
        return header.entries().sequencedKeySet();
    }

    /** Returns the texts that the file carries beside its tensors. */
    public SequencedMap<String, String> metadata() {
        return header.metadata();
    }

    /** Returns the type of a tensor. @throws IllegalArgumentException if there is none of this name */
    public TensorType type(String name) {
        return entry(name).type();
    }

    /**
     * Returns a copy of a tensor.
     *
     * @throws IllegalArgumentException if there is none of this name
     * @throws FormatException if it is BOOL and a byte is neither 0 nor 1, or the file has become shorter
     * @throws IOException if it cannot be read
     */
    public Tensor tensor(String name) throws IOException {
        Entry e = entry(name);
        String called = "tensor " + SafetensorsHeader.quoted(name);
        try {
            return TensorBytes.read(file, called, e.type(), ByteOrder.LITTLE_ENDIAN, bytes -> opened.read(data + e.begin(), bytes));
        } catch (FormatException fault) {
            throw fault;
        } catch (IOException failure) {
            throw new IOException(file + ": " + called + " cannot be read: " + failure.getMessage(), failure);
        }
    }

    /**
     * Sets every parameter and buffer of {@code module} to the tensor of its name.
     *
     * @throws IllegalArgumentException if a name is missing here or there, or types differ; the message names them, and nothing has been set
     * @throws IOException if a tensor's bytes are not valid or cannot be read
     */
    public void into(Module module) throws IOException {
        List<String> misfits = misfits(module);
        if (!misfits.isEmpty()) {
            throw new IllegalArgumentException(file + " does not fit the module: " + String.join("; ", misfits));
        }
        set(module.parameters());
    }

    /**
     * Sets those parameters and buffers of {@code module} that have a tensor of their name and type here, and leaves the others.
     *
     * @return a sentence on each kind of thing that did not fit; empty if all did
     * @throws IOException if a tensor's bytes are not valid or cannot be read
     */
    public List<String> intoMatching(Module module) throws IOException {
        SequencedMap<String, Parameter> matching = new LinkedHashMap<>(module.parameters());
        matching.entrySet().removeIf(p -> !header.entries().containsKey(p.getKey()) || !type(p.getKey()).equals(p.getValue().type()));
        set(matching);
        return misfits(module);
    }

    private void set(SequencedMap<String, Parameter> parameters) throws IOException {
        // All are read before the first is set: a file that turns out to be broken leaves the module as it was.
        SequencedMap<String, Tensor> values = new LinkedHashMap<>();
        for (String name : parameters.keySet()) {
            values.put(name, tensor(name));
        }
        values.forEach((name, value) -> {
            parameters.get(name).set(value);
            // The parameter is the only one to hold it then: it can be trained in place, or given up for a packed form.
            value.close();
        });
    }

    private List<String> misfits(Module module) {
        SequencedMap<String, Parameter> parameters = module.parameters();
        List<String> misfits = new ArrayList<>();
        name(misfits, "the file lacks ", parameters.keySet().stream().filter(n -> !header.entries().containsKey(n)).toList());
        name(misfits, "the module has no ", names().stream().filter(n -> !parameters.containsKey(n)).toList());
        name(misfits, "types differ: ", names().stream().filter(n -> parameters.containsKey(n) && !type(n).equals(parameters.get(n).type()))
                .map(n -> n + " is " + type(n) + " in the file and " + parameters.get(n).type() + " in the module").toList());
        return misfits;
    }

    private static void name(List<String> misfits, String what, List<String> names) {
        int shown = 5;
        if (!names.isEmpty()) {
            misfits.add(what + String.join(", ", names.subList(0, Math.min(shown, names.size())))
                    + (names.size() > shown ? " and " + (names.size() - shown) + " more" : ""));
        }
    }

    /** Returns the values of all parameters and buffers of a module by name, as {@link #save} takes them. */
    public static SequencedMap<String, Tensor> of(Module module) {
        SequencedMap<String, Tensor> values = new LinkedHashMap<>();
        module.parameters().forEach((name, parameter) -> values.put(name, parameter.value()));
        return values;
    }

    /**
     * Writes a file as a whole or not at all. Tensors that are not evaluated yet are.
     *
     * @param tensors names in the order that {@link #names} will give; the bytes lie by falling element size, so that each tensor is aligned
     * @throws IllegalArgumentException if {@link #load} would refuse the file, such as for a tensor called {@code __metadata__}, a null in the metadata or
     *     a header of more than 100 MB
     * @throws IOException if that fails; no partial file is left, and one that was there is as it was
     */
    public static void save(Path file, SequencedMap<String, Tensor> tensors, Map<String, String> metadata) throws IOException {
        if (tensors.containsKey("__metadata__")) {
            throw new IllegalArgumentException("safetensors: no tensor can be called __metadata__");
        }
        List<String> placed = new ArrayList<>(tensors.keySet());
        placed.sort(Comparator.comparingInt((String n) -> tensors.get(n).dtype().bytes()).reversed());
        Map<String, Long> begins = new LinkedHashMap<>();
        long end = 0;
        for (String name : placed) {
            begins.put(name, end);
            end = Math.addExact(end, tensors.get(name).type().bytes());
        }
        byte[] json = headerBytes(tensors, begins, metadata);
        requireLoadable(file, json, end);
        AtomicFile.write(file, channel -> {
            ByteBuffer head = ByteBuffer.allocate(LENGTH_BYTES + json.length).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).put(json).flip();
            TensorBytes.writeAll(channel, head);
            for (String name : placed) {
                TensorBytes.write(channel, tensors.get(name));
            }
        });
    }

    /** Nothing is written over a good file that could not be read again. */
    private static void requireLoadable(Path file, byte[] json, long dataBytes) {
        if (json.length > SafetensorsHeader.MAX_BYTES) {
            throw new IllegalArgumentException("safetensors: names, shapes and metadata take a header of " + json.length + " bytes; more than "
                    + SafetensorsHeader.MAX_BYTES + " are not read");
        }
        try {
            SafetensorsHeader.parse(file, json, dataBytes);
        } catch (FormatException fault) {
            throw new IllegalArgumentException("safetensors: what cannot be read again is not saved: " + fault.getMessage(), fault);
        }
    }

    private static byte[] headerBytes(SequencedMap<String, Tensor> tensors, Map<String, Long> begins, Map<String, String> metadata)
            throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectFieldStart("__metadata__");
                for (Map.Entry<String, String> m : metadata.entrySet()) {
                    json.writeStringField(m.getKey(), m.getValue());
                }
                json.writeEndObject();
            }
            for (Map.Entry<String, Tensor> t : tensors.entrySet()) {
                TensorType type = t.getValue().type();
                long begin = begins.get(t.getKey());
                json.writeObjectFieldStart(t.getKey());
                json.writeStringField("dtype", type.dtype().name());
                json.writeFieldName("shape");
                json.writeArray(type.shape().dims(), 0, type.shape().rank());
                json.writeFieldName("data_offsets");
                json.writeArray(new long[] {begin, begin + type.bytes()}, 0, 2);
                json.writeEndObject();
            }
            json.writeEndObject();
        }
        // Blanks until the data begins at a multiple of 8.
        bytes.writeBytes(" ".repeat(Math.floorMod(-bytes.size(), LENGTH_BYTES)).getBytes(StandardCharsets.US_ASCII));
        return bytes.toByteArray();
    }

    private Entry entry(String name) {
        Entry e = header.entries().get(name);
        if (e == null) {
            throw new IllegalArgumentException(file + " has no tensor " + SafetensorsHeader.quoted(name));
        }
        return e;
    }
}
