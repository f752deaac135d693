package io.gatun.tensors;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Signed bytes, row after row, read as codes with an offset of 128.
 *
 * @param cols bytes of a row
 */
public record SignedBytes(long cols) implements CodeLayout {
  @Override
  public int bits() {
    return Byte.SIZE;
  }

  @Override
  public int code(MemorySegment plane, long row, long col) {
    return plane.get(ValueLayout.JAVA_BYTE, row * cols + col) + 128;
  }
}
