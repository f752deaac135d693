package io.gatun.tensors;

import static io.gatun.tensors.LittleEndian.LONG;

import java.lang.foreign.MemorySegment;

/**
 * <pre>  Q5_K block, 256 values in 8 groups, 176 bytes
 *   0        2          4                       16              48                176
 *   +--------+----------+-----------------------+---------------+-----------------+
 *   | f16 d  | f16 dmin | 8 × u6 scale, minimum | 256 high bits | 128 × two u4    |
 *   +--------+----------+-----------------------+---------------+-----------------+
 *   x = (d·scale[g])·(nibble | high≪4) − dmin·minimum[g] </pre>
 *
 * Nibbles and scales as in {@link Q4_K}; byte l of the high bits holds those of the values l, l + 32, … l + 224, lowest
 * first. Source: ggml-common.h block_q5_K.
 */
final class Q5_K extends BlockEncoding {
  static final int VALUES = 256;
  static final int GROUP = 32;
  static final int SCALE = 0;
  static final int MINIMUM = SCALE + 2;
  static final int PACKED = MINIMUM + 2;
  static final int HIGH = PACKED + PackedScales.BYTES;
  static final int NIBBLES = HIGH + VALUES / 8;
  static final int BYTES = NIBBLES + VALUES / 2;

  static {
    assert BYTES == 176;
  }

  Q5_K() {
    super("q5_k", VALUES, BYTES, GROUP);
  }

  @Override
  long codes(MemorySegment source, long block, int i) {
    int byteIndex = i / 64 * 32 + i % 32;
    long low = Lanes8.field(source.get(LONG, block + NIBBLES + byteIndex), i % 64 / 32 * 4, 4);
    long high = Lanes8.field(source.get(LONG, block + HIGH + i % 32), i / 32, 1);
    return low | (high << 4);
  }

  @Override
  float scale(MemorySegment source, long block, int group) {
    return LittleEndian.half(source, block + SCALE) * PackedScales.scale(source, block + PACKED, group);
  }

  @Override
  public boolean hasMinimum() {
    return true;
  }

  @Override
  float minimum(MemorySegment source, long block, int group) {
    return -(LittleEndian.half(source, block + MINIMUM) * PackedScales.minimum(source, block + PACKED, group));
  }
}
