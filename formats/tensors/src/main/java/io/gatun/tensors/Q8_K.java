package io.gatun.tensors;

import static io.gatun.tensors.LittleEndian.FLOAT;
import static io.gatun.tensors.LittleEndian.LONG;

import java.lang.foreign.MemorySegment;

/**
 * <pre>  Q8_K block, 256 values, 292 bytes
 *   0        4                260               292
 *   +--------+----------------+-----------------+
 *   | f32 d  | 256 × i8 value | 16 × i16 sum    |     x = d·value
 *   +--------+----------------+-----------------+ </pre>
 *
 * The sums, of 16 values each, serve ggml's dot products and are not read here. The block's one scale is told for groups
 * of 32. Source: ggml-common.h block_q8_K.
 */
final class Q8_K extends BlockEncoding {
  static final int VALUES = 256;
  static final int GROUP = 32;
  static final int SCALE = 0;
  static final int CODES = SCALE + 4;
  static final int SUMS = CODES + VALUES;
  static final int BYTES = SUMS + VALUES / 16 * 2;

  static {
    assert BYTES == 292;
  }

  Q8_K() {
    super("q8_k", VALUES, BYTES, GROUP);
  }

  @Override
  long codes(MemorySegment source, long block, int i) {
    return source.get(LONG, block + CODES + i);
  }

  @Override
  float scale(MemorySegment source, long block, int group) {
    return source.get(FLOAT, block + SCALE);
  }
}
