package io.gatun.cpu.vector;

import io.gatun.tensors.Encodings;

/** Q2_0: four codes by a byte of bits. */
final class PackQ2_0 extends RowPacker {
  PackQ2_0() {
    super(Encodings.Q2_0);
  }

  @Override
  void block(long block, long quads, long scales) {
    float d = half(block);
    put(d, scales);
    put(d, scales + STEP);
    for (int e = 0; e < 8; e++) {
      long first = Table.CODES[unsignedByte(block + 2 + 2L * e)];
      put(first | (Table.CODES[unsignedByte(block + 3 + 2L * e)] << 32), quads + 2L * e * STEP);
    }
  }

  /** By byte. Made when first needed. */
  private static final class Table {
    static final long[] CODES =
        CodeTables.fours(Encodings.Q2_0, 256, (block, bits) -> block[2] = (byte) bits);

    private Table() {}
  }
}
