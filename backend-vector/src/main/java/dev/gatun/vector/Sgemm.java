package dev.gatun.vector;

import static dev.gatun.vector.Native.FLOAT;
import static dev.gatun.vector.Native.STEP;
import static dev.gatun.vector.Native.getLong;
import static dev.gatun.vector.Native.putLong;

/**
 * The float32 matrix product C = epilogue(op(A) · op(B)), or C += op(A) · op(B) before the epilogue, with op the identity or the transpose; one
 * or a batch of products of one shape.
 *
 * <p>Blocks of KC rows of B are packed in panels; for each MC rows of A every panel is multiplied while the block of A stays in the second-level
 * cache (Goto and van de Geijn, <i>Anatomy of high-performance matrix multiplication</i>, 2008). With one to few rows or columns there is nothing
 * to keep in a cache: {@link Gemv} runs those. With some, packing the other matrix would cost more than multiplying with it: {@link Dots} runs those if both
 * lie so that k is contiguous. Where a transposed B is the larger matrix, Cᵀ = op(B)ᵀ · op(A)ᵀ is computed: then the smaller one is packed.
 *
 * <p>An object is a shape: immutable, and used by many threads at once; addresses and workspace come with each call. A call allocates nothing.
 * How many workers share a product changes no bit of it: they share elements of C, never a sum.
 */
final class Sgemm {
    /** Rows of B that are packed at once. */
    static final int KC = 1024;
    /**
     * From so many on, a transposed A is packed in groups of as many of its rows as a tile has: in panels each k is another line of the cache, of which
     * a tile uses 24 bytes. For fewer, packing it so takes what multiplying gains.
     */
    private static final int GROUPED_K = 512;

    /** Rows of A that stay in the second-level cache. */
    static final int MC = 96;
    /** Columns of B that are packed at once; twice as many where workers do that together, four times where A has to be packed again for each such block. */
    static final int NC = 512;

    /** Up to how many rows (columns) the other matrix is read as {@link Gemv} reads it, if that takes dot products, or sums of rows. */
    private static final int FEW_DOTS = 3;
    private static final int FEW_SUMS = 1;

    /** Up to how many rows (columns) {@link Dots} multiplies: more make tiles of packed panels worth while, of one vector if those are columns. */
    private static final int SOME_ROWS = 24;
    private static final int SOME_COLUMNS = 16;

    /** Floats of k for each row (column) that it takes at least: adding up the lanes of a sum costs as much as some vectors of k. */
    private static final int DOTS_K_OF_ROW = 16;
    private static final int DOTS_K_OF_COLUMN = 32;

    /** What packing a float of a transposed B costs, turning one of Cᵀ, and a step of k in tiles that are narrower than a panel, in multiplications. */
    private static final long TRANSPOSED_PACKING = 24;
    private static final long TURNING = 16;
    private static final int NARROW_TILE = 12;

    /** Products of fewer multiplications run on the caller alone: a fork costs about as much. */
    private static final long FORK_MULTIPLICATIONS = 1 << 17;

    /** From so many multiplications on, workers that share one product pack B together, for the price of a second fork; below, each packs what it needs. */
    private static final long PACK_TOGETHER_MULTIPLICATIONS = 1 << 25;

    private static final long FRAME_BYTES = 128;

    private static final long DOTS_SCRATCH = Math.max(Gemv.SCRATCH_BYTES, Dots.SCRATCH_BYTES);

    /** A panel's product with a block of A, before it is turned. */
    private static final long STRIP_BYTES = FLOAT * MC * Tiles.COLUMNS;

    /** What workers pack of A together, at most; of a larger A each packs the rows that it multiplies, a block at a time. */
    private static final long MOST_PACKED_A = 16 << 20;

