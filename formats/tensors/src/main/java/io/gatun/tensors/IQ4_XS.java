package io.gatun.tensors;

import static io.gatun.tensors.LittleEndian.LONG;
import static io.gatun.tensors.LittleEndian.SHORT;

import java.lang.foreign.MemorySegment;

/**
 * <pre>  IQ4_XS block, 256 values in 8 groups, 136 bytes
 *   0        2              4               8                                        136
 *   +--------+--------------+---------------+----------------------------------------+
 *   | f16 d  | 8 × 2 upper  | 8 × 4 lower   | 8 × 16 × (value[i] | value[i+16]≪4)    |
 *   +--------+--------------+---------------+----------------------------------------+
 *   x = (d·(scale[g] − 32))·level(nibble) </pre>
 *
 * The upper and lower bits of the scales lie from the lowest bits up; a group's nibbles are those of {@link IQ4_NL}.
 * Source: ggml-common.h block_iq4_xs.
 */
final class IQ4_XS extends BlockEncoding {
  static final int VALUES = 256;
  static final int GROUP = 32;
  static final int SCALE = 0;
  static final int UPPER = SCALE + 2;
  static final int LOWER = UPPER + 2;
  static final int NIBBLES = LOWER + VALUES / GROUP / 2;
  static final int BYTES = NIBBLES + VALUES / 2;

  static {
    assert BYTES == 136;
  }

  IQ4_XS() {
    super("iq4_xs", VALUES, BYTES, GROUP);
  }

  @Override
  long codes(MemorySegment source, long block, int i) {
    long nibbles = source.get(LONG, block + NIBBLES + i / 32 * 16L + i % 16);
    return IQ4_NL.levels(Lanes8.field(nibbles, i % 32 / 16 * 4, 4));
  }

  @Override
  float scale(MemorySegment source, long block, int group) {
    int lower = LittleEndian.nibble(source, block + LOWER, group);
    int upper = (source.get(SHORT, block + UPPER) >> (2 * group)) & 3;
    return LittleEndian.half(source, block + SCALE) * ((lower | (upper << 4)) - 32);
  }
}
