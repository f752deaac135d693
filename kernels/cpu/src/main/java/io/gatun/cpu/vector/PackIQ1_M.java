package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.LONG;
import static io.gatun.cpu.vector.Lanes.MEMORY;

import io.gatun.tensors.Encodings;

/** IQ1_M: eight values have eight low and three high bits of a point, and their shift. */
final class PackIQ1_M extends RowPacker {
  PackIQ1_M() {
    super(Encodings.IQ1_M);
  }

  @Override
  void block(long block, long quads, long scales) {
    long[] points = PackIQ1_S.points();
    long fields = MEMORY.get(LONG, block + 48);
    float d = Float.float16ToFloat((short) Long.compress(fields, 0xF000_F000_F000_F000L));
    for (int g = 0; g < 16; g++) {
      put(d * ((2 * ((int) (fields >>> (g / 4 * 16 + g % 4 * 3)) & 7) + 1) / 8f), scales + g * STEP);
    }
    for (int e = 0; e < 32; e++) {
      int high = (unsignedByte(block + 32 + e / 2) >> (4 * (e % 2))) & 15;
      long up = points[unsignedByte(block + e) | ((high & 7) << 8)];
      put(CodeTables.less(up, 2 * (high >> 3)), quads + 2L * e * STEP);
    }
  }
}
