package io.gatun.tensors;

import static io.gatun.tensors.LittleEndian.LONG;

import java.lang.foreign.MemorySegment;

/**
 * <pre>  Q5_1 block, 32 values, 24 bytes
 *   0        2        4              8                                 24
 *   +--------+--------+--------------+---------------------------------+
 *   | f16 d  | f16 m  | 32 high bits | 16 × (value[i] | value[i+16]≪4) |     x = d·(nibble | high≪4) + m
 *   +--------+--------+--------------+---------------------------------+ </pre>
 *
 * Bit i of the high bits, counted from the lowest of the first byte, belongs to value i. Source: ggml-common.h
 * block_q5_1.
 */
final class Q5_1 extends BlockEncoding {
  static final int VALUES = 32;
  static final int SCALE = 0;
  static final int MINIMUM = SCALE + 2;
  static final int HIGH = MINIMUM + 2;
  static final int NIBBLES = HIGH + VALUES / 8;
  static final int BYTES = NIBBLES + VALUES / 2;

  static {
    assert BYTES == 24;
  }

  Q5_1() {
    super("q5_1", VALUES, BYTES, VALUES);
  }

  @Override
  long codes(MemorySegment source, long block, int i) {
    long low = Lanes8.field(source.get(LONG, block + NIBBLES + i % 16), i / 16 * 4, 4);
    long high = Lanes8.spread(LittleEndian.unsignedByte(source, block + HIGH + i / 8));
    return low | (high << 4);
  }

  @Override
  float scale(MemorySegment source, long block, int group) {
    return LittleEndian.half(source, block + SCALE);
  }

  @Override
  public boolean hasMinimum() {
    return true;
  }

  @Override
  float minimum(MemorySegment source, long block, int group) {
    return LittleEndian.half(source, block + MINIMUM);
  }
}
