package io.gatun.tensors;

import static io.gatun.tensors.LittleEndian.LONG;

import java.lang.foreign.MemorySegment;

/**
 * <pre>  TQ2_0 block, 256 values, 66 bytes
 *   0                    64       66
 *   +--------------------+--------+
 *   | 64 × four 2-bit    | f16 d  |     x = d·(code − 1)
 *   +--------------------+--------+ </pre>
 *
 * The codes lie as in {@link Q2_K}. The block's one scale is told for groups of 32. Source: ggml-common.h block_tq2_0.
 */
final class TQ2_0 extends BlockEncoding {
  static final int VALUES = 256;
  static final int GROUP = 32;
  static final int CODES = 0;
  static final int SCALE = CODES + VALUES / 4;
  static final int BYTES = SCALE + 2;

  static {
    assert BYTES == 66;
  }

  TQ2_0() {
    super("tq2_0", VALUES, BYTES, GROUP);
  }

  @Override
  long codes(MemorySegment source, long block, int i) {
    long four = source.get(LONG, block + CODES + i / 128 * 32L + i % 32);
    return Lanes8.minus(Lanes8.field(four, i % 128 / 32 * 2, 2), 1);
  }

  @Override
  float scale(MemorySegment source, long block, int group) {
    return LittleEndian.half(source, block + SCALE);
  }
}
