package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.Lanes.INT;
import static io.gatun.cpu.vector.Lanes.MEMORY;
import static io.gatun.cpu.vector.Lanes.SHORT;
import static io.gatun.cpu.vector.NibbleQuads.put16;

import io.gatun.tensors.Encodings;

/** IQ4_XS: groups as blocks of {@link PackIQ4_NL}, with scales of 6 bits. */
final class PackIQ4_XS extends RowPacker {
  PackIQ4_XS() {
    super(Encodings.IQ4_XS);
  }

  @Override
  void block(long block, long quads, long scales) {
    float d = half(block);
    int upper = MEMORY.get(SHORT, block + 2);
    int lower = MEMORY.get(INT, block + 4);
    for (int g = 0; g < 8; g++) {
      int scale = ((lower >>> (4 * g)) & 15) | (((upper >> (2 * g)) & 3) << 4);
      put(d * (scale - 32), scales + g * STEP);
      put16(Table.CODES, block + 8 + 16L * g, quads + 8L * g * STEP);
    }
  }

  /** By byte. Made when first needed. */
  private static final class Table {
    static final long[] CODES =
        CodeTables.nibbles(Encodings.IQ4_XS, 8);

    private Table() {}
  }
}
