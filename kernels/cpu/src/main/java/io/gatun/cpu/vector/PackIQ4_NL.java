package io.gatun.cpu.vector;

import static io.gatun.cpu.vector.NibbleQuads.put16;

import io.gatun.tensors.Encodings;

/** IQ4_NL: a table of 16 levels; low nibbles are the first 16 values, high ones the others. */
final class PackIQ4_NL extends RowPacker {
  PackIQ4_NL() {
    super(Encodings.IQ4_NL);
  }

  @Override
  void block(long block, long quads, long scales) {
    put(half(block), scales);
    put16(Table.CODES, block + 2, quads);
  }

  /** By byte. Made when first needed. */
  private static final class Table {
    static final long[] CODES =
        CodeTables.nibbles(Encodings.IQ4_NL, 2);

    private Table() {}
  }
}
