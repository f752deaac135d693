package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.LONG;
import static io.gatun.cpu.vector.Lanes.MEMORY;

import io.gatun.tensors.Encodings;

/** IQ2_XXS: each 32 values have four points and then their signs and scale. */
final class PackIQ2_XXS extends RowPacker {
  PackIQ2_XXS() {
    super(Encodings.IQ2_XXS);
  }

  @Override
  void block(long block, long quads, long scales) {
    float d = half(block);
    for (int g = 0; g < 8; g++) {
      long group = MEMORY.get(LONG, block + 2 + 8L * g);
      put(d * ((2 * (int) (group >>> 60) + 1) / 8f), scales + g * STEP);
      for (int e = 0; e < 4; e++) {
        long point = Table.POINTS[(int) (group >>> (8 * e)) & 0xFF];
        put(CodeTables.evenlySigned(point, (int) (group >>> (32 + 7 * e))), quads + (8L * g + 2L * e) * STEP);
      }
    }
  }

  /** By number of a point. Made when first needed. */
  private static final class Table {
    static final long[] POINTS =
        CodeTables.eights(Encodings.IQ2_XXS, 256, (block, point) -> block[2] = (byte) point);

    private Table() {}
  }
}
