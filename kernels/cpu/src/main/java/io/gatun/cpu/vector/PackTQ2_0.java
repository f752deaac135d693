package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.LONG;
import static io.gatun.cpu.vector.Lanes.MEMORY;

import io.gatun.tensors.Encodings;

/** TQ2_0: byte l of 32 holds the values l, l + 32, l + 64 and l + 96, two bits each. */
final class PackTQ2_0 extends RowPacker {
  PackTQ2_0() {
    super(Encodings.TQ2_0);
  }

  @Override
  void block(long block, long quads, long scales) {
    float d = half(block + 64);
    for (int g = 0; g < 8; g++) {
      put(d, scales + g * STEP);
      for (int e = 0; e < 4; e++) {
        long four = MEMORY.get(LONG, block + g / 4 * 32L + 8L * e);
        put(CodeTables.less((four >>> (2 * (g % 4))) & 0x0303_0303_0303_0303L, 1), quads + (8L * g + 2L * e) * STEP);
      }
    }
  }
}
