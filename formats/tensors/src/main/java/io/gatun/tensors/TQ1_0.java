package io.gatun.tensors;

import static io.gatun.tensors.LittleEndian.INT;
import static io.gatun.tensors.LittleEndian.LONG;

import java.lang.foreign.MemorySegment;

/**
 * <pre>  TQ1_0 block, 256 values, 54 bytes
 *   0                    48                 52       54
 *   +--------------------+------------------+--------+
 *   | 48 × five digits   | 4 × four digits  | f16 d  |     x = d·(digit − 1)
 *   +--------------------+------------------+--------+ </pre>
 *
 * A byte b is a fraction b/256 in base 3: its digit n after the point is ⌊3·(b·3ⁿ mod 256)/256⌋. Digit n of byte l is
 * the value 32·n + l for the first 32 bytes, 160 + 16·n + l for the next 16, and 240 + 4·n + l for the last four. The
 * block's one scale is told for groups of 32. Source: ggml-common.h block_tq1_0, ggml-quants.c dequantize_row_tq1_0.
 */
final class TQ1_0 extends BlockEncoding {
  static final int VALUES = 256;
  static final int GROUP = 32;
  static final int FIVES = 0;
  static final int FOURS = FIVES + 48;
  static final int SCALE = FOURS + 4;
  static final int BYTES = SCALE + 2;

  private static final long EVEN = 0x00FF_00FF_00FF_00FFL;
  private static final int[] POWERS = {1, 3, 9, 27, 81};

  static {
    assert BYTES == 54;
  }

  TQ1_0() {
    super("tq1_0", VALUES, BYTES, GROUP);
  }

  @Override
  long codes(MemorySegment source, long block, int i) {
    long digits;
    if (i < 160) {
      digits = digits(source.get(LONG, block + FIVES + i % 32), i / 32);
    } else if (i < 240) {
      digits = digits(source.get(LONG, block + FIVES + 32 + i % 16), (i - 160) / 16);
    } else {
      int four = source.get(INT, block + FOURS);
      int n = (i - 240) / 4;
      digits = (digits(four, n) & 0xFFFF_FFFFL) | (digits(four, n + 1) << 32);
    }
    return Lanes8.minus(digits, 1);
  }

  /** Digit n of eight bytes; products with at most 81 do not leave lanes of 16 bits. */
  private static long digits(long bytes, int n) {
    long even = (((bytes & EVEN) * POWERS[n]) & EVEN) * 3;
    long odd = ((((bytes >>> 8) & EVEN) * POWERS[n]) & EVEN) * 3;
    return ((even >>> 8) & EVEN) | (odd & ~EVEN);
  }

  @Override
  float scale(MemorySegment source, long block, int group) {
    return LittleEndian.half(source, block + SCALE);
  }
}
