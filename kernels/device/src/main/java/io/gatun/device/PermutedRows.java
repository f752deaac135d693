package io.gatun.device;

/**
 * Activations in the order in which a matrix's codes are packed. Scratch of one device, reused from product to product;
 * grows and never shrinks.
 */
public final class PermutedRows {
  private final HostMemory memory;
  private HostBuffer rows;

  /** @param memory of the device */
  public PermutedRows(HostMemory memory) {
    this.memory = memory;
    this.rows = memory.buffer(0, 1);
  }

  /**
   * {@code out[r, i] = x[r, permutation[i]]}, valid until the next call.
   *
   * @param permutation of the columns; empty leaves {@code x} as it is
   */
  public HostBuffer of(HostBuffer x, int[] permutation) {
    if (permutation.length == 0) {
      return x;
    }
    if (rows.values() < x.values()) {
      rows = memory.buffer(1, Math.max(x.values(), 2 * rows.values()));
    }
    HostBuffer out = rows.reshaped(x.rows(), x.cols());
    for (long row = 0; row < x.rows(); row++) {
      copyRow(x, row, permutation, out, row);
    }
    return out;
  }

  /** {@code out[outRow, i] = x[row, permutation[i]]}; an empty permutation leaves the order as it is. */
  public static void copyRow(HostBuffer x, long row, int[] permutation, HostBuffer out, long outRow) {
    long from = row * x.cols();
    long to = outRow * x.cols();
    for (int i = 0; i < x.cols(); i++) {
      out.put(to + i, x.at(from + (permutation.length == 0 ? i : permutation[i])));
    }
  }
}
