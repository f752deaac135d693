package io.gatun.tensors;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** E2M1 numbers, two in a byte, the first in the low nibble. Rows are of even length. */
final class F4 implements PlainEncoding {
  @Override
  public String id() {
    return "f4";
  }

  @Override
  public int blockLength() {
    return 2;
  }

  @Override
  public int blockBytes() {
    return 1;
  }

  /** The first number of a byte. */
  @Override
  public float value(MemorySegment source, long offset) {
    return SmallFloats.e2m1(LittleEndian.nibble(source, offset, 0));
  }

  @Override
  public void decode(MemorySegment source, long offset, float[] target, int start, int count) {
    Objects.checkFromIndexSize(offset, bytes(count), source.byteSize());
    for (int i = 0; i < count; i++) {
      target[start + i] = SmallFloats.e2m1(LittleEndian.nibble(source, offset, i));
    }
  }

  @Override
  public String toString() {
    return id();
  }
}
