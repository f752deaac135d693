package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.INT;
import static io.gatun.cpu.vector.Lanes.LONG;
import static io.gatun.cpu.vector.Lanes.MEMORY;

import io.gatun.tensors.Encodings;

/** TQ1_0: a byte is a fraction in base 3; a digit of all bytes of a run belongs to as many values in a row. */
final class PackTQ1_0 extends RowPacker {
  private static final long EVEN = 0x00FF_00FF_00FF_00FFL;

  PackTQ1_0() {
    super(Encodings.TQ1_0);
  }

  @Override
  void block(long block, long quads, long scales) {
    float d = half(block + 52);
    for (int g = 0; g < 8; g++) {
      put(d, scales + g * STEP);
    }
    for (int e = 0; e < 4; e++) {
      fives(MEMORY.get(LONG, block + 8L * e), quads + 2L * e * STEP, 8 * STEP);
    }
    for (int e = 0; e < 2; e++) {
      fives(MEMORY.get(LONG, block + 32 + 8L * e), quads + (40 + 2L * e) * STEP, 4 * STEP);
    }
    long bytes = MEMORY.get(INT, block + 48);
    for (int digit = 0; digit < 4; digit++) {
      MEMORY.set(INT, quads + (60 + digit) * STEP, (int) codes(bytes));
      bytes = rest(bytes);
    }
  }

  /** Five digits of eight bytes. */
  private static void fives(long bytes, long quads, long stride) {
    for (int digit = 0; digit < 5; digit++) {
      put(codes(bytes), quads + digit * stride);
      bytes = rest(bytes);
    }
  }

  /** Of eight fractions the first digits, less 1: what thrice the fraction has before the point. */
  private static long codes(long bytes) {
    return CodeTables.less(((((bytes & EVEN) * 3) >>> 8) & EVEN) | ((((bytes >>> 8) & EVEN) * 3) & ~EVEN), 1);
  }

  /** Thrice the fractions, less what they have before the point. */
  private static long rest(long bytes) {
    return (((bytes & EVEN) * 3) & EVEN) | (((((bytes >>> 8) & EVEN) * 3) & EVEN) << 8);
  }
}
