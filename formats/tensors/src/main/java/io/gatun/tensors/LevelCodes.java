package io.gatun.tensors;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Integer codes that stand in a matrix's first plane as nibbles, two to a byte, row after row without gaps, each of which means a
 * level. They are in order and have no minimums. Immutable and thread-safe.
 */
public interface LevelCodes extends IntegerCodes {

  /** The code that a nibble means. */
  byte level(int nibble);

  /** Whether the first of two is the high nibble of its byte. */
  boolean isHighFirst();

  /** The scale of a value, as {@link #unpack} gives it. */
  float scale(List<MemorySegment> planes, long row, int col);

  @Override
  default boolean hasMinimum() {
    return false;
  }

  @Override
  default int[] permutation() {
    return new int[0];
  }
}
