package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.INT;
import static io.gatun.cpu.vector.Lanes.LONG;
import static io.gatun.cpu.vector.Lanes.MEMORY;

import io.gatun.tensors.Encodings;

/** Q3_K: low bits as in {@link PackTQ2_0}; byte l of 32 holds the high bits of the values l, l + 32, … l + 224. */
final class PackQ3_K extends RowPacker {
  private static final long THREES = 0x0303_0303_0303_0303L;

  PackQ3_K() {
    super(Encodings.Q3_K);
  }

  @Override
  void block(long block, long quads, long scales) {
    scales(block + 96, half(block + 108), scales);
    for (int run = 0; run < 8; run++) {
      for (int e = 0; e < 4; e++) {
        long four = MEMORY.get(LONG, block + 32 + run / 4 * 32L + 8L * e);
        long high = (MEMORY.get(LONG, block + 8L * e) >>> run) & 0x0101_0101_0101_0101L;
        put(CodeTables.less(((four >>> (2 * (run % 4))) & THREES) | (high << 2), 4), quads + (8L * run + 2L * e) * STEP);
      }
    }
  }

  /** Four low bits of two scales in each of eight bytes; two high bits of four scales in each of the next four. */
  private static void scales(long packed, float d, long scales) {
    long low = MEMORY.get(LONG, packed);
    long high = Integer.toUnsignedLong(MEMORY.get(INT, packed + 8));
    for (int half = 0; half < 2; half++) {
      long two = ((high >>> (4 * half)) & THREES) | ((high << (30 - 4 * half)) & (THREES << 32));
      long eight = ((low >>> (4 * half)) & 0x0F0F_0F0F_0F0F_0F0FL) | (two << 4);
      for (int g = 0; g < 8; g++, eight >>>= 8) {
        put(d * (int) ((eight & 63) - 32), scales + (8L * half + g) * STEP);
      }
    }
  }
}
