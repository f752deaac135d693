package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.MEMORY;
import static io.gatun.cpu.vector.Lanes.SHORT;

import io.gatun.tensors.Encodings;

/** IQ1_S: eight values have eight low and three high bits of a point; 32 values are shifted together. */
final class PackIQ1_S extends RowPacker {
  PackIQ1_S() {
    super(Encodings.IQ1_S);
  }

  @Override
  void block(long block, long quads, long scales) {
    float d = half(block);
    for (int g = 0; g < 8; g++) {
      int group = Short.toUnsignedInt(MEMORY.get(SHORT, block + 34 + 2L * g));
      put(d * ((2 * ((group >> 12) & 7) + 1) / 8f), scales + g * STEP);
      int shift = 2 * (group >> 15);
      for (int e = 4 * g; e < 4 * g + 4; e++, group >>= 3) {
        put(CodeTables.less(points()[unsignedByte(block + 2 + e) | ((group & 7) << 8)], shift), quads + 2L * e * STEP);
      }
    }
  }

  /** By number of a point: its codes, shifted up; down they are two less. {@link PackIQ1_M} has the same. */
  static long[] points() {
    return Table.POINTS;
  }

  /** By number of a point. Made when first needed. */
  private static final class Table {
    static final long[] POINTS =
        CodeTables.eights(
            Encodings.IQ1_S,
            2048,
            (block, point) -> {
              block[2] = (byte) point;
              block[34] = (byte) (point >> 8);
            });

    private Table() {}
  }
}
