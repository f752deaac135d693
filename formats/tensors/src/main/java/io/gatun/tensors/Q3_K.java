package io.gatun.tensors;

import static io.gatun.tensors.LittleEndian.LONG;

import java.lang.foreign.MemorySegment;

/**
 * <pre>  Q3_K block, 256 values in 16 groups, 110 bytes
 *   0               32                   96                108      110
 *   +---------------+--------------------+-----------------+--------+
 *   | 256 high bits | 64 × four 2-bit    | 16 × u6 scale   | f16 d  |
 *   +---------------+--------------------+-----------------+--------+
 *   x = (d·(scale[g] − 32))·((low | high≪2) − 4) </pre>
 *
 * The low bits lie as in {@link Q2_K}. Byte l of the high bits holds those of the values l, l + 32, … l + 224, lowest
 * first. Scales: the low nibbles of bytes 0 to 7 are the low four bits of scales 0 to 7, the high nibbles those of 8 to
 * 15; byte 8 + g % 4 holds the upper two bits of scale g at bit 2·(g / 4). Source: ggml-common.h block_q3_K.
 */
final class Q3_K extends BlockEncoding {
  static final int VALUES = 256;
  static final int GROUP = 16;
  static final int HIGH = 0;
  static final int LOW = HIGH + VALUES / 8;
  static final int SCALES = LOW + VALUES / 4;
  static final int SCALE = SCALES + VALUES / GROUP * 6 / 8;
  static final int BYTES = SCALE + 2;

  static {
    assert BYTES == 110;
  }

  Q3_K() {
    super("q3_k", VALUES, BYTES, GROUP);
  }

  @Override
  long codes(MemorySegment source, long block, int i) {
    int lowIndex = i / 128 * 32 + i % 32;
    long low = Lanes8.field(source.get(LONG, block + LOW + lowIndex), i % 128 / 32 * 2, 2);
    long high = Lanes8.field(source.get(LONG, block + HIGH + i % 32), i / 32, 1);
    return Lanes8.minus(low | (high << 2), 4);
  }

  @Override
  float scale(MemorySegment source, long block, int group) {
    int low = (LittleEndian.unsignedByte(source, block + SCALES + group % 8) >> (group / 8 * 4)) & 15;
    int high = (LittleEndian.unsignedByte(source, block + SCALES + 8 + group % 4) >> (group / 4 * 2)) & 3;
    return LittleEndian.half(source, block + SCALE) * ((low | (high << 4)) - 32);
  }
}
