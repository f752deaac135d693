package io.gatun.tensors;

import static io.gatun.tensors.LittleEndian.LONG;

import java.lang.foreign.MemorySegment;

/**
 * <pre>  NVFP4 block, 64 values in 4 groups, 36 bytes
 *   0            4                                        36
 *   +------------+----------------------------------------+
 *   | 4 × u8 s   | 4 × 8 × (value[i] | value[i+8]≪4)      |     x = (s[g]/2)·level(nibble)
 *   +------------+----------------------------------------+ </pre>
 *
 * The levels are those of {@link MXFP4}. A scale has four bits of exponent and three of mantissa (E4M3); its sign is
 * not read, and 7F, which is no number, counts as 0. Source: ggml-common.h block_nvfp4, ggml-impl.h ggml_ue4m3_to_fp32.
 */
final class NVFP4 extends BlockEncoding {
  static final int VALUES = 64;
  static final int GROUP = 16;
  static final int SCALES = 0;
  static final int NIBBLES = SCALES + VALUES / GROUP;
  static final int BYTES = NIBBLES + VALUES / 2;

  private static final int NO_NUMBER = 0x7F;

  static {
    assert BYTES == 36;
  }

  NVFP4() {
    super("nvfp4", VALUES, BYTES, GROUP);
  }

  @Override
  long codes(MemorySegment source, long block, int i) {
    long nibbles = source.get(LONG, block + NIBBLES + i / GROUP * 8L);
    return MXFP4.levels(Lanes8.field(nibbles, i % GROUP / 8 * 4, 4));
  }

  @Override
  float scale(MemorySegment source, long block, int group) {
    int bits = LittleEndian.unsignedByte(source, block + SCALES + group);
    return bits == NO_NUMBER ? 0 : half(bits & 0x7F);
  }

  /** Moved to the place of a float's exponent and mantissa the bits mean 2^−120 of the scale, subnormal ones too. */
  private static float half(int bits) {
    return Float.intBitsToFloat(bits << 20) * 0x1p119f;
  }

  /** The bits of a scale by half of it; −1 if there are none. */
  static int scaleCode(float half) {
    int bits = Float.floatToIntBits(half * 0x1p-119f) >> 20;
    return bits >= 0 && bits < NO_NUMBER && half(bits) == half ? bits : -1;
  }
}
