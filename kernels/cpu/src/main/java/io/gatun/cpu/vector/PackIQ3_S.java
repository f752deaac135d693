package io.gatun.cpu.vector;

import io.gatun.tensors.Encodings;

/** IQ3_S: four values have eight low bits and a high bit of a point, eight values their signs. */
final class PackIQ3_S extends RowPacker {
  PackIQ3_S() {
    super(Encodings.IQ3_S);
  }

  @Override
  void block(long block, long quads, long scales) {
    float d = half(block);
    for (int g = 0; g < 8; g += 2) {
      int two = unsignedByte(block + 106 + g / 2);
      put(d * (2 * (two & 15) + 1), scales + g * STEP);
      put(d * (2 * (two >> 4) + 1), scales + (g + 1) * STEP);
    }
    for (int e = 0; e < 32; e++) {
      int high = unsignedByte(block + 66 + e / 4) >> (2 * (e % 4));
      long first = Table.POINTS[unsignedByte(block + 2 + 2L * e) | ((high & 1) << 8)];
      long second = Table.POINTS[unsignedByte(block + 3 + 2L * e) | ((high & 2) << 7)];
      put(CodeTables.signed(first | (second << 32), unsignedByte(block + 74 + e)), quads + 2L * e * STEP);
    }
  }

  /** By number of a point. Made when first needed. */
  private static final class Table {
    static final long[] POINTS =
        CodeTables.fours(
            Encodings.IQ3_S,
            512,
            (block, point) -> {
              block[2] = (byte) point;
              block[66] = (byte) (point >> 8);
            });

    private Table() {}
  }
}
