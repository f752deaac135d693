package io.gatun.tensors;

import java.lang.foreign.MemorySegment;

/**
 * <pre>  Q1_0 block, 128 values, 18 bytes
 *   0        2              18
 *   +--------+--------------+
 *   | f16 d  | 128 bits     |     x = d·(2·bit − 1)
 *   +--------+--------------+ </pre>
 *
 * The block's one scale is told for groups of 32. Source: ggml-common.h block_q1_0.
 */
final class Q1_0 extends BlockEncoding {
  static final int VALUES = 128;
  static final int GROUP = 32;
  static final int SCALE = 0;
  static final int CODES = SCALE + 2;
  static final int BYTES = CODES + VALUES / 8;

  static {
    assert BYTES == 18;
  }

  Q1_0() {
    super("q1_0", VALUES, BYTES, GROUP);
  }

  @Override
  long codes(MemorySegment source, long block, int i) {
    return Lanes8.minus(Lanes8.spread(LittleEndian.unsignedByte(source, block + CODES + i / 8)) << 1, 1);
  }

  @Override
  float scale(MemorySegment source, long block, int group) {
    return LittleEndian.half(source, block + SCALE);
  }
}
