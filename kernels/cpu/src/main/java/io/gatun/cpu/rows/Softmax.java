package io.gatun.cpu.rows;

import static io.gatun.cpu.rows.Memory.FLOAT;
import static io.gatun.cpu.rows.Memory.MEMORY;


/** Softmax along a row in memory, in two passes. Addresses are of floats. */
final class Softmax {
  /** Rows have room for whole groups of this many values. */
  private static final int GROUP = 16;

  private Softmax() {}

  /**
   * {@code x[i] = e^(x[i] − max)} for {@code i} from {@code from} to {@code count}; what is before them, and behind them up
   * to a multiple of 16, becomes 0.
   *
   * @param sink a value that joins the row's maximum and sum; −∞ for none
   * @return {@code Σ x[i] + e^(sink − max)}; NaN if a value is NaN or the largest is infinite
   */
  static float weights(RowLoops loops, long x, int from, int count, float sink) {
    int padded = padded(count);
    hide(x, 0, from);
    hide(x, count, padded);
    float max = loops.largest(x, sink, padded);
    loops.exponentials(x, max, padded);
    float total = (float) loops.sum(x, padded);
    return sink == Float.NEGATIVE_INFINITY ? total : total + loops.exponential(sink - max);
  }

  private static void hide(long x, int from, int to) {
    for (int i = from; i < to; i++) {
      MEMORY.set(FLOAT, x + (long) i * Float.BYTES, Float.NEGATIVE_INFINITY);
    }
  }

  private static int padded(int count) {
    return (count + GROUP - 1) / GROUP * GROUP;
  }
}