    /**
     * The operands of one product.
     *
     * @param M rows of C
     * @param N columns of C
     * @param K columns of op(A), rows of op(B)
     * @param transA A is stored {@code [K, M]} instead of {@code [M, K]}
     * @param transB B is stored {@code [N, K]} instead of {@code [K, N]}
     * @param lda bytes between stored rows of A
     * @param ldb bytes between stored rows of B
     * @param ldc bytes between rows of C
     */
    record Shape(int M, int N, int K, boolean transA, boolean transB, long lda, long ldb, long ldc) {
        /** Returns the shape of row-major matrices without gaps. */
        static Shape dense(int M, int N, int K, boolean transA, boolean transB) {
            return new Shape(M, N, K, transA, transB, (transA ? M : K) * FLOAT, (transB ? K : N) * FLOAT, N * FLOAT);
        }
    }

    /** How many products there are, and the bytes between their operands; 0 where all share one. */
    record Batch(int count, long strideA, long strideB, long strideC) {
        static final Batch ONE = new Batch(1, 0, 0, 0);
    }

    private enum Path {
        /** Few or some rows, B transposed: dot products of the rows of op(A) with the stored rows of B. */
        ROWS_BY_DOTS,
        /** Few rows, B as it is: sums of rows of B. */
        ROWS_BY_SUMS,
        /** Few or some columns, A as it is: dot products of the columns of op(B) with the stored rows of A. */
        COLUMNS_BY_DOTS,
        /** Few columns, A transposed: sums of stored rows of A. */
        COLUMNS_BY_SUMS,
        TILES
    }

    private final int M;
    private final int N;
    private final int K;
    private final boolean transA;
    private final boolean transB;
    private final long lda;
    private final long ldb;
    private final long ldc;
    private final Batch batch;
    private final boolean accumulate;
    private final Epilogue epilogue;
    private final boolean packedB;

    private final Path path;
    private final boolean turned;
    private final boolean packA;
    private final boolean groupsA;
    private final boolean directB;
    private final int columnsAtOnce;
    private final long blockOfA;
    private final long blockOfB;
    private final Workers.FrameTask task = this::part;
    private final Workers.FrameTask packing = this::packPart;
    private final Workers.FrameTask multiplying = this::multiplyPart;

    /**
     * Plans a product.
     *
     * @param accumulate whether the product is added to C
     * @param packedB whether the address of B is that of panels that {@link #packB} made
     */
    Sgemm(Shape shape, Batch batch, boolean accumulate, Epilogue epilogue, boolean packedB) {
        path = path(shape, packedB);
        turned = path == Path.TILES && !packedB && isCheaperTurned(shape);
        M = turned ? shape.N : shape.M;
        N = turned ? shape.M : shape.N;
        K = shape.K;
        transA = turned ? !shape.transB : shape.transA;
        transB = turned ? !shape.transA : shape.transB;
        lda = turned ? shape.ldb : shape.lda;
        ldb = turned ? shape.lda : shape.ldb;
        ldc = shape.ldc;
        this.batch = turned ? new Batch(batch.count, batch.strideB, batch.strideA, batch.strideC) : batch;
        this.accumulate = accumulate;
        this.epilogue = epilogue;
        this.packedB = packedB;
        int kc = Math.min(K, KC);
        packA = path == Path.TILES && transA && (N > Tiles.COLUMNS || lda > STEP);
        directB = !packedB && !transB && M <= 2 * Tiles.ROWS && ldb <= STEP;
        groupsA = packA && kc >= GROUPED_K;
        blockOfA = packA ? (bytesOfA(kc, Math.min(M, MC)) + 63) / 64 * 64 : 0;
        columnsAtOnce = packA ? 4 * NC : sharesBlocks() ? 2 * NC : NC;
        blockOfB = packedB ? 0 : Panels.bytes(kc, Math.min(N, directB ? Tiles.COLUMNS : columnsAtOnce));
    }

