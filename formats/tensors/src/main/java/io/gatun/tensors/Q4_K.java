package io.gatun.tensors;

import static io.gatun.tensors.LittleEndian.LONG;

import java.lang.foreign.MemorySegment;

/**
 * <pre>  Q4_K block, 256 values in 8 groups, 144 bytes
 *   0        2          4                       16                144
 *   +--------+----------+-----------------------+-----------------+
 *   | f16 d  | f16 dmin | 8 × u6 scale, minimum | 128 × two u4    |
 *   +--------+----------+-----------------------+-----------------+
 *   x = (d·scale[g])·nibble − dmin·minimum[g] </pre>
 *
 * Each quarter of the block, 64 values, has 32 bytes of codes; byte l holds value l of the quarter in its low nibble and
 * value l + 32 in its high one. Scales as in {@link PackedScales}. Source: ggml-common.h block_q4_K.
 */
final class Q4_K extends BlockEncoding {
  static final int VALUES = 256;
  static final int GROUP = 32;
  static final int SCALE = 0;
  static final int MINIMUM = SCALE + 2;
  static final int PACKED = MINIMUM + 2;
  static final int NIBBLES = PACKED + PackedScales.BYTES;
  static final int BYTES = NIBBLES + VALUES / 2;

  static {
    assert BYTES == 144;
  }

  Q4_K() {
    super("q4_k", VALUES, BYTES, GROUP);
  }

  @Override
  long codes(MemorySegment source, long block, int i) {
    int byteIndex = i / 64 * 32 + i % 32;
    return Lanes8.field(source.get(LONG, block + NIBBLES + byteIndex), i % 64 / 32 * 4, 4);
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
