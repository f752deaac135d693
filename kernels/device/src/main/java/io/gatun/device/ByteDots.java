package io.gatun.device;

import java.lang.foreign.MemorySegment;

/**
 * Exact dot products of rows of signed bytes with rows of 16-bit numbers, at most 255 in magnitude: what W8A8 checkpoints
 * prescribe. Stateless and thread-safe.
 */
@FunctionalInterface
public interface ByteDots {
  /** Columns whose products no 32-bit sum overflows with: 2¹⁶ · 128 · 255 is below 2³¹. */
  int MOST_COLUMNS = 1 << 16;

  /** Values that rows of 16-bit numbers are filled up to a multiple of, with zeros. */
  int UNIT = 64;

  /**
   * Rows, side by side in native memory.
   *
   * @param offset bytes to the first row
   * @param stride bytes from row to row
   */
  record Rows(MemorySegment segment, long offset, long stride, int count) {}

  /**
   * {@code sums[r · x.count() + t] = Σⱼ w[r, j] · x[t, j]}.
   *
   * @param w rows of signed bytes
   * @param x rows of 16-bit numbers
   * @param cols at most {@link #MOST_COLUMNS}
   */
  void run(Rows w, Rows x, int cols, int[] sums);
}
