package io.gatun.tensors;

import static io.gatun.tensors.LittleEndian.LONG;

import java.lang.foreign.MemorySegment;

/**
 * <pre>  Q2_K block, 256 values in 16 groups, 84 bytes
 *   0                                     16                   80       82         84
 *   +-------------------------------------+--------------------+--------+----------+
 *   | 16 × (scale[g] | minimum[g]≪4), u4 | 64 × four 2-bit    | f16 d  | f16 dmin |
 *   +-------------------------------------+--------------------+--------+----------+
 *   x = (d·scale[g])·code − dmin·minimum[g] </pre>
 *
 * Each half of the block, 128 values, has 32 bytes of codes; byte l holds the values l, l + 32, l + 64 and l + 96 of the
 * half, lowest bits first. Source: ggml-common.h block_q2_K.
 */
final class Q2_K extends BlockEncoding {
  static final int VALUES = 256;
  static final int GROUP = 16;
  static final int SCALES = 0;
  static final int CODES = SCALES + VALUES / GROUP;
  static final int SCALE = CODES + VALUES / 4;
  static final int MINIMUM = SCALE + 2;
  static final int BYTES = MINIMUM + 2;

  static {
    assert BYTES == 84;
  }

  Q2_K() {
    super("q2_k", VALUES, BYTES, GROUP);
  }

  @Override
  long codes(MemorySegment source, long block, int i) {
    int byteIndex = i / 128 * 32 + i % 32;
    long four = source.get(LONG, block + CODES + byteIndex);
    return Lanes8.field(four, i % 128 / 32 * 2, 2);
  }

  @Override
  float scale(MemorySegment source, long block, int group) {
    int scale = LittleEndian.unsignedByte(source, block + SCALES + group) & 15;
    return LittleEndian.half(source, block + SCALE) * scale;
  }

  @Override
  public boolean hasMinimum() {
    return true;
  }

  @Override
  float minimum(MemorySegment source, long block, int group) {
    int minimum = LittleEndian.unsignedByte(source, block + SCALES + group) >> 4;
    return -(LittleEndian.half(source, block + MINIMUM) * minimum);
  }
}
