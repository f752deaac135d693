package io.gatun.tensors;

import static io.gatun.tensors.LittleEndian.LONG;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * <pre>  Q6_K block, 256 values in 16 groups, 210 bytes
 *   0                128                  192             208      210
 *   +----------------+--------------------+---------------+--------+
 *   | 128 × two u4   | 64 × four 2-bit    | 16 × i8 scale | f16 d  |
 *   +----------------+--------------------+---------------+--------+
 *   x = (d·scale[g])·((low | high≪4) − 32) </pre>
 *
 * Each half of the block, 128 values, has 64 bytes of low nibbles and 32 bytes of high bits. Byte l of the nibbles holds
 * the values l and l + 64 of the half; byte l of the high bits the values l, l + 32, l + 64 and l + 96, lowest bits
 * first. Source: ggml-common.h block_q6_K.
 */
final class Q6_K extends BlockEncoding {
  static final int VALUES = 256;
  static final int GROUP = 16;
  static final int LOW = 0;
  static final int HIGH = LOW + VALUES / 2;
  static final int SCALES = HIGH + VALUES / 4;
  static final int SCALE = SCALES + VALUES / GROUP;
  static final int BYTES = SCALE + 2;

  static {
    assert BYTES == 210;
  }

  Q6_K() {
    super("q6_k", VALUES, BYTES, GROUP);
  }

  @Override
  long codes(MemorySegment source, long block, int i) {
    int inHalf = i % 128;
    int lowIndex = i / 128 * 64 + inHalf % 64;
    int highIndex = i / 128 * 32 + inHalf % 32;
    long low = Lanes8.field(source.get(LONG, block + LOW + lowIndex), inHalf / 64 * 4, 4);
    long high = Lanes8.field(source.get(LONG, block + HIGH + highIndex), inHalf / 32 * 2, 2);
    return Lanes8.minus(low | (high << 4), 32);
  }

  @Override
  float scale(MemorySegment source, long block, int group) {
    return LittleEndian.half(source, block + SCALE) * source.get(ValueLayout.JAVA_BYTE, block + SCALES + group);
  }
}
