package io.gatun.tensors;

import static io.gatun.tensors.LittleEndian.LONG;

import java.lang.foreign.MemorySegment;

/**
 * <pre>  MXFP4 block, 32 values, 17 bytes
 *   0        1                                 17
 *   +--------+---------------------------------+
 *   | u8 e   | 16 × (value[i] | value[i+16]≪4) |     x = 2^(e − 128)·LEVELS[nibble]
 *   +--------+---------------------------------+ </pre>
 *
 * The levels are twice the numbers of E2M1 (a sign, two bits of exponent, one of mantissa), which makes them integers;
 * the scale, a power of two in E8M0, is halved for it. −0 is 0. Source: OCP Microscaling Formats 1.0; ggml-common.h
 * block_mxfp4.
 */
final class MXFP4 extends BlockEncoding {
  static final int VALUES = 32;
  static final int EXPONENT = 0;
  static final int NIBBLES = EXPONENT + 1;
  static final int BYTES = NIBBLES + VALUES / 2;

  private static final byte[] LEVELS = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

  static {
    assert BYTES == 17;
  }

  MXFP4() {
    super("mxfp4", VALUES, BYTES, VALUES);
  }

  @Override
  long codes(MemorySegment source, long block, int i) {
    return levels(Lanes8.field(source.get(LONG, block + NIBBLES + i % 16), i / 16 * 4, 4));
  }

  /** The levels of eight nibbles, each in a byte; {@link NVFP4} has the same. */
  static long levels(long nibbles) {
    return Lanes8.choose(LEVELS, nibbles);
  }

  /** 2^−128 and 2^−127 are subnormal. */
  @Override
  float scale(MemorySegment source, long block, int group) {
    int exponent = LittleEndian.unsignedByte(source, block + EXPONENT);
    return Float.intBitsToFloat(exponent < 2 ? 0x20_0000 << exponent : (exponent - 1) << 23);
  }
}