    private static Path path(Shape s, boolean packedB) {
        if (packedB || s.K < 2 * Simd.LANES) {
            return Path.TILES;
        }
        boolean someRows = s.M <= SOME_ROWS && s.K >= DOTS_K_OF_ROW * s.M && s.N >= DotTile.COLUMNS;
        if (s.M <= (s.transB ? FEW_DOTS : FEW_SUMS) || s.transB && someRows) {
            return s.transB ? Path.ROWS_BY_DOTS : Path.ROWS_BY_SUMS;
        }
        boolean someColumns = s.N <= SOME_COLUMNS && s.K >= DOTS_K_OF_COLUMN * s.N && s.M >= DotTile.COLUMNS;
        if (s.N <= (s.transA ? FEW_SUMS : FEW_DOTS) || !s.transA && someColumns) {
            return s.transA ? Path.COLUMNS_BY_SUMS : Path.COLUMNS_BY_DOTS;
        }
        return Path.TILES;
    }

    /** Returns whether less is lost by computing Cᵀ: vectors that are not full, packing op(A) instead of a transposed B, and turning the result. */
    private static boolean isCheaperTurned(Shape s) {
        int narrow = Panels.width(s.M) % Tiles.COLUMNS == 0 ? 0 : NARROW_TILE;
        long padding = (long) (Panels.width(s.M) - s.M + narrow) * s.N * s.K;
        return s.transB && padding + TRANSPOSED_PACKING * s.M * s.K + TURNING * s.M * s.N < TRANSPOSED_PACKING * s.N * s.K;
    }

    /** Returns the bytes of workspace that {@link #run} needs with a pool of {@code threads}. */
    long workspaceBytes(int threads) {
        return FRAME_BYTES + threads * sliceBytes() + (sharesBlocks() ? blockOfB : 0) + (packsATogether() ? bytesOfA(Math.min(K, KC), M) : 0);
    }

    /** Returns whether workers that share a product pack A together, too: then each can take what others have not begun. */
    private boolean packsATogether() {
        return packA && sharesBlocks() && bytesOfA(Math.min(K, KC), M) <= MOST_PACKED_A;
    }

    /** Returns the bytes of {@code rows} rows of a packed op(A). */
    private long bytesOfA(int kc, int rows) {
        return groupsA ? Panels.groupBytes(kc, rows) : Panels.bytes(kc, rows);
    }

    /** Packs k0..k1 of {@code kc} columns of op(A). @param a address of the first of them @param rows of op(A) */
    private void packA(int kc, int k0, int k1, int rows, long a, long dst) {
        if (groupsA) {
            Panels.packGroups(kc, k0, k1, rows, a, lda, dst);
        } else {
            Panels.packRows(MC, kc, k0, k1, rows, a, lda, dst);
        }
    }

    private boolean sharesBlocks() {
        return path == Path.TILES && !packedB && !directB && batch.count == 1 && (long) M * N * K >= PACK_TOGETHER_MULTIPLICATIONS;
    }

    private long sliceBytes() {
        long bytes = switch (path) {
            case ROWS_BY_DOTS -> DOTS_SCRATCH + (transA ? FLOAT * M * K : 0);
            case COLUMNS_BY_DOTS -> DOTS_SCRATCH + (transB ? 0 : FLOAT * N * K);
            case ROWS_BY_SUMS -> 0;
            case COLUMNS_BY_SUMS -> FLOAT * N * M;
            case TILES -> Tiles.SCRATCH_BYTES + (turned ? 2 * STRIP_BYTES : 0) + (packsATogether() ? 0 : blockOfA) + (sharesBlocks() ? 0 : blockOfB);
        };
        return (bytes + 127) / 128 * 128 + Taken.BYTES;
    }

    /** Returns the bytes of one packed B, if this was planned with {@code packedB}. */
    long packedBytes() {
        return Panels.bytes(K, N);
    }

    /** Packs one B, as {@link #run} wants it if this was planned with {@code packedB}: for each KC rows all panels. */
    void packB(long b, long dst) {
        for (int k = 0; k < K; k += KC) {
            int kc = Math.min(KC, K - k);
            Panels.packB(transB, kc, N, b + (transB ? k * FLOAT : k * ldb), ldb, dst);
            dst += Panels.bytes(kc, N);
        }
    }

