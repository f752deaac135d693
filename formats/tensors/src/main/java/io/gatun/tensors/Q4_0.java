package io.gatun.tensors;

import static io.gatun.tensors.LittleEndian.LONG;

import java.lang.foreign.MemorySegment;

/**
 * <pre>  Q4_0 block, 32 values, 18 bytes
 *   0        2                                 18
 *   +--------+---------------------------------+
 *   | f16 d  | 16 × (value[i] | value[i+16]≪4) |     x = d·(nibble − 8)
 *   +--------+---------------------------------+ </pre>
 *
 * Source: ggml-common.h block_q4_0.
 */
final class Q4_0 extends BlockEncoding {
  static final int VALUES = 32;
  static final int SCALE = 0;
  static final int NIBBLES = SCALE + 2;
  static final int BYTES = NIBBLES + VALUES / 2;

  static {
    assert BYTES == 18;
  }

  Q4_0() {
    super("q4_0", VALUES, BYTES, VALUES);
  }

  @Override
  long codes(MemorySegment source, long block, int i) {
    long nibbles = source.get(LONG, block + NIBBLES + i % 16);
    return Lanes8.minus(Lanes8.field(nibbles, i / 16 * 4, 4), 8);
  }

  @Override
  float scale(MemorySegment source, long block, int group) {
    return LittleEndian.half(source, block + SCALE);
  }
}
