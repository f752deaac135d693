package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.INT;
import static io.gatun.cpu.vector.Lanes.MEMORY;

import io.gatun.tensors.Encodings;

/** IQ3_XXS: four values have a point; the signs and scale of 32 lie apart. */
final class PackIQ3_XXS extends RowPacker {
  PackIQ3_XXS() {
    super(Encodings.IQ3_XXS);
  }

  @Override
  void block(long block, long quads, long scales) {
    float d = half(block);
    for (int g = 0; g < 8; g++) {
      int signs = MEMORY.get(INT, block + 66 + 4L * g);
      put(d * ((2 * (signs >>> 28) + 1) / 4f), scales + g * STEP);
      for (int e = 4 * g; e < 4 * g + 4; e++, signs >>>= 7) {
        long first = Table.POINTS[unsignedByte(block + 2 + 2L * e)];
        long second = Table.POINTS[unsignedByte(block + 3 + 2L * e)];
        put(CodeTables.evenlySigned(first | (second << 32), signs), quads + 2L * e * STEP);
      }
    }
  }

  /** By number of a point. Made when first needed. */
  private static final class Table {
    static final long[] POINTS =
        CodeTables.fours(Encodings.IQ3_XXS, 256, (block, point) -> block[2] = (byte) point);

    private Table() {}
  }
}
