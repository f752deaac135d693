package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.LONG;
import static io.gatun.cpu.vector.Lanes.MEMORY;

import io.gatun.tensors.Encodings;

/** Q2_K: codes as in {@link PackTQ2_0}, in groups of 16 with scale and minimum in a byte. */
final class PackQ2_K extends RowPacker {
  PackQ2_K() {
    super(Encodings.Q2_K);
  }

  @Override
  void block(long block, long quads, long scales) {
    float d = half(block + 80);
    float dMinimum = half(block + 82);
    for (int g = 0; g < 16; g++) {
      int both = unsignedByte(block + g);
      put(d * (both & 15), scales + g * STEP);
      putMinimum(-(dMinimum * (both >> 4)), scales + g * STEP);
    }
    for (int run = 0; run < 8; run++) {
      for (int e = 0; e < 4; e++) {
        long four = MEMORY.get(LONG, block + 16 + run / 4 * 32L + 8L * e);
        put((four >>> (2 * (run % 4))) & 0x0303_0303_0303_0303L, quads + (8L * run + 2L * e) * STEP);
      }
    }
  }
}