    /**
     * Computes the products.
     *
     * @param bias address of the bias, the same for the whole batch; ignored if the epilogue has none
     * @param residual address of a matrix, or batch of matrices, that lies like C; ignored if the epilogue has none
     * @param workspace address of {@link #workspaceBytes} bytes, aligned to 64
     */
    void run(long a, long b, long c, long bias, long residual, long workspace, Workers workers) {
        if (M == 0 || N == 0 || batch.count == 0) {
            return;
        }
        putLong(workspace, turned ? b : a);
        putLong(workspace + 8, turned ? a : b);
        putLong(workspace + 16, c);
        putLong(workspace + 24, bias);
        putLong(workspace + 32, residual);
        if ((long) batch.count * M * N * K < FORK_MULTIPLICATIONS) {
            part(workspace, 0, 1);
        } else if (sharesBlocks()) {
            shareBlocks(workspace, workers);
        } else {
            workers.run(task, workspace);
        }
    }

    /** Block by block of B: all workers pack it behind their slices, and A if they do that together, then all multiply with it. */
    private void shareBlocks(long frame, Workers workers) {
        long sharedB = frame + FRAME_BYTES + workers.threads() * sliceBytes();
        putLong(frame + 56, sharedB);
        putLong(frame + 64, packsATogether() ? sharedB + blockOfB : 0);
        for (int j = 0; j < N; j += columnsAtOnce) {
            for (int k = 0; k < K; k += KC) {
                putLong(frame + 40, j);
                putLong(frame + 48, k);
                workers.run(packing, frame);
                Taken.reset(taken(frame, 0), sliceBytes(), workers.threads());
                workers.run(multiplying, frame);
            }
        }
    }

    private void packPart(long frame, int worker, int workers) {
        int j = (int) getLong(frame + 40);
        int k = (int) getLong(frame + 48);
        int nc = Math.min(columnsAtOnce, N - j);
        int kc = Math.min(KC, K - k);
        long b = blockOfB(getLong(frame + 8), j, k);
        long panels = getLong(frame + 56);
        int k0 = (int) Workers.share(kc, worker, workers);
        int k1 = (int) Workers.share(kc, worker + 1, workers);
        if (transB) {
            int j0 = Grid.start(nc, Tiles.COLUMNS, worker, workers);
            int j1 = Grid.start(nc, Tiles.COLUMNS, worker + 1, workers);
            Panels.packB(true, kc, j1 - j0, b + j0 * ldb, ldb, panels + j0 * (long) kc * FLOAT);
        } else {
            Panels.packRows(Tiles.COLUMNS, kc, k0, k1, nc, b, ldb, panels);
        }
        if (packsATogether()) {
            packA(kc, k0, k1, M, getLong(frame) + k * lda, getLong(frame + 64));
        }
    }

    /** Returns the counter at the end of a worker's slice. */
    private long taken(long frame, int worker) {
        return frame + FRAME_BYTES + (worker + 1) * sliceBytes() - Taken.BYTES;
    }

    /** Multiplies a worker's cell, piece by piece, then what is left of the others'. Where each packs A of its own cell it leaves the others' alone. */
    private void multiplyPart(long frame, int worker, int workers) {
        for (int other = 0; other < (packA && !packsATogether() ? 1 : workers); other++) {
            cell(frame, (worker + other) % workers, workers, frame + FRAME_BYTES + worker * sliceBytes());
        }
    }

