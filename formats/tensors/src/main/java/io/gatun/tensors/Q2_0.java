package io.gatun.tensors;

import static io.gatun.tensors.LittleEndian.SHORT;

import java.lang.foreign.MemorySegment;

/**
 * <pre>  Q2_0 block, 64 values, 18 bytes
 *   0        2                     18
 *   +--------+---------------------+
 *   | f16 d  | 16 × four 2-bit     |     x = d·(code − 1)
 *   +--------+---------------------+ </pre>
 *
 * Byte l holds the values 4·l to 4·l + 3, lowest bits first. The block's one scale is told for groups of 32. Source:
 * ggml-common.h block_q2_0.
 */
final class Q2_0 extends BlockEncoding {
  static final int VALUES = 64;
  static final int GROUP = 32;
  static final int SCALE = 0;
  static final int CODES = SCALE + 2;
  static final int BYTES = CODES + VALUES / 4;

  private static final long PAIRS = 0x0303_0303_0303_0303L;

  static {
    assert BYTES == 18;
  }

  Q2_0() {
    super("q2_0", VALUES, BYTES, GROUP);
  }

  @Override
  long codes(MemorySegment source, long block, int i) {
    return Lanes8.minus(Long.expand(source.get(SHORT, block + CODES + i / 4), PAIRS), 1);
  }

  @Override
  float scale(MemorySegment source, long block, int group) {
    return LittleEndian.half(source, block + SCALE);
  }
}
