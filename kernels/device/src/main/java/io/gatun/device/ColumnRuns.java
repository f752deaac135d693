package io.gatun.device;

/**
 * Columns to copy: run {@code i} of {@code count}, each {@code width} columns wide, goes from column {@code from + i ·
 * fromStride} to column {@code to + i · toStride}.
 *
 * @param fromStride 0 to copy the same columns to several places
 */
public record ColumnRuns(int from, int fromStride, int to, int toStride, int width, int count) {

  public ColumnRuns {
    if (from < 0 || fromStride < 0 || to < 0 || width < 1 || count < 1 || (count > 1 && toStride < width)) {
      throw new IllegalArgumentException(
          "%d runs of %d columns from %d + %d·i to %d + %d·i".formatted(count, width, from, fromStride, to, toStride));
    }
  }

  /** The column after the last one that is read. */
  long fromEnd() {
    return from + (count - 1L) * fromStride + width;
  }

  /** The column after the last one that is written. */
  long toEnd() {
    return to + (count - 1L) * toStride + width;
  }
}