    /** Multiplies what nobody has taken yet of the cell of {@code owner}. */
    private void cell(long frame, int owner, int workers, long slice) {
        int j = (int) getLong(frame + 40);
        int k = (int) getLong(frame + 48);
        int nc = Math.min(columnsAtOnce, N - j);
        int kc = Math.min(KC, K - k);
        long packedA = getLong(frame + 64);
        int gridColumns = Grid.columns(workers, M, nc, packA && packedA == 0, false);
        int gridRows = workers / gridColumns;
        int rows = packedA == 0 ? Tiles.ROWS : MC;                 // of a panel of A, or of a tile
        int i0 = Grid.start(M, rows, owner / gridColumns, gridRows);
        int i1 = Grid.start(M, rows, owner / gridColumns + 1, gridRows);
        int j0 = Grid.start(nc, Tiles.COLUMNS, owner % gridColumns, gridColumns);
        int j1 = Grid.start(nc, Tiles.COLUMNS, owner % gridColumns + 1, gridColumns);
        int width = packA && packedA == 0 ? nc : Tiles.COLUMNS;
        int piecesOfRow = Math.ceilDiv(j1 - j0, width);
        int pieces = piecesOfRow * Math.ceilDiv(i1 - i0, MC);
        long taken = taken(frame, owner);
        for (int piece = (int) Taken.next(taken); piece < pieces; piece = (int) Taken.next(taken)) {
            int i = i0 + piece / piecesOfRow * MC;
            int c = j0 + piece % piecesOfRow * width;
            multiply(i, Math.min(i1, i + MC), j + c, Math.min(width, j1 - c), k, kc, getLong(frame), getLong(frame + 8), getLong(frame + 16),
                    getLong(frame + 24), getLong(frame + 32), packedA, getLong(frame + 56) + c * (long) kc * FLOAT, slice);
        }
    }

    private void part(long frame, int worker, int workers) {
        // Either whole products are dealt out, or parts of each: cell = product · parts + part.
        int parts = Grid.parts(batch.count, workers);
        int gridColumns = path == Path.TILES ? Grid.columns(parts, M, N, packA, !packedB && !directB) : 1;
        long slice = frame + FRAME_BYTES + worker * sliceBytes();
        long last = Workers.share((long) batch.count * parts, worker + 1, workers);
        for (long cell = Workers.share((long) batch.count * parts, worker, workers); cell < last; cell++) {
            long item = cell / parts;
            int part = (int) (cell % parts);
            long a = getLong(frame) + item * batch.strideA;
            long b = getLong(frame + 8) + item * batch.strideB;
            long c = getLong(frame + 16) + item * batch.strideC;
            long bias = getLong(frame + 24);
            long residual = getLong(frame + 32) + item * batch.strideC;
            switch (path) {
                case ROWS_BY_DOTS, ROWS_BY_SUMS -> fewRows(part, parts, a, b, c, bias, residual, slice);
                case COLUMNS_BY_DOTS, COLUMNS_BY_SUMS -> fewColumns(part, parts, a, b, c, bias, residual, slice);
                case TILES -> tiles(part / gridColumns, parts / gridColumns, part % gridColumns, gridColumns, a, b, c, bias, residual, slice);
            }
        }
    }

    private void fewRows(int part, int parts, long a, long b, long c, long bias, long residual, long slice) {
        // Multiples of 16 columns: two workers never write to one cache line.
        int j0 = Grid.start(N, 16, part, parts);
        int j1 = Grid.start(N, 16, part + 1, parts);
        if (j0 == j1) {
            return;
        }
        if (path == Path.ROWS_BY_DOTS) {
            long rows = a;
            long stride = lda;
            if (transA) {
                rows = slice + DOTS_SCRATCH;
                stride = K * FLOAT;
                Transpose.run(K, M, a, lda, rows, stride);
            }
            dots(M, rows, stride, b, ldb, j0, j1, c, ldc, FLOAT, slice);
        } else {
            Gemv.sumsOfRows(M, K, a, transA ? FLOAT : lda, transA ? lda : FLOAT, b, ldb, j0, j1, c, ldc, accumulate);
        }
        epilogue.apply(M, j1 - j0, c + j0 * FLOAT, ldc, epilogue.biasAt(bias, 0, j0), residual + j0 * FLOAT);
    }

