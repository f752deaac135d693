package io.gatun.jit;

import io.gatun.device.ByteDots;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.Arrays;

/**
 * Exact dot products by functions of {@link ByteDotsEmitter}. Columns that are no whole step are multiplied one by one, and so
 * are rows that are no whole tile by another tile that overlaps theirs. Stateless and thread-safe.
 */
final class JitByteDots implements ByteDots {
  static final JitByteDots INSTANCE = new JitByteDots();

  private static final int TOKENS = 4;
  private static final int ROWS = 4;

  /** Weight rows of a call. */
  private static final int MOST_ROWS = 32;

  private static final long BYTES = ByteDotsEmitter.END + (long) MOST_ROWS * TOKENS * Integer.BYTES;
  private static final ThreadLocal<MemorySegment> ROOM =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(BYTES, Emitter.VECTOR));

  private final Lazy<MemorySegment> one = Assembled.function("bytes of one row", ByteDotsEmitter::one);
  private final Lazy<MemorySegment> four = Assembled.function("bytes of four rows", ByteDotsEmitter::four);

  private JitByteDots() {}

  @Override
  public void run(Rows w, Rows x, int cols, int[] sums) {
    int whole = w.count() < ROWS ? 0 : cols / ByteDotsEmitter.STEP * ByteDotsEmitter.STEP;
    Arrays.fill(sums, 0, w.count() * x.count(), 0);
    if (whole > 0) {
      MemorySegment room = ROOM.get();
      try {
        new Run(w, x, whole, room, sums).compute();
      } finally {
        Reference.reachabilityFence(room); // whose address is used
      }
    }
    for (int col = whole; col < cols; col++) {
      addColumn(w, x, col, sums);
    }
  }

  private static void addColumn(Rows w, Rows x, int col, int... sums) {
    for (int row = 0, at = 0; row < w.count(); row++) {
      int weight = w.segment().get(ValueLayout.JAVA_BYTE, w.offset() + row * w.stride() + col);
      for (int token = 0; token < x.count(); token++, at++) {
        long place = x.offset() + token * x.stride() + (long) col * Short.BYTES;
        sums[at] += weight * x.segment().get(ValueLayout.JAVA_SHORT_UNALIGNED, place);
      }
    }
  }

  /** The columns of one call that are whole steps. */
  private final class Run {
    private final int rows;
    private final int tokens;
    private final long weights;
    private final long weightStride;
    private final long activations;
    private final long xStride;
    private final MemorySegment room;
    private final int[] sums;

    Run(Rows w, Rows x, int cols, MemorySegment room, int... sums) {
      this.rows = w.count();
      this.tokens = x.count();
      this.weightStride = w.stride();
      this.xStride = x.stride();
      this.weights = Weights.address(w.segment(), w.offset(), (rows - 1) * weightStride + cols);
      this.activations = Weights.address(x.segment(), x.offset(), (tokens - 1) * xStride + (long) cols * Short.BYTES);
      this.room = room;
      this.sums = sums;
      Arguments.set(room, ByteDotsEmitter.WEIGHT_STRIDE, weightStride);
      Arguments.set(room, ByteDotsEmitter.X_STRIDE, xStride);
      Arguments.set(room, ByteDotsEmitter.COLUMNS, cols);
      Arguments.set(room, ByteDotsEmitter.OUT, room.address() + ByteDotsEmitter.END);
    }

    void compute() {
      int tiled = tokens / TOKENS * TOKENS;
      for (int row = 0, count; row < rows; row += count) {
        count = Math.min(MOST_ROWS, rows - row) / ROWS * ROWS;
        int start = row;
        if (count == 0) { // together with rows before them
          start = rows - ROWS;
          count = ROWS;
        }
        for (int token = 0; token < tiled; token += TOKENS) {
          tiles(four.get(), start, count, count / 2, token, TOKENS);
        }
        for (int token = tiled; token < tokens; token++) {
          tiles(one.get(), start, count, count / ROWS, token, 1);
        }
      }
    }

    /** @param together activation rows of the function */
    private void tiles(MemorySegment function, int row, int count, int tiles, int token, int together) {
      Arguments.set(room, ByteDotsEmitter.WEIGHTS, weights + row * weightStride);
      Arguments.set(room, ByteDotsEmitter.X, activations + token * xStride);
      Arguments.set(room, ByteDotsEmitter.TILES, tiles);
      Calls.run(function, room);
      for (int i = 0; i < count; i++) {
        long source = ByteDotsEmitter.END + (long) i * together * Integer.BYTES;
        MemorySegment.copy(room, ValueLayout.JAVA_INT, source, sums, (row + i) * tokens + token, together);
      }
    }
  }
}
