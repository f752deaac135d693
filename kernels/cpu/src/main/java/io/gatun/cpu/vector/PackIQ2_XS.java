package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.MEMORY;
import static io.gatun.cpu.vector.Lanes.SHORT;

import io.gatun.tensors.Encodings;

/** IQ2_XS: eight values have a point of 9 bits and seven signs. */
final class PackIQ2_XS extends RowPacker {
  PackIQ2_XS() {
    super(Encodings.IQ2_XS);
  }

  @Override
  void block(long block, long quads, long scales) {
    float d = half(block);
    for (int g = 0; g < 16; g += 2) {
      int two = unsignedByte(block + 66 + g / 2);
      put(d * ((2 * (two & 15) + 1) / 8f), scales + g * STEP);
      put(d * ((2 * (two >> 4) + 1) / 8f), scales + (g + 1) * STEP);
    }
    for (int e = 0; e < 32; e++) {
      int bits = MEMORY.get(SHORT, block + 2 + 2L * e);
      put(CodeTables.evenlySigned(Table.POINTS[bits & 511], bits >> 9), quads + 2L * e * STEP);
    }
  }

  /** By number of a point. Made when first needed. */
  private static final class Table {
    static final long[] POINTS =
        CodeTables.eights(
            Encodings.IQ2_XS,
            512,
            (block, point) -> {
              block[2] = (byte) point;
              block[3] = (byte) (point >> 8);
            });

    private Table() {}
  }
}
