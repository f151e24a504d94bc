package dev.gatun.vector;

import dev.gatun.op.Random.Distribution;
import dev.gatun.op.Random.Draw;
import dev.gatun.random.Philox;

/**
 * Random numbers: a block of {@link Philox} for every four elements, each block by itself, so that workers share them. Operand: the key, I64 [2], (seed,
 * stream); result: U32 bits, or F32.
 */
record DrawKernel(Distribution distribution, long elements, Workers workers) implements FrameKernel {
    private static final int WORDS = 4;
    /** Elements that take as long as {@link #PARALLEL_ELEMENTS} additions. */
    private static final long PARALLEL_DRAWS = PARALLEL_ELEMENTS / 16;

    static DrawKernel of(Draw op, Workers workers) {
        return new DrawKernel(op.distribution(), op.shape().elements(), workers);
    }

    @Override
    public String name() {
        return "draw of blocks";
    }

    @Override
    public int buffers() {
        return 2;
    }

    @Override
    public boolean isParallel() {
        return elements >= PARALLEL_DRAWS;
    }

    @Override
    public void run(long frame, int worker, int of) {
        long key = address(frame, 0);
        long seed = Native.getLong(key);
        long stream = Native.getLong(key + Long.BYTES);
        long y = address(frame, 1);
        long blocks = Math.ceilDiv(elements, (long) WORDS);
        long to = Workers.share(blocks, worker + 1, of);
        int[] words = new int[WORDS];
        for (long block = Workers.share(blocks, worker, of); block < to; block++) {
            Philox.block(seed, stream, block, words);
            write(words, y + Native.FLOAT * WORDS * block, (int) Math.min(WORDS, elements - WORDS * block));
        }
    }

    private void write(int[] words, long y, int n) {
        for (int i = 0; i < n; i++) {
            long at = y + Native.FLOAT * i;
            switch (distribution) {
                case BITS -> Native.putInt(at, words[i]);
                case UNIFORM -> Native.putFloat(at, Philox.uniform(words[i]));
                case NORMAL -> Native.putFloat(at, Philox.normal(words[i & ~1], words[i | 1], (i & 1) == 1));
            }
        }
    }
}