    private void fewColumns(int part, int parts, long a, long b, long c, long bias, long residual, long slice) {
        int i0 = Grid.start(M, 16, part, parts);
        int i1 = Grid.start(M, 16, part + 1, parts);
        if (i0 == i1) {
            return;
        }
        if (path == Path.COLUMNS_BY_DOTS) {
            long columns = b;
            long stride = ldb;
            if (!transB) {
                columns = slice + DOTS_SCRATCH;
                stride = K * FLOAT;
                Transpose.run(K, N, b, ldb, columns, stride);
            }
            dots(N, columns, stride, a, lda, i0, i1, c, FLOAT, ldc, slice);
        } else {
            Gemv.sumsOfRows(N, K, b, transB ? ldb : FLOAT, transB ? FLOAT : ldb, a, lda, i0, i1, slice, M * FLOAT, false);
            for (int i = i0; i < i1; i++) {
                for (int j = 0; j < N; j++) {
                    long to = c + i * ldc + j * FLOAT;
                    float product = Native.getFloat(slice + ((long) j * M + i) * FLOAT);
                    Native.putFloat(to, accumulate ? Native.getFloat(to) + product : product);
                }
            }
        }
        epilogue.apply(i1 - i0, N, c + i0 * ldc, ldc, epilogue.biasAt(bias, i0, 0), residual + i0 * ldc);
    }

    private void dots(int few, long p, long rsP, long q, long rsQ, int j0, int j1, long c, long rsC, long csC, long scratch) {
        if (few <= FEW_DOTS) {
            Gemv.dots(few, K, p, rsP, q, rsQ, j0, j1, c, rsC, csC, accumulate, scratch);
        } else {
            Dots.run(few, K, p, rsP, q, rsQ, j0, j1, c, rsC, csC, accumulate, scratch);
        }
    }

    private void tiles(int gridRow, int gridRows, int gridColumn, int gridColumns, long a, long b, long c, long bias, long residual, long slice) {
        int i0 = Grid.start(M, Tiles.ROWS, gridRow, gridRows);
        int i1 = Grid.start(M, Tiles.ROWS, gridRow + 1, gridRows);
        int j0 = Grid.start(N, Tiles.COLUMNS, gridColumn, gridColumns);
        int j1 = Grid.start(N, Tiles.COLUMNS, gridColumn + 1, gridColumns);
        if (i0 == i1 || j0 == j1) {
            return;
        }
        if (K == 0) {
            if (!accumulate) {
                for (int i = i0; i < i1; i++) {
                    Native.zero(c + i * ldc + j0 * FLOAT, (j1 - j0) * FLOAT);
                }
            }
            epilogue.apply(i1 - i0, j1 - j0, c + i0 * ldc + j0 * FLOAT, ldc, epilogue.biasAt(bias, i0, j0), residual + i0 * ldc + j0 * FLOAT);
            return;
        }
        for (int j = j0; j < j1; j += columnsAtOnce) {
            int nc = Math.min(columnsAtOnce, j1 - j);
            for (int k = 0; k < K; k += KC) {
                block(i0, i1, j, nc, k, Math.min(KC, K - k), a, b, c, bias, residual, slice);
            }
        }
    }

    /** Multiplies rows i0..i1 with {@code kc} rows from k and {@code nc} columns from j0. */
    private void block(int i0, int i1, int j0, int nc, int k, int kc, long a, long b, long c, long bias, long residual, long slice) {
        long panels = panels(slice);
        if (packedB) {
            panels = b + k * FLOAT * Panels.width(N) + j0 * (long) kc * FLOAT;
        } else if (!directB) {
            Panels.packB(transB, kc, nc, blockOfB(b, j0, k), ldb, panels);
        }
        multiply(i0, i1, j0, nc, k, kc, a, b, c, bias, residual, 0, panels, slice);
    }

    /** Returns where op(B)[k, j] lies. */
    private long blockOfB(long b, int j, int k) {
        return b + (transB ? k * FLOAT + j * ldb : k * ldb + j * FLOAT);
    }

