package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.INT;
import static io.gatun.cpu.vector.Lanes.LONG;
import static io.gatun.cpu.vector.Lanes.MEMORY;

import io.gatun.tensors.Encodings;

/** Q5_K: nibbles, 64 values to 32 bytes; byte l of 32 holds the fifth bits of the values l, l + 32, … l + 224. */
final class PackQ5_K extends RowPacker {
  PackQ5_K() {
    super(Encodings.Q5_K);
  }

  @Override
  void block(long block, long quads, long scales) {
    scales(block + 4, half(block), half(block + 2), scales);
    for (int g = 0; g < 8; g++) {
      for (int e = 0; e < 4; e++) {
        long two = MEMORY.get(LONG, block + 48 + g / 2 * 32L + 8L * e);
        long high = (MEMORY.get(LONG, block + 16 + 8L * e) >>> g) & 0x0101_0101_0101_0101L;
        put(((two >>> (4 * (g % 2))) & 0x0F0F_0F0F_0F0F_0F0FL) | (high << 4), quads + (8L * g + 2L * e) * STEP);
      }
    }
  }

  /** Six bits of scale and of minimum, as {@link StripQ4_K} has them. */
  private static void scales(long packed, float d, float dMinimum, long scales) {
    int w0 = MEMORY.get(INT, packed);
    int w1 = MEMORY.get(INT, packed + 4);
    int w2 = MEMORY.get(INT, packed + 8);
    for (int g = 0; g < 4; g++, w0 >>>= 8, w1 >>>= 8, w2 >>>= 8) {
      long target = scales + g * STEP;
      put(d * (w0 & 63), target);
      put(d * ((w2 & 15) | ((w0 >> 2) & 0x30)), target + 4 * STEP);
      putMinimum(-(dMinimum * (w1 & 63)), target);
      putMinimum(-(dMinimum * (((w2 >> 4) & 15) | ((w1 >> 2) & 0x30))), target + 4 * STEP);
    }
  }
}
