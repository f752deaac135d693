package io.gatun.tensors;

import static io.gatun.tensors.LittleEndian.LONG;

import java.lang.foreign.MemorySegment;

/**
 * <pre>  IQ1_M block, 256 values in 16 groups, 56 bytes
 *   0                  32                                 48                                  56
 *   +------------------+----------------------------------+-----------------------------------+
 *   | 32 × 8 low bits  | 32 × (3 high bits | shift≪3)     | 4 × (4 × u3 scale | u4 of d ≪12)  |
 *   +------------------+----------------------------------+-----------------------------------+
 *   x = (d·(2·scale[g] + 1))·(point ± 1/8), − where the eight values' shift is set </pre>
 *
 * The points are those of {@link IQ1_S}. The f16 d lies in four parts, its lowest bits first. Source: ggml-common.h
 * block_iq1_m, ggml-quants.c dequantize_row_iq1_m.
 */
final class IQ1_M extends BlockEncoding {
  static final int VALUES = 256;
  static final int GROUP = 16;
  static final int LOW = 0;
  static final int HIGH = LOW + VALUES / 8;
  static final int SCALES = HIGH + VALUES / 8 / 2;
  static final int BYTES = SCALES + 4 * 2;

  private static final long PARTS_OF_D = 0xF000_F000_F000_F000L;

  static {
    assert BYTES == 56;
  }

  IQ1_M() {
    super("iq1_m", VALUES, BYTES, GROUP);
  }

  @Override
  long codes(MemorySegment source, long block, int i) {
    int low = LittleEndian.unsignedByte(source, block + LOW + i / 8);
    int high = LittleEndian.nibble(source, block + HIGH, i / 8);
    return IQ1_S.shifted(low | ((high & 7) << 8), high > 7);
  }

  @Override
  float scale(MemorySegment source, long block, int group) {
    long scales = source.get(LONG, block + SCALES);
    int scale = (int) (scales >>> (group / 4 * 16 + group % 4 * 3)) & 7;
    return Float.float16ToFloat((short) Long.compress(scales, PARTS_OF_D)) * ((2 * scale + 1) / 8f);
  }
}
