package io.gatun.tensors;

import static io.gatun.tensors.LittleEndian.LONG;

import java.lang.foreign.MemorySegment;

/**
 * <pre>  Q8_0 block, 32 values, 34 bytes
 *   0        2               34
 *   +--------+---------------+
 *   | f16 d  | 32 × i8 value |     x = d·value
 *   +--------+---------------+ </pre>
 *
 * Source: ggml-common.h block_q8_0.
 */
final class Q8_0 extends BlockEncoding {
  static final int VALUES = 32;
  static final int SCALE = 0;
  static final int CODES = SCALE + 2;
  static final int BYTES = CODES + VALUES;

  static {
    assert BYTES == 34;
  }

  Q8_0() {
    super("q8_0", VALUES, BYTES, VALUES);
  }

  @Override
  long codes(MemorySegment source, long block, int i) {
    return source.get(LONG, block + CODES + i);
  }

  @Override
  float scale(MemorySegment source, long block, int group) {
    return LittleEndian.half(source, block + SCALE);
  }
}
