package io.gatun.jit;

import io.gatun.device.HostMatrix;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** Where weights are in native memory. */
final class Weights {
  private Weights() {}

  /**
   * The address of a row that others follow.
   *
   * @throws IndexOutOfBoundsException if they are not all in the matrix
   * @throws IllegalStateException if its checkpoint has been closed
   */
  static long address(HostMatrix w, int expert, long row, long rows) {
    return address(w.bytes(), w.rowOffset(expert, row), rows * w.rowBytes());
  }

  /** The address of some bytes; failures as of {@link #address(HostMatrix, int, long, long)}. */
  static long address(MemorySegment bytes, long offset, long length) {
    Objects.checkFromIndexSize(offset, length, bytes.byteSize());
    if (!bytes.scope().isAlive()) {
      throw new IllegalStateException(
          "weights at %d: their checkpoint is closed; keep it open while the device computes".formatted(offset));
    }
    return bytes.address() + offset;
  }
}
