package io.gatun.tensors;

import java.lang.foreign.MemorySegment;

/** Where the unsigned codes of a matrix, of at most 8 bits each, lie in a plane. Immutable and thread-safe. */
public sealed interface CodeLayout permits PackedCodes, SignedBytes, AwqFastCodes {

  /** The width of a code, 1 to 8. */
  int bits();

  /** The code of a row and a column, 0 to {@code 2^bits − 1}. */
  int code(MemorySegment plane, long row, long col);

  /**
   * Codes of a row, less an offset.
   *
   * @param col the first of {@code count}
   * @param target receives the lower 8 bits of each difference, from {@code start} on
   */
  default void codes(MemorySegment plane, long row, int col, int count, int offset, byte[] target, int start) {
    for (int i = 0; i < count; i++) {
      target[start + i] = (byte) (code(plane, row, col + i) - offset);
    }
  }
}
