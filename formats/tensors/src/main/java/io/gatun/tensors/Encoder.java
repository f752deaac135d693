package io.gatun.tensors;

import java.lang.foreign.MemorySegment;

/**
 * Turns numbers into the blocks of an encoding, rounding as the format's reference does. Implementations are immutable
 * and thread-safe.
 */
@FunctionalInterface
public interface Encoder {
  /**
   * Encodes {@code count} values.
   *
   * @param source the values; NaN and infinities are the caller's to refuse
   * @param start index of the first value in {@code source}
   * @param target receives whole blocks
   * @param offset bytes from the start of {@code target} to the first block
   * @param count values to encode, a multiple of the encoding's block length
   * @throws IllegalArgumentException if {@code count} is negative or no such multiple
   * @throws IndexOutOfBoundsException if either range leaves its array or segment
   */
  void encode(float[] source, int start, MemorySegment target, long offset, int count);
}
