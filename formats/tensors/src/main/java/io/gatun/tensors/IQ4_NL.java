package io.gatun.tensors;

import static io.gatun.tensors.LittleEndian.LONG;

import java.lang.foreign.MemorySegment;

/**
 * <pre>  IQ4_NL block, 32 values, 18 bytes
 *   0        2                                 18
 *   +--------+---------------------------------+
 *   | f16 d  | 16 × (value[i] | value[i+16]≪4) |     x = d·LEVELS[nibble]
 *   +--------+---------------------------------+ </pre>
 *
 * Source: ggml-common.h block_iq4_nl and kvalues_iq4nl.
 */
final class IQ4_NL extends BlockEncoding {
  static final int VALUES = 32;
  static final int SCALE = 0;
  static final int NIBBLES = SCALE + 2;
  static final int BYTES = NIBBLES + VALUES / 2;

  private static final byte[] LEVELS = {
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113
  };

  static {
    assert BYTES == 18;
  }

  IQ4_NL() {
    super("iq4_nl", VALUES, BYTES, VALUES);
  }

  @Override
  long codes(MemorySegment source, long block, int i) {
    return levels(Lanes8.field(source.get(LONG, block + NIBBLES + i % 16), i / 16 * 4, 4));
  }

  /** The levels of eight nibbles, each in a byte; {@link IQ4_XS} has the same. */
  static long levels(long nibbles) {
    return Lanes8.choose(LEVELS, nibbles);
  }

  @Override
  float scale(MemorySegment source, long block, int group) {
    return LittleEndian.half(source, block + SCALE);
  }
}