    /** Returns where a slice has room for blocks, behind what tiles and turning need. */
    private long blocks(long slice) {
        return slice + Tiles.SCRATCH_BYTES + (turned ? 2 * STRIP_BYTES : 0);
    }

    /** Returns where a slice has room for panels. */
    private long panels(long slice) {
        return blocks(slice) + blockOfA;
    }

    /** @param packedA the address of these {@code kc} columns of op(A) as {@link #packA} packs them, or 0 to pack them here if they must be */
    private void multiply(int i0, int i1, int j0, int nc, int k, int kc, long a, long b, long c, long bias, long residual, long packedA, long panels,
            long slice) {
        long packedBlockOfA = blocks(slice);
        boolean add = accumulate || k > 0;
        boolean last = k + kc == K;
        for (int i = i0; i < i1; i += MC) {
            int mc = Math.min(MC, i1 - i);
            long blockA = a + (transA ? k * lda + i * FLOAT : i * lda + k * FLOAT);
            long rsA = transA ? FLOAT : lda;
            long ksA = transA ? lda : FLOAT;
            long gsA = Tiles.ROWS * rsA;
            if (packA) {
                if (packedA == 0) {
                    packA(kc, 0, kc, mc, blockA, packedBlockOfA);
                }
                gsA = groupsA ? Panels.groupStride(kc) : gsA;
                blockA = packedA == 0 ? packedBlockOfA : packedA + (groupsA ? i / Tiles.ROWS * gsA : i * (long) kc * FLOAT);
                ksA = FLOAT * (groupsA ? Tiles.ROWS : Panels.width(mc));
            }
            for (int j = j0; j < j0 + nc; j += Tiles.COLUMNS) {
                int columns = Math.min(Tiles.COLUMNS, j0 + nc - j);
                long panel = panels + (j - j0) * (long) kc * FLOAT;
                long ksB = Panels.width(columns) * FLOAT;
                if (directB) {
                    panel = b + k * ldb + j * FLOAT;
                    ksB = ldb;
                    if (columns % Simd.LANES != 0) {       // its last vector reaches over the end of the row
                        Panels.packB(false, kc, columns, panel, ldb, panels);
                        panel = panels;
                        ksB = Panels.width(columns) * FLOAT;
                    }
                }
                long at = turned ? j * ldc + i * FLOAT : i * ldc + j * FLOAT;
                if (turned) {
                    multiplyTurned(mc, columns, kc, blockA, gsA, rsA, ksA, panel, ksB, c + at, add, slice);
                } else {
                    Tiles.multiply(mc, columns, kc, blockA, gsA, rsA, ksA, panel, ksB, c + at, ldc, add, slice);
                }
                if (last && turned) {
                    epilogue.apply(columns, mc, c + at, ldc, epilogue.biasAt(bias, j, i), residual + at);
                } else if (last) {
                    epilogue.apply(mc, columns, c + at, ldc, epilogue.biasAt(bias, i, j), residual + at);
                }
            }
        }
    }

    /** c[j, i] = Σₖ a[i, k] · b[k, j], or +=, for a panel and {@code mc} rows i: whole vectors go to a strip, where a panel's padding does no harm. */
    private void multiplyTurned(int mc, int columns, int kc, long a, long gsA, long rsA, long ksA, long panel, long ksB, long c, boolean add, long slice) {
        long strip = slice + Tiles.SCRATCH_BYTES;
        int width = Panels.width(columns);
        Tiles.multiply(mc, width, kc, a, gsA, rsA, ksA, panel, ksB, strip, width * FLOAT, false, slice);
        if (add) {
            long sums = strip + STRIP_BYTES;
            Transpose.run(mc, columns, strip, width * FLOAT, sums, MC * FLOAT);
            Tiles.add(columns, mc, sums, MC * FLOAT, c, ldc);
        } else {
            Transpose.run(mc, columns, strip, width * FLOAT, c, ldc);
        }
    }
}
