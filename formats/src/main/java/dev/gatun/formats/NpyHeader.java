package dev.gatun.formats;

import dev.gatun.DType;
import dev.gatun.Shape;
import dev.gatun.TensorType;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The header of a .npy file: a Python dictionary of three entries. Headers are hostile.
 *
 * <pre>
 * header = { 'descr': '&lt;f4', 'fortran_order': False, 'shape': (3, 4), }      entries in any order, blanks anywhere
 * descr  = order kind size        order: &lt; little, &gt; big, = native, | none;  kind: f i u b;  size in bytes
 * </pre>
 *
 * @param order the byte order of the elements
 * @param fortran whether the first axis runs fastest
 */
record NpyHeader(TensorType type, ByteOrder order, boolean fortran) {
    private static final Map<String, DType> KINDS = Map.ofEntries(Map.entry("f4", DType.F32), Map.entry("f8", DType.F64), Map.entry("f2", DType.F16),
            Map.entry("i1", DType.I8), Map.entry("u1", DType.U8), Map.entry("i2", DType.I16), Map.entry("u2", DType.U16), Map.entry("i4", DType.I32),
            Map.entry("u4", DType.U32), Map.entry("i8", DType.I64), Map.entry("u8", DType.U64), Map.entry("b1", DType.BOOL));
    /** NumPy's own limit. */
    private static final int MAX_RANK = 64;

    /** Returns the kind and size of {@code dtype}, e.g. {@code f4}; empty where NumPy has no such type. */
    static Optional<String> kind(DType dtype) {
        return KINDS.entrySet().stream().filter(k -> k.getValue() == dtype).map(Map.Entry::getKey).findFirst();
    }

    /** Returns the header's text for a little-endian, row-major tensor. */
    static String text(TensorType type, String kind) {
        String dims = type.shape().stream().mapToObj(d -> d + ",").collect(Collectors.joining(" "));
        return "{'descr': '" + (type.dtype().bytes() == 1 ? "|" : "<") + kind + "', 'fortran_order': False, 'shape': ("
                + (type.shape().rank() > 1 ? dims.substring(0, dims.length() - 1) : dims) + "), }";
    }

    /** Reads a header. @param file the name for messages */
    static NpyHeader parse(Path file, String text) throws FormatException {
        return new Reader(file, text).header();
    }

    /** A scanner of the few Python literals that headers are made of. */
    private static final class Reader {
        private final Path file;
        private final String text;
        private int at;

        Reader(Path file, String text) {
            this.file = file;
            this.text = text;
        }

        NpyHeader header() throws FormatException {
            String descr = "";
            boolean fortran = false;
            int[] dims = {};
            Set<String> seen = new HashSet<>();
            expect('{');
            while (!accept('}')) {
                String key = string();
                if (!seen.add(key)) {
                    throw fault("'" + key + "' comes twice");
                }
                expect(':');
                switch (key) {
                    case "descr" -> descr = descr();
                    case "fortran_order" -> fortran = truth();
                    case "shape" -> dims = tuple();
                    default -> throw fault("'" + key + "' is not one of descr, fortran_order, shape");
                }
                if (!accept(',')) {
                    expect('}');
                    break;
                }
            }
            if (!text.substring(at).isBlank()) {
                throw fault("there is more after the closing brace");
            }
            if (!seen.equals(Set.of("descr", "fortran_order", "shape"))) {
                throw fault("descr, fortran_order or shape is missing");
            }
            return new NpyHeader(type(descr, dims), descr.charAt(0) == '>' ? ByteOrder.BIG_ENDIAN : descr.charAt(0) == '<' ? ByteOrder.LITTLE_ENDIAN
                    : ByteOrder.nativeOrder(), fortran);
        }

        private TensorType type(String descr, int[] dims) throws FormatException {
            DType dtype = descr.length() == 3 && "<>=|".indexOf(descr.charAt(0)) >= 0 ? KINDS.get(descr.substring(1)) : null;
            if (dtype == null) {
                throw new FormatException(file, "has elements of type '" + descr + "', which is not one of the numbers and bools that are read ("
                        + KINDS.keySet().stream().sorted().collect(Collectors.joining(", ")) + ")");
            }
            try {
                return new TensorType(dtype, Shape.of(dims));
            } catch (IllegalArgumentException e) {
                throw fault("the shape is larger than any tensor can be");
            }
        }

        private String descr() throws FormatException {
            if (peek() == '[') {
                throw new FormatException(file, "has structured elements; only plain numbers and bools are read");
            }
            return string();
        }

        private String string() throws FormatException {
            char quote = peek();
            int end = quote == '\'' || quote == '"' ? text.indexOf(quote, at + 1) : -1;
            if (end < 0 || end - at > 32) {
                throw fault("a quoted word is expected at position " + at);
            }
            String word = text.substring(at + 1, end);
            at = end + 1;
            return SafetensorsHeader.oneLine(word);
        }

        private boolean truth() throws FormatException {
            peek();
            for (String word : List.of("True", "False")) {
                if (text.startsWith(word, at)) {
                    at += word.length();
                    return word.equals("True");
                }
            }
            throw fault("fortran_order is neither True nor False");
        }

        private int[] tuple() throws FormatException {
            List<Integer> dims = new ArrayList<>();
            expect('(');
            while (!accept(')')) {
                dims.add(size());
                if (dims.size() > MAX_RANK) {
                    throw fault("the shape has more than " + MAX_RANK + " axes");
                }
                if (!accept(',')) {
                    expect(')');
                    break;
                }
            }
            return dims.stream().mapToInt(Integer::intValue).toArray();
        }

        private int size() throws FormatException {
            peek();
            int from = at;
            long size = 0;
            while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9' && size <= Integer.MAX_VALUE) {
                size = 10 * size + (text.charAt(at++) - '0');
            }
            if (at == from || size > Integer.MAX_VALUE) {
                throw fault("the shape has an entry at position " + from + " that is not a size from 0 to " + Integer.MAX_VALUE);
            }
            accept('L'); // Python 2 wrote its long integers so.
            return (int) size;
        }

        private char peek() {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
            return at < text.length() ? text.charAt(at) : 0;
        }

        private boolean accept(char wanted) {
            if (peek() == wanted && at < text.length()) {
                at++;
                return true;
            }
            return false;
        }

        private void expect(char wanted) throws FormatException {
            if (!accept(wanted)) {
                throw fault("'" + wanted + "' is expected at position " + at);
            }
        }

        private FormatException fault(String what) {
            return new FormatException(file, "the header is not one of a .npy file: " + what);
        }
    }
}
