package io.gatun.cpu.rows;

import io.gatun.device.RowKernels.ConvolveCall;
import io.gatun.device.Scratch;

/**
 * Short causal convolutions of columns, in blocks of them: each result is summed from the oldest token on, fused.
 *
 * <pre>
 *   scratch   kernel   f32 [taps][block]        the taps of the block's columns
 *             past     f32 [taps − 1][block]    what the state holds when a run begins
 * </pre>
 */
final class Convolution {
  private static final int BLOCK = 256;

  private final RowLoops loops;
  private final ConvolveCall call;
  private final long columns;
  private final int taps;
  private final long kernel;
  private final long past;

  Convolution(RowLoops loops, ConvolveCall call, Scratch scratch) {
    this.loops = loops;
    this.call = call;
    this.columns = call.x().cols();
    this.taps = call.taps();
    this.kernel = scratch.block(2L * taps * BLOCK * Float.BYTES).address();
    this.past = kernel + (long) taps * BLOCK * Float.BYTES;
  }

  void run(long from, long to) {
    for (long start = from, end; start < to; start = end) {
      end = Math.min(to, start + BLOCK);
      block(start, (int) (end - start));
    }
  }

  private void block(long column, int count) {
    for (int i = 0; i < count; i++) {
      for (int tap = 0; tap < taps; tap++) {
        Memory.set(kernel, (long) tap * BLOCK + i, Memory.get(call.kernel(), (column + i) * taps + tap));
      }
    }
    StateRuns.each(call.rows(), (from, to, state, begins) -> run(from, to, column, count, state, begins));
  }

  private void run(int from, int to, long column, int count, long state, boolean begins) {
    for (int line = 0; line < taps - 1; line++) {
      if (begins) {
        Memory.fill(past(line), 0, count);
      } else {
        Memory.copy(kept(state, line, column), past(line), count);
      }
    }
    for (int row = from; row < to; row++) {
      long out = call.out().segment().address() + (row * columns + column) * Float.BYTES;
      Memory.fill(out, 0, count);
      for (int tap = 0; tap < taps; tap++) {
        long source = source(from, row + 1 - taps + tap, column);
        loops.multiplyAdd(source, kernel + (long) tap * BLOCK * Float.BYTES, out, count);
      }
    }
    for (int line = 0; line < taps - 1; line++) {
      Memory.copy(source(from, to + 1 - taps + line, column), kept(state, line, column), count);
    }
  }

  /** Where a token's values are: in a row of the run, or before it. */
  private long source(int from, int row, long column) {
    return row >= from
        ? call.x().segment().address() + (row * columns + column) * Float.BYTES
        : past(taps - 1 + row - from);
  }

  private long past(int line) {
    return past + (long) line * BLOCK * Float.BYTES;
  }

  private long kept(long state, int line, long column) {
    return state + (call.offset() + line * columns + column) * Float.BYTES;
  }
}
