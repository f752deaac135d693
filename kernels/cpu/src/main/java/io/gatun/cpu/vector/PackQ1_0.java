package io.gatun.cpu.vector;

import io.gatun.tensors.Encodings;

/** Q1_0: eight codes by a byte of bits. */
final class PackQ1_0 extends RowPacker {
  PackQ1_0() {
    super(Encodings.Q1_0);
  }

  @Override
  void block(long block, long quads, long scales) {
    float d = half(block);
    for (int g = 0; g < 4; g++) {
      put(d, scales + g * STEP);
    }
    for (int e = 0; e < 16; e++) {
      put(Table.CODES[unsignedByte(block + 2 + e)], quads + 2L * e * STEP);
    }
  }

  /** By byte. Made when first needed. */
  private static final class Table {
    static final long[] CODES =
        CodeTables.eights(Encodings.Q1_0, 256, (block, bits) -> block[2] = (byte) bits);

    private Table() {}
  }
}
