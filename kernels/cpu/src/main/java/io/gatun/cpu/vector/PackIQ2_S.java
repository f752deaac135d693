package io.gatun.cpu.vector;

import io.gatun.tensors.Encodings;

/** IQ2_S: eight values have eight low and two high bits of a point, and eight signs. */
final class PackIQ2_S extends RowPacker {
  PackIQ2_S() {
    super(Encodings.IQ2_S);
  }

  @Override
  void block(long block, long quads, long scales) {
    float d = half(block);
    for (int g = 0; g < 16; g += 2) {
      int two = unsignedByte(block + 74 + g / 2);
      put(d * ((2 * (two & 15) + 1) / 8f), scales + g * STEP);
      put(d * ((2 * (two >> 4) + 1) / 8f), scales + (g + 1) * STEP);
    }
    for (int e = 0; e < 32; e++) {
      int high = (unsignedByte(block + 66 + e / 4) >> (2 * (e % 4))) & 3;
      long point = Table.POINTS[unsignedByte(block + 2 + e) | (high << 8)];
      put(CodeTables.signed(point, unsignedByte(block + 34 + e)), quads + 2L * e * STEP);
    }
  }

  /** By number of a point. Made when first needed. */
  private static final class Table {
    static final long[] POINTS =
        CodeTables.eights(
            Encodings.IQ2_S,
            1024,
            (block, point) -> {
              block[2] = (byte) point;
              block[66] = (byte) (point >> 8);
            });

    private Table() {}
  }
}
