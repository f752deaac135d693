package io.gatun.tensors;

import static io.gatun.tensors.LittleEndian.LONG;

import java.lang.foreign.MemorySegment;

/**
 * <pre>  Q4_1 block, 32 values, 20 bytes
 *   0        2        4                                 20
 *   +--------+--------+---------------------------------+
 *   | f16 d  | f16 m  | 16 × (value[i] | value[i+16]≪4) |     x = d·nibble + m
 *   +--------+--------+---------------------------------+ </pre>
 *
 * Source: ggml-common.h block_q4_1.
 */
final class Q4_1 extends BlockEncoding {
  static final int VALUES = 32;
  static final int SCALE = 0;
  static final int MINIMUM = SCALE + 2;
  static final int NIBBLES = MINIMUM + 2;
  static final int BYTES = NIBBLES + VALUES / 2;

  static {
    assert BYTES == 20;
  }

  Q4_1() {
    super("q4_1", VALUES, BYTES, VALUES);
  }

  @Override
  long codes(MemorySegment source, long block, int i) {
    return Lanes8.field(source.get(LONG, block + NIBBLES + i % 16), i / 16 * 4, 4);
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
